"""The table of SnapTrade's operations is whole, and agrees with the vendor's SDK on who takes a user."""

import ast
from importlib.util import find_spec
from pathlib import Path

import pytest

from signer_proxy.operations import Access, Operation
from signer_proxy.operations.snaptrade import OPERATIONS

# In the SDK without being in the API description that is published: they count as what nobody knows.
UNDESCRIBED = {
    "GET /accounts/all",
    "GET /accounts/{accountId}/balances/v2",
    "GET /accounts/{accountId}/details",
    "GET /accounts/{accountId}/orders/all",
    "GET /institutions",
    "GET /management/stats",
    "GET /snapTrade/stats",
    "POST /accounts/{accountId}/trading/simple",
}
# The guide to the client-side direct API has it; the description and the SDK do not.
ONLY_IN_THE_GUIDE = {"GET /snapTrade/encryptedJWT"}

# Every row that is not a GET of read access, written down a second time so that no slip in the table goes unseen.
READ_THAT_POSTS = {
    "POST /accounts/{accountId}/orders/details",
    "POST /accounts/{accountId}/symbols",
    "POST /accounts/{accountId}/trading/crypto/preview",
    "POST /accounts/{accountId}/trading/options/impact",
    "POST /symbols",
    "POST /trade/impact",
}
WRITE = {
    "DELETE /connection/{connectionId}",
    "DELETE /snapTrade/deleteUser",
    "GET /snapTrade/encryptedJWT",
    "POST /authorizations/{authorizationId}/disable",
    "POST /authorizations/{authorizationId}/refresh",
    "POST /authorizations/{authorizationId}/transactions/sync",
    "POST /snapTrade/login",
    "POST /snapTrade/registerUser",
    "POST /snapTrade/resetUserSecret",
    "POST /snapTrade/tradeDetection/subscriptions",
    "POST /snapTrade/tradeDetection/subscriptions/cancel",
    "PUT /accounts/{accountId}",
}
TRADE = {
    "POST /accounts/{accountId}/trading/cancel",
    "POST /accounts/{accountId}/trading/complex",
    "POST /accounts/{accountId}/trading/crypto",
    "POST /accounts/{accountId}/trading/options",
    "POST /accounts/{accountId}/trading/replace",
    "POST /trade/place",
    "POST /trade/{tradeId}",
}
WITHOUT_USER = {
    "DELETE /snapTrade/deleteUser",
    "GET /",
    "GET /brokerageAuthorizationTypes",
    "GET /brokerages",
    "GET /brokerages/{slug}/instruments",
    "GET /exchanges",
    "GET /snapTrade/listUsers",
    "GET /snapTrade/partners",
    "GET /snapTrade/tradeDetection/subscriptions",
    "GET /symbols/{query}",
    "POST /snapTrade/registerUser",
    "POST /snapTrade/resetUserSecret",
    "POST /snapTrade/tradeDetection/subscriptions/cancel",
    "POST /symbols",
}

ROWS = {f"{row.method} {row.path}": row for row in OPERATIONS.table}


@pytest.fixture(name="sdk", scope="module")
def _sdk() -> dict[str, set[str]]:
    """Read the SDK's operations, each with the credentials of a commercial key; its import would take a second."""
    spec = find_spec("snaptrade_client")
    assert spec is not None
    assert spec.origin is not None
    paths = Path(spec.origin).parent / "paths"
    templates = _strings(paths / "__init__.py")
    operations = {}
    for file in paths.glob("*/[!_]*.py"):
        member = next(
            node.attr for node in ast.walk(_tree(file.with_name("__init__.py"))) if isinstance(node, ast.Attribute)
        )
        modes = [
            ast.literal_eval(node.value)
            for node in _tree(file).body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_auth_modes"
        ]
        credentials = modes[0].get("commercialApiKey", []) if modes else []
        operations[f"{file.stem.upper()} {templates[member]}"] = set(credentials)
    return operations


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def _strings(file: Path) -> dict[str, str]:
    return {
        ast.unparse(node.targets[0]): ast.literal_eval(node.value)
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    }


def test_table_has_the_operations_of_the_sdk(sdk: dict[str, set[str]]) -> None:
    """The rows are the SDK's operations, but for those that one of the two has alone and that are listed here."""
    assert set(ROWS) - ONLY_IN_THE_GUIDE == set(sdk) - UNDESCRIBED
    assert set(sdk) >= UNDESCRIBED
    assert len(ROWS) == len(OPERATIONS.table) == 56


def test_user_is_taken_where_the_sdk_sends_id_and_secret(sdk: dict[str, set[str]]) -> None:
    """An operation takes the profile's user where a commercial key must send both userId and userSecret."""
    taking = {name for name in sdk if name in ROWS and {"userId", "userSecret"} <= sdk[name]}
    assert {name for name, row in ROWS.items() if row.takes_user} == taking | ONLY_IN_THE_GUIDE


def test_operations_without_a_user_are_these() -> None:
    """The rows to which no user is ever added, deleteUser first of all, are the listed ones."""
    assert {name for name, row in ROWS.items() if not row.takes_user} == WITHOUT_USER


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in ROWS.items()])
def test_row_has_the_access_that_was_reviewed(row: Operation) -> None:
    """A row is read, write or trade as listed here; all that is in no list is a GET that reads."""
    name = f"{row.method} {row.path}"
    expected = Access.TRADE if name in TRADE else Access.WRITE if name in WRITE else Access.READ
    assert row.access is expected
    assert row.method == "GET" or name in READ_THAT_POSTS | WRITE | TRADE


def test_every_listed_operation_has_a_row() -> None:
    """No list of this file names an operation that the table lacks."""
    assert set(ROWS) >= READ_THAT_POSTS | WRITE | TRADE | WITHOUT_USER


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in ROWS.items()])
@pytest.mark.parametrize("prefix", ["", "/api/v1"], ids=["root", "legacy-prefix"])
def test_filled_in_path_finds_its_row(prefix: str, row: Operation) -> None:
    """Each operation is found by a path with ids in it, and no other row hides it."""
    path = "/".join("917c8734" if segment.startswith("{") else segment for segment in row.path.split("/"))
    assert OPERATIONS.find(row.method, prefix + path) is row


def test_placing_a_checked_order_does_not_hide_its_neighbours() -> None:
    """`/trade/{tradeId}` stands beside two fixed paths, which come first; their other spellings are trade ids."""
    assert OPERATIONS.find("POST", "/trade/impact") is ROWS["POST /trade/impact"]
    assert OPERATIONS.find("POST", "/trade/place") is ROWS["POST /trade/place"]
    assert OPERATIONS.find("POST", "/trade/Impact") is ROWS["POST /trade/{tradeId}"]
