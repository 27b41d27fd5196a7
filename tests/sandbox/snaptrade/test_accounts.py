"""Accounts show believable data that is always the same for the same user, and adds up."""

from typing import Any

import httpx
import pytest

from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.server import serve
from tests.sandbox.calling import ALICE, PARTNER, Caller, Clock, reason

PARTS = ("", "/balances", "/positions", "/positions/all", "/orders", "/activities")


async def first_account(caller: Caller) -> str:
    """Return the id of the caller's first account."""
    accounts: list[dict[str, Any]] = (await caller.call("GET", "/accounts")).json()
    return str(accounts[0]["id"])


async def test_accounts_are_listed_as_they_are_shown(alice: Caller) -> None:
    """Each account of the list is the one that its id shows."""
    accounts = (await alice.call("GET", "/accounts")).json()
    assert [account["name"] for account in accounts] == ["Individual", "Retirement"]
    for account in accounts:
        assert (await alice.call("GET", f"/accounts/{account['id']}")).json() == account


async def test_total_is_cash_and_positions(alice: Caller) -> None:
    """The balance of an account is the sum of what is in it, and both forms of the positions agree."""
    for account in (await alice.call("GET", "/accounts")).json():
        path = f"/accounts/{account['id']}"
        (balance,) = (await alice.call("GET", f"{path}/balances")).json()
        positions = (await alice.call("GET", f"{path}/positions")).json()
        worth = sum(position["units"] * position["price"] for position in positions)
        assert account["balance"]["total"]["amount"] == pytest.approx(balance["cash"] + worth)
        results = (await alice.call("GET", f"{path}/positions/all")).json()["results"]
        assert [(result["instrument"]["symbol"], float(result["units"])) for result in results] == [
            (position["symbol"]["symbol"]["symbol"], position["units"]) for position in positions
        ]


async def test_activities_add_up_to_the_cash(alice: Caller) -> None:
    """What went in and out of an account leaves its cash."""
    path = f"/accounts/{await first_account(alice)}"
    activities = (await alice.call("GET", f"{path}/activities")).json()["data"]
    (balance,) = (await alice.call("GET", f"{path}/balances")).json()
    assert {activity["type"] for activity in activities} == {"CONTRIBUTION", "BUY", "DIVIDEND"}
    assert sum(activity["amount"] for activity in activities) == pytest.approx(balance["cash"])


async def test_activities_come_in_pages(alice: Caller) -> None:
    """Pages put together are the whole, which is sorted with the newest first."""
    path = f"/accounts/{await first_account(alice)}/activities"
    whole = (await alice.call("GET", path)).json()
    assert whole["pagination"] == {"offset": 0, "limit": 1000, "total": 7}
    days = [activity["trade_date"] for activity in whole["data"]]
    assert days == sorted(days, reverse=True)
    pages = [(await alice.call("GET", path, query=f"offset={offset}&limit=3")).json() for offset in (0, 3, 6)]
    assert [activity for page in pages for activity in page["data"]] == whole["data"]
    assert pages[2]["pagination"] == {"offset": 6, "limit": 3, "total": 7}


@pytest.mark.parametrize(
    ("query", "types"),
    [
        pytest.param("type=DIVIDEND", ["DIVIDEND"] * 3, id="type"),
        pytest.param("type=DIVIDEND,CONTRIBUTION", ["DIVIDEND"] * 3 + ["CONTRIBUTION"], id="types"),
        pytest.param("startDate=2025-03-14", ["DIVIDEND"] * 3, id="first day"),
        pytest.param("endDate=2024-01-16", ["CONTRIBUTION"], id="last day"),
        pytest.param("type=NONE", [], id="no such type"),
    ],
)
async def test_activities_are_filtered(alice: Caller, query: str, types: list[str]) -> None:
    """Days and types narrow what is shown, both days included."""
    path = f"/accounts/{await first_account(alice)}/activities"
    answer = (await alice.call("GET", path, query=query)).json()
    assert [activity["type"] for activity in answer["data"]] == types


@pytest.mark.parametrize(
    "query", ["startDate=soon", "endDate=", "offset=-1", "limit=0", "limit=1e3", "offset=" + "9" * 10]
)
async def test_filter_that_cannot_be_read_is_refused(alice: Caller, query: str) -> None:
    """A filter is never guessed at."""
    path = f"/accounts/{await first_account(alice)}/activities"
    assert reason(await alice.call("GET", path, query=query)) == (400, "0000", "bad-field")


@pytest.mark.parametrize("part", PARTS)
async def test_account_of_another_user_is_not_found(alice: Caller, personal: Caller, part: str) -> None:
    """Accounts are their user's alone."""
    path = f"/accounts/{await first_account(personal)}{part}"
    assert reason(await alice.call("GET", path)) == (404, "0000", "not-found")


@pytest.mark.parametrize("part", PARTS)
async def test_prefix_changes_no_answer(alice: Caller, part: str) -> None:
    """Every operation answers alike at the root and under /api/v1, where it is signed with the prefix."""
    path = f"/accounts/{await first_account(alice)}{part}"
    plain, prefixed = await alice.call("GET", path), await alice.call("GET", f"/api/v1{path}")
    assert plain.status_code == 200
    assert prefixed.content == plain.content


async def test_another_sandbox_shows_the_same(alice: Caller, clock: Clock) -> None:
    """Data follows from client and user, not from the process."""
    async with (
        serve(create_application([PARTNER], clock=clock)) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
    ):
        twin = Caller(http, clock, PARTNER, ALICE)
        for part in PARTS:
            path = f"/accounts/{await first_account(alice)}{part}"
            assert (await twin.call("GET", path)).content == (await alice.call("GET", path)).content


@pytest.mark.parametrize(
    ("substring", "everywhere", "in_account"),
    [
        pytest.param("appl", ["AAPL"], ["AAPL"], id="name, lower case"),
        pytest.param("brk.", ["BRK.B"], ["BRK.B"], id="symbol"),
        pytest.param("nestlé", ["NESN.SW"], [], id="beyond ASCII, foreign currency"),
        pytest.param("no such thing", [], [], id="nothing"),
    ],
)
async def test_symbols_are_found(alice: Caller, substring: str, everywhere: list[str], in_account: list[str]) -> None:
    """A part of symbol or name finds instruments; an account finds those that it can trade."""
    body = {"substring": substring}
    found = await alice.call("POST", "/symbols", body)
    assert [each["symbol"] for each in found.json()] == everywhere
    found = await alice.call("POST", f"/accounts/{await first_account(alice)}/symbols", body)
    assert [each["symbol"] for each in found.json()] == in_account


async def test_symbol_is_shown_by_name_and_id(partner: Caller) -> None:
    """A symbol and its id show the same instrument, whose suffix is its exchange's; others are not found."""
    shown = (await partner.call("GET", "/symbols/SHOP.TO")).json()
    assert (shown["raw_symbol"], shown["exchange"]["suffix"]) == ("SHOP", ".TO")
    assert (await partner.call("GET", f"/symbols/{shown['id']}")).json() == shown
    assert reason(await partner.call("GET", "/symbols/SHOP")) == (404, "0000", "not-found")


async def test_substring_that_is_no_text_is_refused(partner: Caller) -> None:
    """A search is for a text; without a body it finds everything."""
    assert reason(await partner.call("POST", "/symbols", {"substring": 1})) == (400, "0000", "bad-field")
    assert len((await partner.call("POST", "/symbols")).json()) == 7
