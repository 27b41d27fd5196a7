"""The operations of the SnapTrade API, and what each may do.

Source: SnapTrade's published API description and the SDKs made from it (August 2026), less the webhooks, which the
API calls and nobody else. `encryptedJWT` is described in the guide to the client-side direct API alone.
"""

from typing import Final

from signer_proxy.operations.operation import Access, Operation, Operations

READ, WRITE, TRADE = Access

OPERATIONS: Final = Operations(
    prefix="/api/v1",  # "legacy", says the vendor: the API answers at the root too
    table=(
        Operation("GET", "/", READ),
        # The partner and its users
        Operation("GET", "/snapTrade/partners", READ),
        Operation("GET", "/snapTrade/listUsers", READ),
        Operation("POST", "/snapTrade/registerUser", WRITE),
        # It takes a userId and no userSecret: the id says whom to delete, so nobody's is ever filled in.
        Operation("DELETE", "/snapTrade/deleteUser", WRITE),
        Operation("POST", "/snapTrade/resetUserSecret", WRITE),
        Operation("POST", "/snapTrade/login", WRITE, takes_user=True),
        # A GET, but its answer is a credential.
        Operation("GET", "/snapTrade/encryptedJWT", WRITE, takes_user=True),
        Operation("GET", "/snapTrade/tradeDetection/subscriptions", READ),
        Operation("POST", "/snapTrade/tradeDetection/subscriptions", WRITE, takes_user=True),
        Operation("POST", "/snapTrade/tradeDetection/subscriptions/cancel", WRITE),
        # Connections
        Operation("GET", "/authorizations", READ, takes_user=True),
        Operation("GET", "/authorizations/{authorizationId}", READ, takes_user=True),
        Operation("GET", "/authorizations/{authorizationId}/accounts", READ, takes_user=True),
        Operation("GET", "/authorizations/{authorizationId}/returnRates", READ, takes_user=True),
        Operation("POST", "/authorizations/{authorizationId}/refresh", WRITE, takes_user=True),
        Operation("POST", "/authorizations/{authorizationId}/transactions/sync", WRITE, takes_user=True),
        Operation("POST", "/authorizations/{authorizationId}/disable", WRITE, takes_user=True),
        Operation("GET", "/connections/{connectionId}/accounts", READ, takes_user=True),
        Operation("DELETE", "/connection/{connectionId}", WRITE, takes_user=True),
        # Accounts
        Operation("GET", "/accounts", READ, takes_user=True),
        Operation("GET", "/accounts/{accountId}", READ, takes_user=True),
        Operation("PUT", "/accounts/{accountId}", WRITE, takes_user=True),
        Operation("GET", "/accounts/{accountId}/activities", READ, takes_user=True),
        Operation("GET", "/accounts/{accountId}/balanceHistory", READ, takes_user=True),
        Operation("GET", "/accounts/{accountId}/balances", READ, takes_user=True),
        Operation("GET", "/accounts/{accountId}/holdings", READ, takes_user=True),
        Operation("GET", "/accounts/{accountId}/positions/all", READ, takes_user=True),
        Operation("GET", "/accounts/{accountId}/returnRates", READ, takes_user=True),
        Operation("GET", "/accounts/{accountId}/orders", READ, takes_user=True),
        Operation("GET", "/accounts/{accountId}/orders/v2", READ, takes_user=True),
        Operation("POST", "/accounts/{accountId}/orders/details", READ, takes_user=True),
        Operation("GET", "/accounts/{accountId}/orders/details/v2/{brokerageOrderId}", READ, takes_user=True),
        Operation("GET", "/accounts/{accountId}/recentOrders", READ, takes_user=True),
        Operation("GET", "/accounts/{accountId}/recentOrders/v2", READ, takes_user=True),
        Operation("GET", "/accounts/{accountId}/quotes", READ, takes_user=True),
        Operation("GET", "/accounts/{accountId}/quotes/options", READ, takes_user=True),
        Operation("POST", "/accounts/{accountId}/symbols", READ, takes_user=True),
        # Reference data
        Operation("GET", "/brokerages", READ),
        Operation("GET", "/brokerages/{slug}/instruments", READ),
        Operation("GET", "/brokerageAuthorizationTypes", READ),
        Operation("GET", "/exchanges", READ),
        Operation("POST", "/symbols", READ),
        Operation("GET", "/symbols/{query}", READ),
        # Trading: what only tells what an order would do is read.
        Operation("POST", "/trade/impact", READ, takes_user=True),
        Operation("POST", "/trade/place", TRADE, takes_user=True),
        Operation("POST", "/trade/{tradeId}", TRADE, takes_user=True),
        Operation("POST", "/accounts/{accountId}/trading/cancel", TRADE, takes_user=True),
        Operation("POST", "/accounts/{accountId}/trading/complex", TRADE, takes_user=True),
        Operation("POST", "/accounts/{accountId}/trading/crypto", TRADE, takes_user=True),
        Operation("POST", "/accounts/{accountId}/trading/crypto/preview", READ, takes_user=True),
        Operation("GET", "/accounts/{accountId}/trading/instruments/cryptocurrencyPairs", READ, takes_user=True),
        Operation(
            "GET",
            "/accounts/{accountId}/trading/instruments/cryptocurrencyPairs/{instrumentSymbol}/quote",
            READ,
            takes_user=True,
        ),
        Operation("POST", "/accounts/{accountId}/trading/options", TRADE, takes_user=True),
        Operation("POST", "/accounts/{accountId}/trading/options/impact", READ, takes_user=True),
        Operation("POST", "/accounts/{accountId}/trading/replace", TRADE, takes_user=True),
    ),
)
