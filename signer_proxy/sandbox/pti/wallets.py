"""Wallets of a user: make, list, show and delete them, put made-up money in, and show what moved."""

import hashlib
import re
from typing import Final

from signer_proxy.sandbox.pti.assets import checked_currency
from signer_proxy.sandbox.pti.books import User, Wallet
from signer_proxy.sandbox.pti.call import Call, amount_field, text_field
from signer_proxy.sandbox.pti.errors import conflict

# The description allows no digits; its own examples have some.
_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}")


def create_wallet(call: Call) -> object:
    """Make an empty wallet under an id that the client chooses."""
    user, fields = _user(call), call.fields()
    wallet_id, currency = text_field(fields, "walletId", _ID), checked_currency(fields.get("currency"))
    if wallet_id in user.wallets:
        raise conflict("wallet-exists", "Wallet already exists", "The user has a wallet of this id.")
    seed = f"{call.verified.client_id}/{call.path['user_id']}/{wallet_id}"
    reference = f"0x{hashlib.sha256(seed.encode()).hexdigest()[:40]}"
    wallet = user.wallets[wallet_id] = Wallet(wallet_id, currency, reference, call.moment)
    return wallet.view()


def list_wallets(call: Call) -> object:
    """Show every wallet of a user."""
    return [wallet.view() for wallet in _user(call).wallets.values()]


def show_wallet(call: Call) -> object:
    """Show a wallet."""
    return _wallet(call).view()


def delete_wallet(call: Call) -> object:
    """Delete a wallet that is empty."""
    wallet = _wallet(call)
    if wallet.balance:
        raise conflict("wallet-not-empty", "Wallet is not empty", "A wallet must be empty before it is deleted.")
    del _user(call).wallets[wallet.id]
    return None


def simulate_deposit(call: Call) -> object:
    """Put made-up money into a wallet."""
    wallet = _wallet(call)
    wallet.move(amount_field(call.fields(), "amount"), "DEPOSIT", call.moment)
    return wallet.view()


def show_history(call: Call) -> object:
    """Show what moved, the latest first."""
    moves = _wallet(call).moves
    return {"content": moves[::-1], "totalElements": len(moves)}


def _user(call: Call) -> User:
    return call.books.user(call.path["user_id"])


def _wallet(call: Call) -> Wallet:
    return _user(call).wallet(call.path["wallet_id"])
