"""Read what a caller wants to trade from a body, and check it before anything is done with it."""

from collections.abc import Mapping

from signer_proxy.sandbox.snaptrade.account import TRADABLE, find_account
from signer_proxy.sandbox.snaptrade.call import bad_field, not_found
from signer_proxy.sandbox.snaptrade.market import Instrument, find_instrument
from signer_proxy.sandbox.snaptrade.order import Ticket
from signer_proxy.sandbox.snaptrade.users import User

_ACTIONS = ("BUY", "SELL")
_LIFETIMES = ("Day", "GTC", "FOK", "IOC")
# order type: whether it has a price, whether it has a stop
_TYPES = {"Market": (False, False), "Limit": (True, False), "Stop": (False, True), "StopLimit": (True, True)}
_MOST = 1_000_000_000


def read_ticket(user: User, fields: Mapping[str, object]) -> Ticket:
    """Return what the fields of an order say; raise ApiError for the first that is wrong."""
    account = find_account(user, fields.get("account_id"))
    instrument = find_instrument(fields.get("universal_symbol_id") or fields.get("symbol"))
    if instrument is None or instrument not in TRADABLE:
        raise not_found("symbol")
    order_type = _one_of(fields, "order_type", tuple(_TYPES))
    has_price, has_stop = _TYPES[order_type]
    return Ticket(
        account_id=account.id,
        instrument=instrument,
        action=_one_of(fields, "action", _ACTIONS),
        order_type=order_type,
        time_in_force=_one_of(fields, "time_in_force", _LIFETIMES),
        units=_units(fields, instrument),
        price=_amount(fields, "price") if has_price else None,
        stop=_amount(fields, "stop") if has_stop else None,
    )


def _units(fields: Mapping[str, object], instrument: Instrument) -> float:
    given = [name for name in ("units", "notional_value") if fields.get(name) is not None]
    if len(given) != 1:
        raise bad_field("units", "or notional_value must be given, and not both")
    if given == ["units"]:
        return _amount(fields, "units")
    return round(_amount(fields, "notional_value") / instrument.price, 6)


def _one_of(fields: Mapping[str, object], name: str, choices: tuple[str, ...]) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or value not in choices:
        raise bad_field(name, f"must be one of {', '.join(choices)}")
    return value


def _amount(fields: Mapping[str, object], name: str) -> float:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _MOST:
        raise bad_field(name, f"must be a number above 0, up to {_MOST}")
    return value
