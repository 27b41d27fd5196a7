"""Every operation that the sandbox has: method, path, and the function that answers. The first that fits answers."""

from collections.abc import Callable

from signer_proxy.sandbox.snaptrade import accounts, activities, authentication, orders, symbols
from signer_proxy.sandbox.snaptrade.call import Call

type Operation = Callable[[Call], object]

# The API answers at the root, and at /api/v1 for older SDKs.
PREFIXES = ("", "/api/v1")

ROUTES: tuple[tuple[str, str, Operation], ...] = (
    ("GET", "/snapTrade/partners", authentication.show_partner),
    ("GET", "/snapTrade/listUsers", authentication.list_users),
    ("POST", "/snapTrade/registerUser", authentication.register_user),
    ("POST", "/snapTrade/resetUserSecret", authentication.reset_user_secret),
    ("DELETE", "/snapTrade/deleteUser", authentication.delete_user),
    ("POST", "/snapTrade/login", authentication.login),
    ("GET", "/snapTrade/encryptedJWT", authentication.issue_token),
    ("GET", "/accounts", accounts.list_accounts),
    ("GET", "/accounts/{account_id}", accounts.show_account),
    ("GET", "/accounts/{account_id}/balances", accounts.list_balances),
    ("GET", "/accounts/{account_id}/positions", accounts.list_positions),
    ("GET", "/accounts/{account_id}/positions/all", accounts.list_all_positions),
    ("GET", "/accounts/{account_id}/activities", activities.list_activities),
    ("POST", "/accounts/{account_id}/symbols", symbols.search_tradable),
    ("GET", "/accounts/{account_id}/orders", orders.list_orders),
    ("POST", "/accounts/{account_id}/trading/cancel", orders.cancel_order),
    ("POST", "/symbols", symbols.search),
    ("GET", "/symbols/{query}", symbols.show_symbol),
    ("POST", "/trade/impact", orders.check_order),
    ("POST", "/trade/place", orders.place_order),
    ("POST", "/trade/{trade_id}", orders.place_checked_order),
)

# What the API does not have, for tests and for watching what a client does about it.
OWN_ROUTES: tuple[tuple[str, str, Operation], ...] = (("POST", "/sandbox/revoke", authentication.revoke_tokens),)


def is_for_tokens(path: str) -> bool:
    """Tell whether a user's token opens a route: those of the user's data, not those by which a client manages users.

    A token that could fetch the next one would never expire.
    """
    return not path.startswith(("/snapTrade/", "/sandbox/"))
