"""Assets: the currencies that a wallet can be in, and what they are worth, which never changes here."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Final, Literal

from signer_proxy.sandbox.pti.call import Call
from signer_proxy.sandbox.pti.errors import bad_field


@dataclass(frozen=True, slots=True)
class Asset:
    """A currency; `price` is in US dollars."""

    symbol: str
    name: str
    kind: Literal["FIAT", "TOKEN"]
    decimals: int
    price: Decimal


ASSETS: Final = {
    asset.symbol: asset
    for asset in (
        Asset("USD", "US Dollar", "FIAT", 2, Decimal(1)),
        Asset("EUR", "Euro", "FIAT", 2, Decimal("1.25")),
        Asset("USDC", "USD Coin", "TOKEN", 6, Decimal(1)),
        Asset("ETH", "Ether", "TOKEN", 18, Decimal(2500)),
        Asset("BTC", "Bitcoin", "TOKEN", 8, Decimal(50_000)),
    )
}


def list_assets(_: Call) -> object:
    """Show every asset."""
    return [
        {
            "symbol": asset.symbol,
            "name": asset.name,
            "type": asset.kind,
            "decimals": asset.decimals,
            "usdPrice": float(asset.price),
        }
        for asset in ASSETS.values()
    ]


def checked_currency(given: object) -> str:
    """Return the symbol of an asset; raise PtiError for anything else."""
    if not isinstance(given, str) or given not in ASSETS:
        raise bad_field("currency", f"must be one of {', '.join(ASSETS)}")
    return given


def converted(amount: Decimal, source: str, destination: str) -> Decimal:
    """Return what an amount is worth in another currency, what is beyond its decimals cut off."""
    if source == destination:
        return amount
    target = ASSETS[destination]
    return (amount * ASSETS[source].price / target.price).quantize(Decimal(1).scaleb(-target.decimals), ROUND_DOWN)
