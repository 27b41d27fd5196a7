"""The one list of calls that every recipe makes."""

import json
from dataclasses import dataclass
from typing import Final, Literal

type Api = Literal["snaptrade", "pti"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an API, as its documentation shows it: without a word about who signs it."""

    title: str
    api: Api
    method: str
    path: str
    content: dict[str, object] | None = None
    """What is sent as JSON."""
    status: int = 200
    """What it is answered with access = "write", in the sandbox."""
    is_sent: bool = True
    """False where the proxy refuses it, so that it never reaches the API."""
    is_shown_always: bool = False
    """Whether a page shows it for every way to the proxy; one way shows all calls."""

    @property
    def body(self) -> str | None:
        """The content as JSON text, readable as it stands."""
        return None if self.content is None else json.dumps(self.content, ensure_ascii=False)


ACCOUNT: Final = "00000000-0000-0000-0000-000000000000"
"""An account that nobody has."""

CALLS: Final = (
    Call("What the API knows of us", "snaptrade", "GET", "/snapTrade/partners"),
    Call("Register a user", "snaptrade", "POST", "/snapTrade/registerUser", {"userId": "zoë"}, is_shown_always=True),
    Call("List the users", "snaptrade", "GET", "/snapTrade/listUsers"),
    Call("List the accounts of the profile's user", "snaptrade", "GET", "/accounts", is_shown_always=True),
    Call("Search a symbol", "snaptrade", "POST", "/symbols", {"substring": "AAPL"}),
    Call(
        "Ask for an account that is not there: the error is the API's own",
        "snaptrade",
        "GET",
        f"/accounts/{ACCOUNT}",
        status=404,
        is_shown_always=True,
    ),
    Call(
        "Place an order: refused by the proxy, as access is not trade",
        "snaptrade",
        "POST",
        "/trade/place",
        {
            "account_id": ACCOUNT,
            "action": "BUY",
            "order_type": "Market",
            "time_in_force": "Day",
            "symbol": "AAPL",
            "units": 1,
        },
        status=403,
        is_sent=False,
    ),
    Call("PTI: list the assets", "pti", "GET", "/assets"),
    Call("PTI: add a user", "pti", "POST", "/users", {"id": "zoe", "name": {"firstName": "Zoë"}}, status=201),
)
