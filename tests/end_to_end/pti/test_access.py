"""What the profiles of PTI may be used for: money moves under access = "trade" alone, signed or with a token."""

import json
from typing import Final

import pytest

from tests.end_to_end.daemon import Daemon
from tests.end_to_end.pti.api import Api
from tests.end_to_end.wire import ask, request

TRADES: Final = {
    "deposit": ("POST", "/transactions/deposits"),
    "withdrawal": ("POST", "/transactions/withdrawals"),
    "payment": ("POST", "/v1/transactions/payments"),
    "transfer": ("POST", "/transactions/transfers"),
    "trade": ("POST", "/transactions/trades"),
    "mint": ("POST", "/transactions/mints"),
    "cancel": ("DELETE", "/transactions/some-id"),
    "feedback": ("POST", "/transactions/some-id/updates"),
    "simulated-deposit": ("POST", "/users/some-user/wallets/some-wallet/simulate-deposit"),
    "unknown": ("POST", "/nothing"),
    "capitals": ("POST", "/Transactions/Deposits"),
    "dots": ("POST", "/users/../transactions/deposits"),
}
WRITES: Final = {
    "user": ("POST", "/users"),
    "replace": ("PUT", "/users"),
    "merge": ("PATCH", "/v1/users"),
    "documents": ("POST", "/users/some-user/documents"),
    "wallet": ("POST", "/users/some-user/wallets"),
    "delete-wallet": ("DELETE", "/users/some-user/wallets/some-wallet"),
}
READS: Final = {
    "assets": ("GET", "/assets"),
    "transaction": ("GET", "/transactions/some-id"),
    "estimation": ("POST", "/transactions/trades/price-estimation"),
}
WRITERS: Final = ("writer", "token-writer")
TRADERS: Final = ("ed25519-jwk", "token")


@pytest.mark.parametrize("profile", WRITERS)
@pytest.mark.parametrize(("method", "target"), TRADES.values(), ids=TRADES)
def test_money_does_not_move(daemon: Daemon, api: Api, profile: str, method: str, target: str) -> None:
    """Transactions, and what nobody knows, are refused without access = "trade"; not even a token is fetched."""
    reply = ask(daemon.port, request(daemon.port, method, target, f"Signer-Profile: {profile}"))
    assert (reply.status, reply.code, api.asked) == (403, "access-denied", [])
    assert "trade" in reply.problem["detail"]


@pytest.mark.parametrize("profile", WRITERS)
@pytest.mark.parametrize(("method", "target"), [*WRITES.values(), *READS.values()], ids=[*WRITES, *READS])
def test_all_else_is_let_through(daemon: Daemon, api: Api, profile: str, method: str, target: str) -> None:
    """Users, documents and wallets are for profiles that may write, which is the default."""
    reply = ask(daemon.port, request(daemon.port, method, target, f"Signer-Profile: {profile}"))
    assert (reply.code, reply.all("Sandbox-Verdict"), len(api.others)) == (None, ["verified"], 1)


@pytest.mark.parametrize("profile", TRADERS)
@pytest.mark.parametrize(("method", "target"), TRADES.values(), ids=TRADES)
def test_traders(daemon: Daemon, api: Api, profile: str, method: str, target: str) -> None:
    """With access = "trade" the API decides; only a path of two readings gets no token."""
    reply = ask(daemon.port, request(daemon.port, method, target, f"Signer-Profile: {profile}"))
    if profile == "token" and ".." in target:
        assert (reply.code, api.asked) == ("access-denied", [])
        return
    assert (reply.code, reply.all("Sandbox-Verdict"), len(api.others)) == (None, ["verified"], 1)


@pytest.mark.parametrize("profile", TRADERS)
def test_withdrawal(daemon: Daemon, api: Api, profile: str) -> None:
    """A transaction under access = "trade" is made, signed or with a token."""
    user = f"trader-{profile}"
    as_profile = f"Signer-Profile: {profile}"
    body = json.dumps({"id": user}).encode()
    assert ask(daemon.port, request(daemon.port, "POST", "/users", as_profile, body=body)).status == 201
    means = {"paymentMethodType": "FIAT", "currency": "USD"}
    body = json.dumps({"initiator": {"id": user}, "amount": 7, "destinationMethod": means}).encode()
    reply = ask(daemon.port, request(daemon.port, "POST", "/transactions/withdrawals", as_profile, body=body))
    assert reply.status == 201, reply
    made = json.loads(reply.body)["id"]
    assert made == api.others[-1].one("x-pti-request-id")
    assert ask(daemon.port, request(daemon.port, "GET", f"/transactions/{made}", as_profile)).status == 200
