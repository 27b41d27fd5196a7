"""Operations that show a user's accounts and what is in them."""

from signer_proxy.sandbox.snaptrade.account import BROKERAGE, CURRENCY, Account, account_of, accounts_of
from signer_proxy.sandbox.snaptrade.call import Call
from signer_proxy.sandbox.snaptrade.derived import derived_id, derived_number
from signer_proxy.sandbox.snaptrade.market import currency, trading_instrument, universal_symbol

_OPENED = "2024-01-15T14:30:00+00:00"


def list_accounts(call: Call) -> list[dict[str, object]]:
    """Answer `GET /accounts`."""
    return [_shown(account, call.moment) for account in accounts_of(call.user())]


def show_account(call: Call) -> dict[str, object]:
    """Answer `GET /accounts/{accountId}`."""
    return _shown(account_of(call), call.moment)


def list_balances(call: Call) -> list[dict[str, object]]:
    """Answer `GET /accounts/{accountId}/balances`."""
    cash = account_of(call).cash
    return [{"currency": currency(CURRENCY), "cash": cash, "buying_power": cash}]


def list_positions(call: Call) -> list[dict[str, object]]:
    """Answer `GET /accounts/{accountId}/positions`."""
    account = account_of(call)
    return [
        {
            "symbol": {
                "id": derived_id("position", account.id, holding.instrument.symbol),
                "symbol": universal_symbol(holding.instrument),
                "description": holding.instrument.name,
                "local_id": holding.instrument.raw_symbol,
                "is_quotable": True,
                "is_tradable": True,
            },
            "units": holding.units,
            "price": holding.instrument.price,
            "open_pnl": round(holding.value - holding.cost, 2),
            "average_purchase_price": holding.bought_at,
            "fractional_units": None,
            "currency": currency(CURRENCY),
            "cash_equivalent": False,
            "tax_lots": [],
        }
        for holding in account.holdings
    ]


def list_all_positions(call: Call) -> dict[str, object]:
    """Answer `GET /accounts/{accountId}/positions/all`, where numbers are texts."""
    results = [
        {
            "instrument": trading_instrument(holding.instrument),
            "units": str(holding.units),
            "price": str(holding.instrument.price),
            "cost_basis": str(holding.bought_at),
            "currency": CURRENCY,
            "cash_equivalent": False,
            "tax_lots": [],
        }
        for holding in account_of(call).holdings
    ]
    return {"results": results, "data_freshness": {"as_of": call.moment}}


def _shown(account: Account, moment: str) -> dict[str, object]:
    synced = {"initial_sync_completed": True, "last_successful_sync": moment}
    return {
        "id": account.id,
        "brokerage_authorization": account.connection,
        "name": account.name,
        "number": f"***{derived_number(1000, 9999, account.id, 'number')}",
        "institution_account_id": derived_id("institution", account.id),
        "institution_name": BROKERAGE,
        "created_date": _OPENED,
        "sync_status": {
            "transactions": {**synced, "last_successful_sync": moment[:10], "first_transaction_date": _OPENED[:10]},
            "holdings": {**synced, "holdings_unavailable": False},
        },
        "balance": {"total": {"amount": account.total, "currency": CURRENCY}},
        "status": "open",
        "raw_type": account.name,
        "account_category": "INVESTMENT",
        "meta": {},
        "is_paper": True,
    }
