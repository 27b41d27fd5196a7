"""Operations that check, place, list and cancel orders.

The market is closed at all times: an order is accepted and stays open until it is cancelled, so that balances and
positions never move.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from signer_proxy.sandbox.errors import ApiError
from signer_proxy.sandbox.snaptrade.account import CURRENCY, account_of, find_account
from signer_proxy.sandbox.snaptrade.call import Call, bad_field, not_found, text_field
from signer_proxy.sandbox.snaptrade.derived import derived_id
from signer_proxy.sandbox.snaptrade.market import currency, universal_symbol
from signer_proxy.sandbox.snaptrade.order import Checked, Order, Ticket
from signer_proxy.sandbox.snaptrade.ticket import read_ticket
from signer_proxy.sandbox.snaptrade.users import User

CHECK_LIFETIME = 300
"""In seconds: how long a checked order can be placed by its trade id."""

_DAYS = 90
_OPEN = {"all": (True, False), "open": (True,), "executed": ()}


def check_order(call: Call) -> dict[str, object]:
    """Answer `POST /trade/impact`: what the order would do, and a trade id to place it by."""
    user = call.user()
    ticket = read_ticket(user, call.fields())
    account = find_account(user, ticket.account_id)
    trade_id = derived_id("trade", user.seed, str(user.next_number()))
    user.checked[trade_id] = Checked(ticket, call.now)
    sign = -1 if ticket.action == "BUY" else 1
    left = round(account.cash + sign * ticket.value, 2)
    return {
        "trade": {
            "id": trade_id,
            "account": account.id,
            "order_type": ticket.order_type,
            "time_in_force": ticket.time_in_force,
            "symbol": {
                "universal_symbol_id": ticket.instrument.id,
                "brokerage_symbol_id": ticket.instrument.raw_symbol,
                "local_id": ticket.instrument.raw_symbol,
                "symbol": ticket.instrument.symbol,
                "description": ticket.instrument.name,
                "currency": currency(CURRENCY),
            },
            "action": ticket.action,
            "units": ticket.units,
            "price": ticket.price,
        },
        "trade_impacts": [
            {
                "account": account.id,
                "currency": derived_id("currency", CURRENCY),
                "remaining_cash": left,
                "estimated_commission": 0,
                "forex_fees": 0,
            }
        ],
        "combined_remaining_balance": {
            "account": {"id": account.id, "name": account.name},
            "currency": currency(CURRENCY),
            "cash": left,
        },
    }


def place_checked_order(call: Call) -> dict[str, object]:
    """Answer `POST /trade/{tradeId}`: place an order that was checked, once, within CHECK_LIFETIME."""
    user = call.user()
    call.fields()
    checked = user.checked.pop(call.path["trade_id"], None)
    if checked is None or call.now - checked.time > CHECK_LIFETIME:
        raise not_found("trade")
    return _place(user, checked.ticket, call)


def place_order(call: Call) -> dict[str, object]:
    """Answer `POST /trade/place`: place an order without a check."""
    user = call.user()
    return _place(user, read_ticket(user, call.fields()), call)


def list_orders(call: Call) -> list[dict[str, object]]:
    """Answer `GET /accounts/{accountId}/orders`: the newest first, of the last `days`, in one `state` or in all."""
    user, account = call.user(), account_of(call)
    state, days = call.query.get("state", "all"), call.query.get("days", str(_DAYS))
    if state not in _OPEN:
        raise bad_field("state", f"must be one of {', '.join(_OPEN)}")
    if not (days.isascii() and days.isdigit() and 1 <= int(days[:9]) <= _DAYS):
        raise bad_field("days", f"must be a whole number from 1 to {_DAYS}")
    since = datetime.fromisoformat(call.moment) - timedelta(days=int(days))
    return [
        _shown(order)
        for order in reversed(user.orders.values())
        if order.ticket.account_id == account.id and order.is_open in _OPEN[state] and order.placed >= since.isoformat()
    ]


def cancel_order(call: Call) -> dict[str, object]:
    """Answer `POST /accounts/{accountId}/trading/cancel`."""
    user, account = call.user(), account_of(call)
    order = user.orders.get(text_field(call.fields(), "brokerage_order_id"))
    if order is None or order.ticket.account_id != account.id:
        raise not_found("order")
    if not order.is_open:
        raise ApiError(
            400,
            "Order cannot be cancelled",
            reason="order-closed",
            why="Only an open order can be cancelled; this one was cancelled before.",
        )
    order.is_open = False
    order.updated = call.moment
    return {"brokerage_order_id": order.id, "raw_response": None}


def _place(user: User, ticket: Ticket, call: Call) -> dict[str, object]:
    order = Order(derived_id("order", user.seed, str(user.next_number())), ticket, call.moment, call.moment)
    user.orders[order.id] = order
    return _shown(order)


def _shown(order: Order) -> dict[str, object]:
    ticket = order.ticket
    units = _text(ticket.units)
    return {
        "brokerage_order_id": order.id,
        "status": "ACCEPTED" if order.is_open else "CANCELED",
        "universal_symbol": universal_symbol(ticket.instrument),
        "option_symbol": None,
        "quote_universal_symbol": None,
        "quote_currency": None,
        "action": ticket.action,
        "total_quantity": units,
        "open_quantity": units if order.is_open else "0",
        "canceled_quantity": "0" if order.is_open else units,
        "filled_quantity": "0",
        "execution_price": None,
        "limit_price": _text(ticket.price),
        "stop_price": _text(ticket.stop),
        "order_type": ticket.order_type,
        "time_in_force": ticket.time_in_force,
        "time_placed": order.placed,
        "time_updated": order.updated,
        "time_executed": None,
        "expiry_date": None,
        "symbol": ticket.instrument.id,
        "child_brokerage_order_ids": None,
    }


def _text(number: float | None) -> str | None:
    return None if number is None else format(Decimal(str(number)).normalize(), "f")
