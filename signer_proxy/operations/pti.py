"""The operations of the PTI API, and what each may do.

Source: PTI's published API description (August 2026); what an operation does, where its name leaves that open, is
from PTI's guides, "Transaction Assessment" and "Financial transactions".
"""

from typing import Final

from signer_proxy.operations.operation import Access, Operation, Operations

READ, WRITE, TRADE = Access

OPERATIONS: Final = Operations(
    prefix="/v1",
    table=(
        Operation("POST", "/auth/jwt", WRITE),
        # Users; an assessment is kept and may ask others about the user.
        Operation("GET", "/users", READ),
        Operation("POST", "/users", WRITE),
        Operation("PUT", "/users", WRITE),
        Operation("PATCH", "/users", WRITE),
        Operation("GET", "/users/{userId}", READ),
        Operation("POST", "/users/assessments", WRITE),
        Operation("GET", "/users/{userId}/assessments", READ),
        Operation("POST", "/users/{userId}/documents", WRITE),
        # Wallets; the sandbox's deposit changes a balance as a real one does.
        Operation("GET", "/assets", READ),
        Operation("GET", "/wallets/", READ),
        Operation("POST", "/users/{userId}/wallets", WRITE),
        Operation("GET", "/users/{userId}/wallets", READ),
        Operation("DELETE", "/users/{userId}/wallets/{walletId}", WRITE),
        Operation("GET", "/users/{userId}/wallets/{walletId}", READ),
        Operation("POST", "/users/{userId}/wallets/{walletId}/simulate-deposit", TRADE),
        Operation("POST", "/users/{userId}/wallets/{walletId}/deposit-address", WRITE),
        Operation("POST", "/users/{userId}/wallets/{walletId}/virtual-bank-account", WRITE),
        Operation("POST", "/users/{userId}/wallets/{walletId}/wire-instructions", WRITE),
        Operation("GET", "/users/{userId}/wallets/{walletId}/history", READ),
        # Bank accounts and cards
        Operation("GET", "/users/{userId}/payment-information", READ),
        Operation("POST", "/users/{userId}/payment-information", WRITE),
        Operation("GET", "/users/{userId}/payment-information/{paymentInformationId}", READ),
        Operation("PATCH", "/users/{userId}/payment-information/{paymentInformationId}", WRITE),
        Operation("DELETE", "/users/{userId}/payment-information/{paymentInformationId}", WRITE),
        # Before a transaction: an assessment is kept under its request id; the other two only answer.
        Operation("POST", "/transactions/assessments", WRITE),
        Operation("GET", "/transactions/assessments/{requestId}", READ),
        Operation("POST", "/transactions/validations", READ),
        Operation("POST", "/transactions/trades/price-estimation", READ),
        # Transactions; an update says how one ended and so completes it.
        Operation("POST", "/transactions/deposits", TRADE),
        Operation("POST", "/transactions/withdrawals", TRADE),
        Operation("POST", "/transactions/payments", TRADE),
        Operation("POST", "/transactions/transfers", TRADE),
        Operation("POST", "/transactions/trades", TRADE),
        Operation("POST", "/transactions/mints", TRADE),
        Operation("POST", "/transactions/purchases", TRADE),
        Operation("POST", "/transactions/sales", TRADE),
        Operation("GET", "/transactions/{requestId}", READ),
        Operation("DELETE", "/transactions/{requestId}", TRADE),
        Operation("POST", "/transactions/{requestId}/updates", TRADE),
        # Marketplace
        Operation("GET", "/digital-items/{digitalItemId}", READ),
        Operation("DELETE", "/digital-items/{digitalItemId}", WRITE),
        Operation("GET", "/users/{userId}/digital-items", READ),
        Operation("POST", "/users/{userId}/digital-items", WRITE),
    ),
)
