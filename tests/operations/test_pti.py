"""The table of PTI's operations is whole, and each row has the access that was reviewed."""

import pytest

from signer_proxy.operations import Access, Operation
from signer_proxy.operations.pti import OPERATIONS

# Every row that is not a GET of read access, written down a second time so that no slip in the table goes unseen.
READ_THAT_POSTS = {
    "POST /transactions/trades/price-estimation",
    "POST /transactions/validations",
}
WRITE = {
    "DELETE /digital-items/{digitalItemId}",
    "DELETE /users/{userId}/payment-information/{paymentInformationId}",
    "DELETE /users/{userId}/wallets/{walletId}",
    "PATCH /users",
    "PATCH /users/{userId}/payment-information/{paymentInformationId}",
    "POST /auth/jwt",
    "POST /transactions/assessments",
    "POST /users",
    "POST /users/assessments",
    "POST /users/{userId}/digital-items",
    "POST /users/{userId}/documents",
    "POST /users/{userId}/payment-information",
    "POST /users/{userId}/wallets",
    "POST /users/{userId}/wallets/{walletId}/deposit-address",
    "POST /users/{userId}/wallets/{walletId}/virtual-bank-account",
    "POST /users/{userId}/wallets/{walletId}/wire-instructions",
    "PUT /users",
}
TRADE = {
    "DELETE /transactions/{requestId}",
    "POST /transactions/deposits",
    "POST /transactions/mints",
    "POST /transactions/payments",
    "POST /transactions/purchases",
    "POST /transactions/sales",
    "POST /transactions/trades",
    "POST /transactions/transfers",
    "POST /transactions/withdrawals",
    "POST /transactions/{requestId}/updates",
    "POST /users/{userId}/wallets/{walletId}/simulate-deposit",
}

ROWS = {f"{row.method} {row.path}": row for row in OPERATIONS.table}


def test_table_has_every_operation_once() -> None:
    """The rows are as many as the API's description has, none of them twice, and none is missing from a list here."""
    assert len(OPERATIONS.table) == len(ROWS) == 44
    assert sum(row.method == "GET" for row in OPERATIONS.table) == 14
    assert set(ROWS) >= READ_THAT_POSTS | WRITE | TRADE


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in ROWS.items()])
def test_row_has_the_access_that_was_reviewed(row: Operation) -> None:
    """A row is read, write or trade as listed here; all that is in no list is a GET that reads."""
    name = f"{row.method} {row.path}"
    expected = Access.TRADE if name in TRADE else Access.WRITE if name in WRITE else Access.READ
    assert row.access is expected
    assert row.method == "GET" or name in READ_THAT_POSTS | WRITE | TRADE


def test_no_row_takes_a_user_of_snaptrade() -> None:
    """PTI knows no userSecret: nothing is ever added to a query."""
    assert not any(row.takes_user for row in OPERATIONS.table)


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in ROWS.items()])
@pytest.mark.parametrize("prefix", ["", "/v1"], ids=["root", "base"])
def test_filled_in_path_finds_its_row(prefix: str, row: Operation) -> None:
    """Each operation is found by a path with ids in it, and no other row hides it."""
    path = "/".join("917c8734" if segment.startswith("{") else segment for segment in row.path.split("/"))
    assert OPERATIONS.find(row.method, prefix + path) is row


NEEDED: dict[str, tuple[str, str, Access]] = {
    "unknown-transaction": ("POST", "/v1/transactions/refunds", Access.TRADE),
    "unknown-prefix": ("POST", "/v0/users", Access.TRADE),
    "unknown-get": ("GET", "/v1/reports", Access.READ),
    "unknown-method": ("POST", "/v1/assets", Access.TRADE),
    "price-estimation-in-capitals": ("POST", "/v1/transactions/trades/Price-Estimation", Access.TRADE),
    "head-reads": ("HEAD", "/v1/users", Access.READ),
    "wallets-without-its-slash": ("GET", "/v1/wallets", Access.READ),
}


@pytest.mark.parametrize(("method", "path", "access"), NEEDED.values(), ids=NEEDED)
def test_what_is_beside_the_table_may_move_money(method: str, path: str, access: Access) -> None:
    """What no row covers to the letter needs trade, however like a row it is, but for what reads by its method."""
    assert OPERATIONS.access(method, OPERATIONS.read(path)) is access
