"""The instruments that can be held and traded, with a price each that never moves."""

from dataclasses import dataclass

from signer_proxy.sandbox.snaptrade.derived import derived_id

CURRENCIES = {"USD": "US Dollar", "CAD": "Canadian Dollar", "CHF": "Swiss Franc"}

# MIC: code, name, time zone, start and close
_EXCHANGES = {
    "XNAS": ("NASDAQ", "Nasdaq Stock Exchange", "America/New_York", "09:30:00", "16:00:00"),
    "XNYS": ("NYSE", "New York Stock Exchange", "America/New_York", "09:30:00", "16:00:00"),
    "ARCX": ("ARCA", "NYSE Arca", "America/New_York", "09:30:00", "16:00:00"),
    "XTSE": ("TSX", "Toronto Stock Exchange", "America/Toronto", "09:30:00", "16:00:00"),
    "XSWX": ("SIX", "SIX Swiss Exchange", "Europe/Zurich", "09:00:00", "17:30:00"),
}
_TYPES = {"cs": "Common Stock", "et": "ETF"}
_KINDS = {"cs": "stock", "et": "etf"}


@dataclass(frozen=True, slots=True)
class Instrument:
    """A listed security; `symbol` ends with the suffix of its exchange where there is one, `price` is per unit."""

    symbol: str
    name: str
    type: str
    exchange: str
    currency: str
    price: float

    @property
    def id(self) -> str:
        """The universal symbol's UUID."""
        return derived_id("instrument", self.symbol)

    @property
    def raw_symbol(self) -> str:
        """The ticker at the exchange."""
        return self.symbol.removesuffix(".TO").removesuffix(".SW")


INSTRUMENTS = (
    Instrument("AAPL", "Apple Inc.", "cs", "XNAS", "USD", 214.5),
    Instrument("MSFT", "Microsoft Corporation", "cs", "XNAS", "USD", 421.25),
    Instrument("KO", "The Coca-Cola Company", "cs", "XNYS", "USD", 68.75),
    Instrument("BRK.B", "Berkshire Hathaway Inc.", "cs", "XNYS", "USD", 455.0),
    Instrument("VTI", "Vanguard Total Stock Market ETF", "et", "ARCX", "USD", 284.0),
    Instrument("SHOP.TO", "Shopify Inc.", "cs", "XTSE", "CAD", 101.5),
    Instrument("NESN.SW", "Nestlé S.A.", "cs", "XSWX", "CHF", 88.25),
)
_BY_NAME = {name: instrument for instrument in INSTRUMENTS for name in (instrument.symbol, instrument.id)}


def find_instrument(name: object) -> Instrument | None:
    """Return the instrument with this symbol or id, None if there is none."""
    return _BY_NAME.get(name) if isinstance(name, str) else None


def currency(code: str) -> dict[str, object]:
    """Return a currency as the API shows it."""
    return {"id": derived_id("currency", code), "code": code, "name": CURRENCIES[code]}


def universal_symbol(instrument: Instrument) -> dict[str, object]:
    """Return an instrument as the API shows it."""
    code, name, zone, start, close = _EXCHANGES[instrument.exchange]
    return {
        "id": instrument.id,
        "symbol": instrument.symbol,
        "raw_symbol": instrument.raw_symbol,
        "description": instrument.name,
        "currency": currency(instrument.currency),
        "exchange": {
            "id": derived_id("exchange", instrument.exchange),
            "code": code,
            "mic_code": instrument.exchange,
            "name": name,
            "timezone": zone,
            "start_time": start,
            "close_time": close,
            "suffix": instrument.symbol.removeprefix(instrument.raw_symbol) or None,
        },
        "type": {
            "id": derived_id("type", instrument.type),
            "code": instrument.type,
            "description": _TYPES[instrument.type],
            "is_supported": True,
        },
        "currencies": [currency(instrument.currency)],
        "figi_code": None,
    }


def trading_instrument(instrument: Instrument) -> dict[str, object]:
    """Return an instrument in the short form that newer operations show."""
    return {
        "kind": _KINDS[instrument.type],
        "id": instrument.id,
        "symbol": instrument.symbol,
        "raw_symbol": instrument.raw_symbol,
        "description": instrument.name,
        "currency": instrument.currency,
        "exchange": instrument.exchange,
    }
