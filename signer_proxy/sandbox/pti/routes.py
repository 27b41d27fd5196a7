"""Every operation that PTI's stand-in has: method, path, status of the answer, and the function that gives it."""

from collections.abc import Callable
from typing import Final

from signer_proxy.sandbox.pti import assets, authentication, documents, transactions, users, wallets
from signer_proxy.sandbox.pti.call import Call
from signer_proxy.sandbox.pti.tokens import AUTH_PATH

type Operation = Callable[[Call], object]

_USER: Final = "/users/{user_id}"
_WALLET: Final = "/users/{user_id}/wallets/{wallet_id}"
_TRANSACTION: Final = "/transactions/{request_id}"

ROUTES: Final[tuple[tuple[str, str, int, Operation], ...]] = (
    ("POST", AUTH_PATH, 200, authentication.issue_token),
    ("GET", "/users", 200, users.list_users),
    ("POST", "/users", 201, users.add_user),
    ("PUT", "/users", 200, users.replace_user),
    ("PATCH", "/users", 200, users.merge_user),
    ("GET", _USER, 200, users.show_user),
    ("POST", f"{_USER}/documents", 201, documents.upload_document),
    ("GET", "/assets", 200, assets.list_assets),
    ("POST", f"{_USER}/wallets", 201, wallets.create_wallet),
    ("GET", f"{_USER}/wallets", 200, wallets.list_wallets),
    ("GET", _WALLET, 200, wallets.show_wallet),
    ("DELETE", _WALLET, 204, wallets.delete_wallet),
    ("POST", f"{_WALLET}/simulate-deposit", 200, wallets.simulate_deposit),
    ("GET", f"{_WALLET}/history", 200, wallets.show_history),
    ("POST", "/transactions/deposits", 201, transactions.deposit),
    ("POST", "/transactions/withdrawals", 201, transactions.withdraw),
    ("POST", "/transactions/payments", 201, transactions.pay),
    ("POST", "/transactions/transfers", 201, transactions.transfer),
    ("POST", "/transactions/trades", 201, transactions.trade),
    ("POST", "/transactions/mints", 201, transactions.mint),
    ("GET", _TRANSACTION, 200, transactions.show_transaction),
    ("DELETE", _TRANSACTION, 204, transactions.cancel_transaction),
    ("POST", f"{_TRANSACTION}/updates", 200, transactions.give_feedback),
)
