"""Transactions: start one under the request's own id, show it, cancel it while it is pending, say how it ended.

A transaction's money moves when it starts and goes back where it ends badly; ends that are no wallets here, such as
cards, banks and other chains, are taken as they are said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from signer_proxy.sandbox.pti.assets import checked_currency, converted
from signer_proxy.sandbox.pti.books import PENDING, Kind, Transaction, Wallet
from signer_proxy.sandbox.pti.call import Call, amount_field, object_field
from signer_proxy.sandbox.pti.errors import bad_field, conflict, invalid, not_found

_FEEDBACK: Final = {
    "SETTLED": "SETTLED",
    "ACCEPTED": "ACCEPTED",
    "CANCELLED": "CANCELED",  # the API description spells feedback so, and the status so
    "REJECTED": "REJECTED",
    "REFUNDED": "REFUNDED",
    "CHARGED_BACK": "CHARGED_BACK",
    "ERROR": "ERROR",
}


@dataclass(frozen=True, slots=True)
class Start:
    """The operation that starts transactions of one kind; source and destination each have a field, and an owner's."""

    kind: Kind
    required: tuple[str, ...]
    methods: tuple[str, str] = ("sourceMethod", "destinationMethod")
    owners: tuple[str, str] = ("initiator", "initiator")

    def __call__(self, call: Call) -> object:
        """Start one; raise PtiError where something is missing or unknown, or money is short."""
        request_id = call.verified.request_id
        if request_id is None:
            raise invalid("missing-request-id", "A transaction needs x-pti-request-id: it is known by it afterwards.")
        fields = call.fields()
        for name in self.required:
            object_field(fields, name)
        owners = [object_field(fields, owner).get("id") for owner in self.owners]
        for owner in owners:
            call.books.user(owner)
        source, destination = (
            self._wallet(call, fields, method, owner) for method, owner in zip(self.methods, owners, strict=True)
        )
        amount, currency = amount_field(fields, "amount"), self._currency(fields, source, destination)
        transaction = Transaction(
            request_id,
            self.kind,
            str(owners[0]),
            amount,
            currency,
            call.moment,
            source,
            destination,
            converted(amount, currency, destination.currency) if destination else amount,
        )
        transaction.start()
        call.books.transactions[request_id] = transaction
        return {"id": request_id, "link": call.link(f"/transactions/{request_id}")}

    def _wallet(self, call: Call, fields: Mapping[str, object], method: str, owner: object) -> Wallet | None:
        """Return the wallet at one end, None where that end is none."""
        if method not in fields:
            return None
        said = object_field(fields, method)
        if said.get("paymentMethodType") not in ("WALLET", "FIAT", "TOKEN"):
            raise bad_field(f"{method}.paymentMethodType", "must be one of WALLET, FIAT, TOKEN")
        if said["paymentMethodType"] != "WALLET":
            return None
        return call.books.user(owner).wallet(object_field(said, "paymentInformation").get("walletId"))

    def _currency(self, fields: Mapping[str, object], source: Wallet | None, destination: Wallet | None) -> str:
        """Return what the amount is in: the source's currency, where there is one."""
        if source is not None:
            return source.currency
        said = fields.get(self.methods[0])
        if isinstance(said, dict) and "currency" in said:
            return checked_currency(said["currency"])
        return destination.currency if destination is not None else "USD"


# What is required is so in the API description.
deposit: Final = Start("DEPOSIT", ("sourceMethod",))
withdraw: Final = Start("WITHDRAWAL", ("destinationMethod",))
pay: Final = Start("PAYMENT", ("sourceMethod",))
trade: Final = Start("TRADE", ("sourceMethod", "destinationMethod"))
mint: Final = Start("MINT", ("destinationMethod",), owners=("destination", "destination"))
transfer: Final = Start(
    "TRANSFER",
    ("sourceTransferMethod", "destinationTransferMethod"),
    ("sourceTransferMethod", "destinationTransferMethod"),
    ("initiator", "destination"),
)


def show_transaction(call: Call) -> object:
    """Show how a transaction stands."""
    transaction = _transaction(call)
    cost = {"amount": float(transaction.amount), "currency": transaction.currency}
    return {
        "resourceType": "TRANSACTION_STATUS",
        "clientId": call.books.client_id,
        "userId": transaction.user_id,
        "requestId": transaction.id,
        "transactionType": transaction.kind,
        "status": transaction.status,
        "date": transaction.created,
        **cost,
        "total": {"subtotal": cost, "fee": {**cost, "amount": 0}, "total": cost},
    }


def cancel_transaction(call: Call) -> object:
    """Cancel a transaction that is pending; its money goes back."""
    _transaction(call, pending=True).end("CANCELED", call.moment)
    return None


def give_feedback(call: Call) -> object:
    """Say how a transaction that is pending ended."""
    transaction, feedback = _transaction(call, pending=True), call.fields().get("feedback")
    if not isinstance(feedback, str) or feedback not in _FEEDBACK:
        raise bad_field("feedback", f"must be one of {', '.join(_FEEDBACK)}")
    transaction.end(_FEEDBACK[feedback], call.moment)
    return show_transaction(call)


def _transaction(call: Call, *, pending: bool = False) -> Transaction:
    transaction = call.books.transactions.get(call.path["request_id"])
    if transaction is None:
        raise not_found("transaction")
    if pending and transaction.status != PENDING:
        why = f"Only what is {PENDING} can be changed; the transaction is {transaction.status}."
        raise conflict("not-pending", "Transaction cannot be changed", why)
    return transaction
