"""Orders are checked, placed, kept and cancelled, and nothing that is wrong is placed."""

from typing import Any

import pytest

from tests.sandbox.calling import Caller, reason
from tests.sandbox.snaptrade.test_accounts import first_account

ORDER = {
    "action": "BUY",
    "symbol": "KO",
    "order_type": "Limit",
    "time_in_force": "Day",
    "units": 2,
    "price": 60.5,
}


async def order_for(caller: Caller, **changes: object) -> dict[str, object]:
    """Return a good order for the caller's first account, with changes; a value of None takes a field away."""
    fields = {"account_id": await first_account(caller), **ORDER, **changes}
    return {name: value for name, value in fields.items() if value is not None}


async def orders(caller: Caller, query: str = "") -> list[dict[str, Any]]:
    """Return the orders of the caller's first account."""
    path = f"/accounts/{await first_account(caller)}/orders"
    found: list[dict[str, Any]] = (await caller.call("GET", path, query=query)).json()
    return found


@pytest.mark.parametrize("prefix", ["", "/api/v1"])
async def test_life_of_an_order(alice: Caller, prefix: str) -> None:
    """A placed order is open, is in the list, and is closed when it is cancelled, once."""
    body = await order_for(alice)
    placed = (await alice.call("POST", f"{prefix}/trade/place", body)).json()
    assert (placed["status"], placed["total_quantity"], placed["open_quantity"]) == ("ACCEPTED", "2", "2")
    assert (placed["limit_price"], placed["stop_price"]) == ("60.5", None)
    assert await orders(alice) == await orders(alice, "state=open") == [placed]

    alice.clock.now += 10
    cancel = f"{prefix}/accounts/{body['account_id']}/trading/cancel"
    named = {"brokerage_order_id": placed["brokerage_order_id"]}
    assert (await alice.call("POST", cancel, named)).json() == {**named, "raw_response": None}
    (cancelled,) = await orders(alice)
    assert (cancelled["status"], cancelled["open_quantity"], cancelled["canceled_quantity"]) == ("CANCELED", "0", "2")
    assert cancelled["time_placed"] == placed["time_placed"] < cancelled["time_updated"]
    assert await orders(alice, "state=open") == []
    assert reason(await alice.call("POST", cancel, named)) == (400, "0000", "order-closed")


async def test_checked_order_is_placed_once(alice: Caller) -> None:
    """A check moves nothing and gives a trade id, which places the order and is gone."""
    (balance,) = (await alice.call("GET", f"/accounts/{await first_account(alice)}/balances")).json()
    checked = (await alice.call("POST", "/trade/impact", await order_for(alice))).json()
    assert checked["combined_remaining_balance"]["cash"] == pytest.approx(balance["cash"] - 121)
    assert await orders(alice) == []
    path = f"/trade/{checked['trade']['id']}"
    placed = (await alice.call("POST", path, {"wait_to_confirm": True})).json()
    assert await orders(alice) == [placed]
    assert reason(await alice.call("POST", path)) == (404, "0000", "not-found")


async def test_checked_order_expires(alice: Caller) -> None:
    """A trade id is good for five minutes."""
    for age, expected in ((300, 200), (301, 404)):
        checked = (await alice.call("POST", "/trade/impact", await order_for(alice))).json()
        alice.clock.now += age
        assert (await alice.call("POST", f"/trade/{checked['trade']['id']}")).status_code == expected
    assert len(await orders(alice)) == 1


async def test_equal_orders_are_two_orders(alice: Caller) -> None:
    """Whoever sends an order twice has two of them, the newer one first in the list."""
    body = await order_for(alice)
    ids = [(await alice.call("POST", "/trade/place", body)).json()["brokerage_order_id"] for _ in range(2)]
    assert [order["brokerage_order_id"] for order in await orders(alice)] == ids[::-1]
    assert len(set(ids)) == 2


async def test_orders_are_those_of_the_last_days(alice: Caller) -> None:
    """An order leaves the list when it is older than was asked for."""
    await alice.call("POST", "/trade/place", await order_for(alice))
    alice.clock.now += 86_400
    assert len(await orders(alice, "days=1")) == 1
    alice.clock.now += 1
    assert len(await orders(alice, "days=1")) == 0
    assert len(await orders(alice, "state=all&days=2")) == 1
    assert await orders(alice, "state=executed") == []


@pytest.mark.parametrize("query", ["state=closed", "days=0", "days=91", "days=x", "days=", "days=1.5"])
async def test_filter_that_cannot_be_read_is_refused(alice: Caller, query: str) -> None:
    """A filter is never guessed at."""
    path = f"/accounts/{await first_account(alice)}/orders"
    assert reason(await alice.call("GET", path, query=query)) == (400, "0000", "bad-field")


@pytest.mark.parametrize(
    ("changes", "units", "limit", "stop"),
    [
        pytest.param({"order_type": "Market", "price": None}, "2", None, None, id="market"),
        pytest.param({"order_type": "Stop", "price": None, "stop": 50}, "2", None, "50", id="stop"),
        pytest.param({"order_type": "StopLimit", "stop": 60}, "2", "60.5", "60", id="stop limit"),
        pytest.param({"units": 0.0000001}, "0.0000001", "60.5", None, id="small fraction"),
        pytest.param({"units": 100.0}, "100", "60.5", None, id="whole number as a fraction"),
        pytest.param({"units": None, "notional_value": 137.5}, "2", "60.5", None, id="by value"),
        pytest.param({"action": "SELL", "time_in_force": "GTC"}, "2", "60.5", None, id="sale"),
    ],
)
async def test_kinds_of_orders(
    alice: Caller, changes: dict[str, object], units: str, limit: str | None, stop: str | None
) -> None:
    """Each type of order has the prices that belong to it, and numbers come back as plain decimals."""
    placed = (await alice.call("POST", "/trade/place", await order_for(alice, **changes))).json()
    assert (placed["total_quantity"], placed["limit_price"], placed["stop_price"]) == (units, limit, stop)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"account_id": "other"}, (404, "0000", "not-found"), id="unknown account"),
        pytest.param({"account_id": None}, (404, "0000", "not-found"), id="no account"),
        pytest.param({"account_id": []}, (404, "0000", "not-found"), id="account is a list"),
        pytest.param({"symbol": "NOPE"}, (404, "0000", "not-found"), id="unknown symbol"),
        pytest.param({"symbol": None}, (404, "0000", "not-found"), id="no symbol"),
        pytest.param({"symbol": "SHOP.TO"}, (404, "0000", "not-found"), id="foreign currency"),
        pytest.param({"action": "HOLD"}, (400, "0000", "bad-field"), id="unknown action"),
        pytest.param({"action": ["BUY"]}, (400, "0000", "bad-field"), id="action is a list"),
        pytest.param({"order_type": "limit"}, (400, "0000", "bad-field"), id="type in lower case"),
        pytest.param({"time_in_force": None}, (400, "0000", "bad-field"), id="no time in force"),
        pytest.param({"units": None}, (400, "0000", "bad-field"), id="no units"),
        pytest.param({"notional_value": 10}, (400, "0000", "bad-field"), id="units and value"),
        pytest.param({"units": 0}, (400, "0000", "bad-field"), id="zero units"),
        pytest.param({"units": -1}, (400, "0000", "bad-field"), id="negative units"),
        pytest.param({"units": "2"}, (400, "0000", "bad-field"), id="units as a text"),
        pytest.param({"units": True}, (400, "0000", "bad-field"), id="units as a truth"),
        pytest.param({"units": 10**400}, (400, "0000", "bad-field"), id="more units than there are"),
        pytest.param({"price": None}, (400, "0000", "bad-field"), id="limit without price"),
        pytest.param({"order_type": "Stop"}, (400, "0000", "bad-field"), id="stop without stop"),
    ],
)
@pytest.mark.parametrize("path", ["/trade/place", "/trade/impact"])
async def test_order_that_cannot_be_placed(
    alice: Caller, path: str, changes: dict[str, object], expected: tuple[int, str, str]
) -> None:
    """An order with anything wrong in it is refused, and nothing is kept."""
    assert reason(await alice.call("POST", path, await order_for(alice, **changes))) == expected
    assert await orders(alice) == []


async def test_orders_are_their_accounts(alice: Caller, personal: Caller) -> None:
    """An order can be seen and cancelled through its own account and by its own user only."""
    placed = (await alice.call("POST", "/trade/place", await order_for(alice))).json()
    named = {"brokerage_order_id": placed["brokerage_order_id"]}
    second = (await alice.call("GET", "/accounts")).json()[1]["id"]
    assert (await alice.call("GET", f"/accounts/{second}/orders")).json() == []
    assert reason(await alice.call("POST", f"/accounts/{second}/trading/cancel", named)) == (404, "0000", "not-found")
    stranger = f"/accounts/{await first_account(personal)}/trading/cancel"
    assert reason(await personal.call("POST", stranger, named)) == (404, "0000", "not-found")
    checked = (await alice.call("POST", "/trade/impact", await order_for(alice))).json()
    foreign = await personal.call("POST", f"/trade/{checked['trade']['id']}")
    assert reason(foreign) == (404, "0000", "not-found")
    assert [order["status"] for order in await orders(alice)] == ["ACCEPTED"]


@pytest.mark.parametrize("body", [None, {}, {"brokerage_order_id": 1}, {"brokerage_order_id": ""}])
async def test_cancel_names_an_order(alice: Caller, body: object) -> None:
    """A cancellation without an order id is refused."""
    path = f"/accounts/{await first_account(alice)}/trading/cancel"
    assert reason(await alice.call("POST", path, body)) == (400, "0000", "bad-field")
