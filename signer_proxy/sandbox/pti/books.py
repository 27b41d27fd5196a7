"""What the sandbox keeps of a client of PTI's as long as it runs: users with wallets and documents, transactions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from signer_proxy.sandbox.pti.errors import PtiError, not_found

PENDING: Final = "PENDING"
REVERSED: Final = ("CANCELED", "REJECTED", "REFUNDED", "CHARGED_BACK", "ERROR")
"""What a transaction ends as when its money goes back."""

type Kind = Literal["DEPOSIT", "WITHDRAWAL", "PAYMENT", "TRANSFER", "TRADE", "MINT"]


@dataclass(slots=True)
class Wallet:
    """A wallet of a user's; `moves` are the changes of its balance, each with its reason and time."""

    id: str
    currency: str
    reference: str
    created: str
    balance: Decimal = Decimal(0)
    moves: list[dict[str, object]] = field(default_factory=list)

    def move(self, amount: Decimal, reason: str, moment: str) -> None:
        """Put an amount in, or with a negative one take it out; raise PtiError where there is too little."""
        if self.balance + amount < 0:
            why = f"The wallet has {self.balance} {self.currency}, which is less than the {-amount} to be taken."
            raise PtiError(422, "INSUFFICIENT_FUNDS", "Insufficient funds", reason="insufficient-funds", why=why)
        self.balance += amount
        self.moves.append({"amount": float(amount), "balance": float(self.balance), "type": reason, "date": moment})

    def view(self) -> dict[str, object]:
        """Return the wallet as the API shows it."""
        return {
            "walletId": self.id,
            "type": "WALLET",
            "currency": self.currency,
            "reference": self.reference,
            "createDateTime": self.created,
            "balance": float(self.balance),
        }


@dataclass(slots=True)
class User:
    """A user: `data` is what its client said of it, personal identifiers left out; `documents` what was uploaded."""

    data: Mapping[str, object] = field(repr=False)
    wallets: dict[str, Wallet] = field(default_factory=dict)
    documents: list[dict[str, object]] = field(default_factory=list, repr=False)

    def wallet(self, wallet_id: object) -> Wallet:
        """Return a wallet; raise PtiError if there is none of that id."""
        wallet = self.wallets.get(wallet_id) if isinstance(wallet_id, str) else None
        if wallet is None:
            raise not_found("wallet")
        return wallet


@dataclass(slots=True)
class Transaction:
    """A transaction under its request id; the wallets are those of its two ends that stand here."""

    id: str
    kind: Kind
    user_id: str
    amount: Decimal
    currency: str
    created: str
    source: Wallet | None
    destination: Wallet | None
    credited: Decimal
    """What the destination gets, in its own currency."""
    status: str = PENDING

    def start(self) -> None:
        """Move the money; raise PtiError where there is too little."""
        if self.source is not None:
            self.source.move(-self.amount, self.kind, self.created)
        if self.destination is not None:
            self.destination.move(self.credited, self.kind, self.created)

    def end(self, status: str, moment: str) -> None:
        """Give it its last status, and with one of REVERSED move the money back; raise PtiError if it is not there."""
        if status in REVERSED:
            if self.destination is not None:
                self.destination.move(-self.credited, status, moment)
            if self.source is not None:
                self.source.move(self.amount, status, moment)
        self.status = status


@dataclass(frozen=True, slots=True)
class Books:
    """Everything of one client, by id, in the order of its making."""

    client_id: str
    users: dict[str, User] = field(default_factory=dict)
    transactions: dict[str, Transaction] = field(default_factory=dict)

    def user(self, user_id: object) -> User:
        """Return a user; raise PtiError if the client has none of that id."""
        user = self.users.get(user_id) if isinstance(user_id, str) else None
        if user is None:
            raise not_found("user")
        return user
