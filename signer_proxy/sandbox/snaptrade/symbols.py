"""Operations that find instruments, among all or among those that an account can trade."""

from collections.abc import Iterable

from signer_proxy.sandbox.snaptrade.account import TRADABLE, account_of
from signer_proxy.sandbox.snaptrade.call import Call, bad_field, not_found
from signer_proxy.sandbox.snaptrade.market import INSTRUMENTS, Instrument, find_instrument, universal_symbol


def search(call: Call) -> list[dict[str, object]]:
    """Answer `POST /symbols`: the instruments whose symbol or name has the body's `substring`."""
    return _matching(call, INSTRUMENTS)


def search_tradable(call: Call) -> list[dict[str, object]]:
    """Answer `POST /accounts/{accountId}/symbols`: the same, of what the account can trade."""
    account_of(call)
    return _matching(call, TRADABLE)


def show_symbol(call: Call) -> dict[str, object]:
    """Answer `GET /symbols/{query}`: one instrument by its symbol or id."""
    instrument = find_instrument(call.path["query"])
    if instrument is None:
        raise not_found("symbol")
    return universal_symbol(instrument)


def _matching(call: Call, instruments: Iterable[Instrument]) -> list[dict[str, object]]:
    substring = call.fields().get("substring", "")
    if not isinstance(substring, str):
        raise bad_field("substring", "must be a text")
    wanted = substring.casefold()
    found = (each for each in instruments if wanted in each.symbol.casefold() or wanted in each.name.casefold())
    return [universal_symbol(each) for each in found]
