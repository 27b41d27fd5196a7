"""Money moves between wallets, once a transaction, and goes back when one ends badly."""

import uuid
from collections.abc import Sequence

import httpx
import pytest

from tests.sandbox.pti.calling import CLIENT, JSON, Caller, reason

CARD = {"paymentMethodType": "FIAT", "currency": "USD", "paymentInformation": {"type": "ENCRYPTED_CREDIT_CARD"}}
ALICE, BOB = {"id": "alice", "type": "PERSON"}, {"id": "bob", "type": "PERSON"}


def wallet(wallet_id: str) -> dict[str, object]:
    """Return the end of a transaction that is a wallet."""
    return {"paymentMethodType": "WALLET", "paymentInformation": {"type": "WALLET", "walletId": wallet_id}}


DEPOSIT = {
    "type": "DEPOSIT",
    "initiator": ALICE,
    "amount": 10.5,
    "sourceMethod": CARD,
    "destinationMethod": wallet("usd1"),
}
TRANSFER = {
    "initiator": ALICE,
    "destination": BOB,
    "amount": 30,
    "sourceTransferMethod": wallet("usd1"),
    "destinationTransferMethod": wallet("usd1"),
}


@pytest.fixture
async def rich(caller: Caller) -> Caller:
    """Return a client with two users: alice has 100 dollars and no bitcoin, bob nothing."""
    for user, wallets in (("alice", ("usd1", "btc1")), ("bob", ("usd1",))):
        await caller.call("POST", "/users", {"id": user})
        for name in wallets:
            await caller.call("POST", f"/users/{user}/wallets", {"walletId": name, "currency": name[:3].upper()})
    await caller.call("POST", "/users/alice/wallets/usd1/simulate-deposit", {"amount": 100})
    return caller


async def balances(caller: Caller) -> Sequence[float]:
    """Return what is in alice's wallets, and in bob's."""
    answers = [await caller.call("GET", f"/users/{user}/wallets") for user in ("alice", "bob")]
    return [one["balance"] for answer in answers for one in answer.json()]


async def started(caller: Caller, kind: str, body: dict[str, object]) -> str:
    """Start a transaction and return its id."""
    answer = await caller.call("POST", f"/transactions/{kind}", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        pytest.param("deposits", DEPOSIT, [110.5, 0, 0], id="deposit"),
        pytest.param("deposits", {**DEPOSIT, "destinationMethod": wallet("btc1")}, [100, 0.00021, 0], id="converted"),
        pytest.param(
            "withdrawals",
            {"initiator": ALICE, "amount": 40, "sourceMethod": wallet("usd1"), "destinationMethod": CARD},
            [60, 0, 0],
            id="withdrawal",
        ),
        pytest.param(
            "payments",
            {"initiator": ALICE, "amount": 0.01, "sourceMethod": wallet("usd1")},
            [99.99, 0, 0],
            id="payment",
        ),
        pytest.param("transfers", TRANSFER, [70, 0, 30], id="transfer"),
        pytest.param(
            "trades",
            {"initiator": ALICE, "amount": 50, "sourceMethod": wallet("usd1"), "destinationMethod": wallet("btc1")},
            [50, 0.001, 0],
            id="trade",
        ),
        pytest.param(
            "mints", {"destination": BOB, "amount": 5, "destinationMethod": wallet("usd1")}, [100, 0, 5], id="mint"
        ),
    ],
)
async def test_money_moves_and_goes_back(
    rich: Caller, kind: str, body: dict[str, object], expected: Sequence[float]
) -> None:
    """Each kind moves what it says; cancelled, it is as if it had not been."""
    before = await balances(rich)
    number = await started(rich, kind, body)
    assert await balances(rich) == expected
    cancelled = await rich.call("DELETE", f"/transactions/{number}")
    assert (cancelled.status_code, cancelled.content) == (204, b"")
    assert await balances(rich) == before
    assert (await rich.call("GET", f"/transactions/{number}")).json()["status"] == "CANCELED"


async def test_transaction_is_known_by_the_request_id(rich: Caller) -> None:
    """The client finds it under the id that it sent, with what it said."""
    body, number = (
        b'{"initiator":{"id":"alice"},"amount":7,"sourceMethod":{"paymentMethodType":"TOKEN"}}',
        str(uuid.uuid4()),
    )
    right = rich.headers(rich.signature("POST", "/v1/transactions/payments", body))
    headers = [(name, number if name == "x-pti-request-id" else value) for name, value in right]
    answer = await rich.send("POST", "/v1/transactions/payments", body, headers)
    assert answer.json() == {"id": number, "link": str(rich.http.base_url.join(f"/v1/transactions/{number}"))}
    shown = (await rich.call("GET", f"/transactions/{number}")).json()
    assert shown == {
        "resourceType": "TRANSACTION_STATUS",
        "clientId": CLIENT.client_id,
        "userId": "alice",
        "requestId": number,
        "transactionType": "PAYMENT",
        "status": "PENDING",
        "date": "2023-11-14T22:13:20.000Z",
        "amount": 7,
        "currency": "USD",
        "total": {
            "subtotal": {"amount": 7, "currency": "USD"},
            "fee": {"amount": 0, "currency": "USD"},
            "total": {"amount": 7, "currency": "USD"},
        },
    }


async def test_transaction_needs_a_request_id(rich: Caller) -> None:
    """Without one it could not be found again."""
    body = b'{"initiator":{"id":"alice"},"amount":7}'
    right = rich.headers(rich.signature("POST", "/v1/transactions/payments", body))
    headers = [one for one in right if one[0] != "x-pti-request-id"]
    answer = await rich.send("POST", "/v1/transactions/payments", body, headers)
    assert reason(answer) == (400, "missing-request-id")


@pytest.mark.parametrize(
    ("feedback", "status", "expected"),
    [
        pytest.param("SETTLED", "SETTLED", [70, 0, 30], id="settled"),
        pytest.param("CANCELLED", "CANCELED", [100, 0, 0], id="cancelled"),
        pytest.param("REFUNDED", "REFUNDED", [100, 0, 0], id="refunded"),
    ],
)
async def test_feedback_ends_it(rich: Caller, feedback: str, status: str, expected: Sequence[float]) -> None:
    """How it ended is said once, and then nothing changes it."""
    number = await started(rich, "transfers", TRANSFER)
    said = {"providerName": "ADMIN", "feedback": feedback}
    assert (await rich.call("POST", f"/transactions/{number}/updates", said)).json()["status"] == status
    again: list[httpx.Response] = [
        await rich.call("POST", f"/transactions/{number}/updates", said),
        await rich.call("DELETE", f"/transactions/{number}"),
    ]
    assert [reason(answer) for answer in again] == [(409, "not-pending")] * 2
    assert await balances(rich) == expected


async def test_money_that_is_spent_does_not_go_back(rich: Caller) -> None:
    """A transfer whose money has gone on cannot be cancelled, and nothing moves."""
    number = await started(rich, "transfers", TRANSFER)
    onward = {"initiator": BOB, "amount": 1, "sourceMethod": wallet("usd1"), "destinationMethod": CARD}
    await started(rich, "withdrawals", onward)
    assert reason(await rich.call("DELETE", f"/transactions/{number}")) == (422, "insufficient-funds")
    assert await balances(rich) == [70, 0, 29]


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        pytest.param("transfers", {"amount": 100.01}, (422, "insufficient-funds"), id="too little"),
        pytest.param("transfers", {"amount": 0}, (400, "bad-field"), id="nothing"),
        pytest.param("transfers", {"amount": -1}, (400, "bad-field"), id="less than nothing"),
        pytest.param("transfers", {"amount": 1_000_000}, (400, "bad-field"), id="too much"),
        pytest.param("transfers", {"amount": "10"}, (400, "bad-field"), id="amount is text"),
        pytest.param("transfers", {"amount": True}, (400, "bad-field"), id="amount is a truth"),
        pytest.param("transfers", {"initiator": None}, (400, "bad-field"), id="no initiator"),
        pytest.param("transfers", {"initiator": {"id": "eve"}}, (404, "not-found"), id="unknown initiator"),
        pytest.param("transfers", {"initiator": {"id": []}}, (404, "not-found"), id="id is no text"),
        pytest.param("transfers", {"destination": {"id": "eve"}}, (404, "not-found"), id="unknown destination"),
        pytest.param("transfers", {"sourceTransferMethod": None}, (400, "bad-field"), id="no source"),
        pytest.param("transfers", {"sourceTransferMethod": wallet("eur1")}, (404, "not-found"), id="unknown wallet"),
        pytest.param("transfers", {"destinationTransferMethod": wallet("btc1")}, (404, "not-found"), id="not bob's"),
        pytest.param("transfers", {"sourceTransferMethod": {}}, (400, "bad-field"), id="no type of method"),
        pytest.param(
            "deposits", {"sourceMethod": CARD | {"currency": "XXX"}}, (400, "bad-field"), id="unknown currency"
        ),
    ],
)
async def test_transaction_that_cannot_start(
    rich: Caller, kind: str, changes: dict[str, object], expected: tuple[int, str]
) -> None:
    """What is missing, unknown or too much is refused, and nothing moves."""
    assert reason(await rich.call("POST", f"/transactions/{kind}", {**TRANSFER, **changes})) == expected
    assert await balances(rich) == [100, 0, 0]


async def test_transaction_is_the_clients(rich: Caller, other: Caller) -> None:
    """Another client can neither see nor end it."""
    number = await started(rich, "transfers", TRANSFER)
    for method, below in (("GET", ""), ("DELETE", ""), ("POST", "/updates")):
        assert reason(await other.call(method, f"/transactions/{number}{below}", None)) == (404, "not-found")


async def test_unknown_feedback(rich: Caller) -> None:
    """A word that the API does not know ends nothing."""
    number = await started(rich, "transfers", TRANSFER)
    assert reason(await rich.call("POST", f"/transactions/{number}/updates", {"feedback": "OK"})) == (400, "bad-field")


async def test_token_starts_one(rich: Caller) -> None:
    """A user of the client's can do it with a token, exactly once."""
    token = await rich.token("POST", "/transactions/transfers")
    answers = [await rich.spend(token, "POST", "/transactions/transfers", TRANSFER) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 401]
    assert await balances(rich) == [70, 0, 30]


async def test_wallet_and_its_history(rich: Caller) -> None:
    """A wallet shows what it has, and what moved, the latest first."""
    await started(rich, "transfers", TRANSFER)
    shown = (await rich.call("GET", "/users/alice/wallets/usd1")).json()
    assert shown["reference"].startswith("0x")
    assert (shown["walletId"], shown["currency"], shown["balance"]) == ("usd1", "USD", 70)
    history = (await rich.call("GET", "/users/alice/wallets/usd1/history")).json()
    assert [(one["type"], one["amount"], one["balance"]) for one in history["content"]] == [
        ("TRANSFER", -30, 70),
        ("DEPOSIT", 100, 100),
    ]


async def test_only_an_empty_wallet_is_deleted(rich: Caller) -> None:
    """What holds money stays; what is gone is not found."""
    assert reason(await rich.call("DELETE", "/users/alice/wallets/usd1")) == (409, "wallet-not-empty")
    assert (await rich.call("DELETE", "/users/alice/wallets/btc1")).status_code == 204
    assert reason(await rich.call("GET", "/users/alice/wallets/btc1")) == (404, "not-found")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({"walletId": "usd1", "currency": "USD"}, (409, "wallet-exists"), id="taken"),
        pytest.param({"walletId": "new", "currency": "XXX"}, (400, "bad-field"), id="unknown currency"),
        pytest.param({"walletId": "new"}, (400, "bad-field"), id="no currency"),
        pytest.param({"walletId": "1", "currency": "USD"}, (400, "bad-field"), id="id of another form"),
    ],
)
async def test_wallet_that_cannot_be_made(rich: Caller, body: object, expected: tuple[int, str]) -> None:
    """What is no wallet is refused."""
    assert reason(await rich.call("POST", "/users/alice/wallets", body)) == expected


async def test_assets_are_what_wallets_can_be_in(rich: Caller) -> None:
    """Every asset in the list can be a wallet's."""
    symbols = [asset["symbol"] for asset in (await rich.call("GET", "/assets")).json()]
    for symbol in symbols:
        body = {"walletId": f"my_{symbol}", "currency": symbol}
        assert (await rich.upload("POST", "/users/bob/wallets", str(body).replace("'", '"').encode(), JSON)).is_success
    assert len(symbols) == 5
