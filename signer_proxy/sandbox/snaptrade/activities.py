"""The history of an account: a deposit, the purchases of what it holds, and a dividend of each."""

from datetime import date, timedelta

from signer_proxy.sandbox.snaptrade.account import BROKERAGE, CURRENCY, Account, Holding, account_of
from signer_proxy.sandbox.snaptrade.call import Call, bad_field
from signer_proxy.sandbox.snaptrade.derived import derived_id, derived_number
from signer_proxy.sandbox.snaptrade.market import currency, universal_symbol

_MOST = 1000
_DEPOSITED = date(2024, 1, 16)
_DIVIDEND = date(2025, 3, 14)


def list_activities(call: Call) -> dict[str, object]:
    """Answer `GET /accounts/{accountId}/activities`: the newest first, a page of at most 1,000."""
    account = account_of(call)
    first, last = _day(call, "startDate", date.min), _day(call, "endDate", date.max)
    types = call.query["type"].split(",") if "type" in call.query else None
    offset, limit = _number(call, "offset", 0, low=0), min(_number(call, "limit", _MOST, low=1), _MOST)
    found = [
        activity
        for day, activity in reversed(_history(account))
        if first <= day <= last and (types is None or activity["type"] in types)
    ]
    pagination = {"offset": offset, "limit": limit, "total": len(found)}
    return {"data": found[offset : offset + limit], "pagination": pagination}


def _history(account: Account) -> list[tuple[date, dict[str, object]]]:
    """Return what happened, the oldest first; the amounts add up to the account's cash."""
    holdings = account.holdings
    bought = sorted(((_bought_on(account, each), each) for each in holdings), key=lambda purchase: purchase[0])
    dividends = [(holding, round(holding.value * 0.004, 2)) for holding in holdings]
    deposit = account.cash + sum(holding.cost for holding in holdings) - sum(amount for _, amount in dividends)
    return [
        (_DEPOSITED, _activity(account, _DEPOSITED, "CONTRIBUTION", round(deposit, 2))),
        *((day, _activity(account, day, "BUY", -holding.cost, holding)) for day, holding in bought),
        *((_DIVIDEND, _activity(account, _DIVIDEND, "DIVIDEND", amount, holding)) for holding, amount in dividends),
    ]


def _bought_on(account: Account, holding: Holding) -> date:
    return _DEPOSITED + timedelta(days=derived_number(1, 300, account.id, holding.instrument.symbol, "bought"))


def _activity(
    account: Account, day: date, kind: str, amount: float, holding: Holding | None = None
) -> dict[str, object]:
    symbol = holding.instrument.symbol if holding else ""
    moment = f"{day.isoformat()}T00:00:00+00:00"
    return {
        "id": derived_id("activity", account.id, kind, symbol),
        "symbol": universal_symbol(holding.instrument) if holding else None,
        "option_symbol": None,
        "price": holding.bought_at if holding and kind == "BUY" else 0,
        "units": holding.units if holding and kind == "BUY" else 0,
        "amount": amount,
        "currency": currency(CURRENCY),
        "type": kind,
        "option_type": "",
        "description": f"{kind.capitalize()} {symbol}".rstrip(),
        "trade_date": moment,
        "settlement_date": moment,
        "fee": 0,
        "fx_rate": None,
        "institution": BROKERAGE,
        "external_reference_id": None,
    }


def _day(call: Call, name: str, default: date) -> date:
    if name not in call.query:
        return default
    try:
        return date.fromisoformat(call.query[name])
    except ValueError as e:
        raise bad_field(name, "must be a day as YYYY-MM-DD") from e


def _number(call: Call, name: str, default: int, *, low: int) -> int:
    given = call.query.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < 10 and int(given) >= low):
        raise bad_field(name, f"must be a whole number from {low} on")
    return int(given)
