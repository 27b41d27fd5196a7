"""What an order is: a ticket, which says what to trade, and what became of it."""

from dataclasses import dataclass

from signer_proxy.sandbox.snaptrade.market import Instrument


@dataclass(frozen=True, slots=True)
class Ticket:
    """An order that could be placed; `price` and `stop` are there where its type has them."""

    account_id: str
    instrument: Instrument
    action: str
    order_type: str
    time_in_force: str
    units: float
    price: float | None
    stop: float | None

    @property
    def value(self) -> float:
        """What the order would cost or bring."""
        return round(self.units * (self.price or self.stop or self.instrument.price), 2)


@dataclass(frozen=True, slots=True)
class Checked:
    """A ticket that was checked at a time, in Unix seconds."""

    ticket: Ticket
    time: float


@dataclass(slots=True)
class Order:
    """A ticket that was placed, with its times in ISO 8601; it is open until it is cancelled."""

    id: str
    ticket: Ticket
    placed: str
    updated: str
    is_open: bool = True
