"""A request finds its operation, and other spellings of a path never need less access."""

import pytest

from signer_proxy.operations import Access, Operation, Operations

READ, WRITE, TRADE = Access

STATUS = Operation("GET", "/", READ)
WALLETS = Operation("GET", "/wallets/", READ)
TOKEN = Operation("GET", "/token", WRITE)
QUOTE = Operation("POST", "/trade/quote", READ)
PLACE = Operation("POST", "/trade/{tradeId}", TRADE, takes_user=True)
NAME = Operation("PUT", "/accounts/{accountId}/name", WRITE)
API = Operations("/api/v1", (STATUS, WALLETS, TOKEN, QUOTE, PLACE, NAME))

FOUND = {
    "root": ("GET", "/", STATUS),
    "root-below-prefix": ("GET", "/api/v1/", STATUS),
    "prefix-alone": ("GET", "/api/v1", STATUS),
    "literal-before-template": ("POST", "/trade/quote", QUOTE),
    "template": ("POST", "/trade/x", PLACE),
    "template-takes-escapes": ("POST", "/trade/a%20b", PLACE),
    "below-prefix": ("POST", "/api/v1/trade/quote", QUOTE),
    "row-with-a-slash-at-its-end": ("GET", "/wallets/", WALLETS),
    "row-with-a-slash-at-its-end-below-prefix": ("GET", "/api/v1/wallets/", WALLETS),
    "head-of-a-get": ("HEAD", "/token", TOKEN),
    "template-in-the-middle": ("PUT", "/accounts/1/name", NAME),
}

NOT_FOUND = {
    "other-method": ("DELETE", "/token"),
    "other-case": ("GET", "/Token"),
    "method-in-lower-case": ("get", "/token"),
    "escaped-letter": ("GET", "/%74oken"),
    "slash-at-end": ("GET", "/token/"),
    "longer": ("POST", "/trade/x/y"),
    "other-case-of-a-slashed-row": ("GET", "/Wallets/"),
    "asterisk": ("OPTIONS", "*"),
    "prefix-twice": ("GET", "/api/v1/api/v1/token"),
}

NEEDS = {
    "known-read": ("GET", "/", READ),
    "known-read-post": ("POST", "/trade/quote", READ),
    "known-write-get": ("GET", "/token", WRITE),
    "known-write-head": ("HEAD", "/token", WRITE),
    "known-trade": ("POST", "/trade/x", TRADE),
    "unknown-get": ("GET", "/unknown", READ),
    "unknown-head": ("HEAD", "/unknown", READ),
    "unknown-post": ("POST", "/unknown", TRADE),
    "unknown-options": ("OPTIONS", "/trade/quote", TRADE),
    "unknown-method": ("PROPFIND", "/trade/quote", TRADE),
    "method-in-lower-case": ("get", "/", TRADE),
    "other-case-does-not-lower": ("POST", "/trade/QUOTE", TRADE),
    "escape-does-not-lower": ("POST", "/trade/%71uote", TRADE),
    "other-case-does-not-lower-a-write": ("PUT", "/Accounts/1/name", TRADE),
    "other-case-raises": ("GET", "/TOKEN", WRITE),
    "escape-raises": ("GET", "/%54oken", WRITE),
    "other-case-below-prefix-raises": ("GET", "/api/v1/TOKEN", WRITE),
    "ambiguous-get": ("GET", "/x/../token", TRADE),
    "ambiguous-of-a-read": ("GET", "/token/", TRADE),
}


@pytest.mark.parametrize(("method", "path", "operation"), FOUND.values(), ids=FOUND.keys())
def test_request_finds_its_operation(method: str, path: str, operation: Operation) -> None:
    """A path finds the most specific row of its method, with and without the prefix."""
    assert API.find(method, path) is operation


@pytest.mark.parametrize(("method", "path"), NOT_FOUND.values(), ids=NOT_FOUND.keys())
def test_unknown_or_ambiguous_request_finds_none(method: str, path: str) -> None:
    """What is not in the table to the letter, and what could be read in two ways, has no operation."""
    assert API.find(method, path) is None


@pytest.mark.parametrize(("method", "path", "access"), NEEDS.values(), ids=NEEDS.keys())
def test_request_needs_an_access(method: str, path: str, access: Access) -> None:
    """The table lowers the access of what it knows to the letter, and raises it for any spelling of a row."""
    assert API.access(method, API.read(path)) is access


def test_levels_are_ordered() -> None:
    """Each level has more than the one before."""
    assert READ < WRITE < TRADE


def test_slashed_row_leaves_other_slashes_ambiguous() -> None:
    """Only the very paths of such rows may end in a slash."""
    paths = ["/wallets/", "/api/v1/wallets/", "/wallets//", "/x/wallets/", "/wallets/x/"]
    assert [API.read(path) is None for path in paths] == [False, False, True, True, True]
