"""What a brokerage account is: its cash and its holdings, all derived from its id."""

from dataclasses import dataclass

from signer_proxy.sandbox.snaptrade.call import Call, not_found
from signer_proxy.sandbox.snaptrade.derived import derived_id, derived_number
from signer_proxy.sandbox.snaptrade.market import INSTRUMENTS, Instrument
from signer_proxy.sandbox.snaptrade.users import User

BROKERAGE = "Sandbox Brokerage"
CURRENCY = "USD"
TRADABLE = tuple(instrument for instrument in INSTRUMENTS if instrument.currency == CURRENCY)
"""What an account can hold and trade."""

_NAMES = ("Individual", "Retirement")
_HELD = 3


@dataclass(frozen=True, slots=True)
class Holding:
    """So many units of an instrument, bought at an average price."""

    instrument: Instrument
    units: int
    bought_at: float

    @property
    def value(self) -> float:
        """What the units are worth."""
        return round(self.units * self.instrument.price, 2)

    @property
    def cost(self) -> float:
        """What the units cost."""
        return round(self.units * self.bought_at, 2)


@dataclass(frozen=True, slots=True)
class Account:
    """A brokerage account in one currency; all that is in it follows from its id."""

    id: str
    connection: str
    name: str

    @property
    def cash(self) -> int:
        """The cash that is free."""
        return derived_number(2_000, 25_000, self.id, "cash")

    @property
    def holdings(self) -> tuple[Holding, ...]:
        """What the account holds, in the order of the market's table."""
        first = derived_number(0, len(TRADABLE) - _HELD, self.id, "first")
        return tuple(self._holding(instrument) for instrument in TRADABLE[first : first + _HELD])

    @property
    def total(self) -> float:
        """Cash and holdings together."""
        return round(self.cash + sum(holding.value for holding in self.holdings), 2)

    def _holding(self, instrument: Instrument) -> Holding:
        units = derived_number(1, 40, self.id, instrument.symbol, "units")
        percent = derived_number(70, 110, self.id, instrument.symbol, "price")
        return Holding(instrument, units, round(instrument.price * percent / 100, 2))


def accounts_of(user: User) -> list[Account]:
    """Return the user's accounts."""
    connection = derived_id("connection", user.seed)
    return [Account(derived_id("account", user.seed, name), connection, name) for name in _NAMES]


def find_account(user: User, account_id: object) -> Account:
    """Return the user's account of this id; raise ApiError if there is none."""
    for account in accounts_of(user):
        if account.id == account_id:
            return account
    raise not_found("account")


def account_of(call: Call) -> Account:
    """Return the account that the call's path names; raise ApiError if it is not one of the user's."""
    return find_account(call.user(), call.path["account_id"])
