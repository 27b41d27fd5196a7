"""A token lets its user in until it expires or is revoked, alone, and to the user's own data only."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from signer_proxy.crypto.envelope import open_envelope
from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.clients import Client
from tests.sandbox.calling import ALICE, OTHER, PERSONAL, Caller, Clock, reason
from tests.sandbox.conftest import Served

LIFE = 300


@pytest.fixture
def sealed_partner(private_key: PrivateKey) -> Client:
    """Return the partner, whose user alice has a public key."""
    return Client("PARTNER", "partner-consumer-key", users=dict([ALICE]), public_keys={"alice": private_key.public})


@pytest.fixture
async def http(clock: Clock, served: Served, sealed_partner: Client) -> AsyncIterator[httpx.AsyncClient]:
    """Put a fresh sandbox behind the server and yield an HTTP client of it."""
    served.application = create_application([sealed_partner, OTHER, PERSONAL], clock=clock, token_life=LIFE)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}", trust_env=False, verify=False) as client:
        yield client


@pytest.fixture
async def token(alice: Caller, private_key: PrivateKey) -> str:
    """Return a token of alice's."""
    return await new_token(alice, private_key)


async def new_token(caller: Caller, key: PrivateKey) -> str:
    """Fetch a token and open it."""
    answer = await caller.call("GET", "/snapTrade/encryptedJWT")
    assert answer.status_code == 200
    return open_envelope(answer.json(), key)


async def with_token(caller: Caller, token: str, target: str = "/accounts", method: str = "GET") -> httpx.Response:
    """Send a request with a token and nothing else."""
    return await caller.send(method, target, headers={"Authorization": f"JWT {token}"})


@pytest.mark.parametrize("prefix", ["", "/api/v1"])
async def test_token_stands_for_its_user(alice: Caller, token: str, prefix: str) -> None:
    """A request with a token gets what the user's signed request gets, and is verified and counted as one."""
    signed = await alice.call("GET", f"{prefix}/accounts")
    answer = await with_token(alice, token, f"{prefix}/accounts")
    assert (answer.status_code, answer.headers["Sandbox-Verdict"]) == (200, "verified")
    assert answer.json() == signed.json()
    assert int(answer.headers["X-RateLimit-Remaining"]) == int(signed.headers["X-RateLimit-Remaining"]) - 1


async def test_token_may_come_with_its_clients_id(alice: Caller, token: str) -> None:
    """A clientId is not needed; the right one does no harm, nor do parameters of the operation."""
    answer = await with_token(alice, token, "/symbols/KO?x=%zz&clientId=PARTNER")
    assert (answer.status_code, answer.headers["Sandbox-Verdict"]) == (200, "verified")


async def test_user_trades_with_a_token(alice: Caller, token: str) -> None:
    """An order that is placed with a token is the user's: the partner's signed request sees it."""
    account = (await with_token(alice, token)).json()[0]["id"]
    ticket = {"account_id": account, "action": "BUY", "symbol": "KO", "order_type": "Market", "time_in_force": "Day"}
    placed = await alice.http.post(
        "/trade/place", json={**ticket, "units": 1}, headers={"Authorization": f"JWT {token}"}
    )
    listed = (await alice.call("GET", f"/accounts/{account}/orders")).json()
    assert [order["brokerage_order_id"] for order in listed] == [placed.json()["brokerage_order_id"]]


@pytest.mark.parametrize(
    ("query", "headers", "expected"),
    [
        pytest.param("", {"Signature": "x"}, (400, "0000", "mixed-authentication"), id="signature"),
        pytest.param("timestamp=1700000000", {}, (400, "0000", "mixed-authentication"), id="timestamp"),
        pytest.param("userId=alice", {}, (400, "0000", "mixed-authentication"), id="userId"),
        pytest.param("userSecret=alice-secret", {}, (400, "0000", "mixed-authentication"), id="userSecret"),
        pytest.param("user%53ecret", {}, (400, "0000", "mixed-authentication"), id="userSecret encoded"),
        pytest.param("clientId=OTHER", {}, (401, "0000", "other-client"), id="another client"),
        pytest.param("clientId=", {}, (401, "0000", "other-client"), id="empty client"),
        pytest.param("clientId=PARTNER&clientId=PARTNER", {}, (400, "0000", "duplicate-parameter"), id="client twice"),
        pytest.param("", {"Authorization": "Bearer {}"}, (401, "0000", "bad-authorization"), id="other scheme"),
        pytest.param("", {"Authorization": "jwt {}"}, (401, "0000", "bad-authorization"), id="lower case"),
        pytest.param("", {"Authorization": "JWT  {}"}, (401, "0000", "bad-authorization"), id="two spaces"),
        pytest.param("", {"Authorization": "JWT {} x"}, (401, "0000", "bad-authorization"), id="more than a token"),
        pytest.param("", {"Authorization": "{}"}, (401, "0000", "bad-authorization"), id="no scheme"),
        pytest.param("", {"Authorization": ""}, (401, "0000", "bad-authorization"), id="empty"),
        pytest.param("", {"Authorization": "JWT {}x"}, (401, "0000", "bad-token"), id="changed token"),
        pytest.param("", {"Authorization": "JWT x"}, (401, "0000", "bad-token"), id="no token"),
    ],
)
async def test_request_is_refused(
    alice: Caller, token: str, query: str, headers: dict[str, str], expected: tuple[int, str, str]
) -> None:
    """Each thing that can be wrong with a token, or beside it, has its status and reason; the token is not told."""
    sent = {"Authorization": "JWT {}", **headers}
    answer = await alice.send(
        "GET", f"/accounts?{query}", headers={name: value.format(token) for name, value in sent.items()}
    )
    assert reason(answer) == expected
    assert answer.headers["Sandbox-Verdict"] == "refused"
    assert token not in answer.text


async def test_refusal_names_all_that_must_not_be_there(alice: Caller, token: str) -> None:
    """Who leaves several things beside a token is told of all at once."""
    headers = {"Authorization": f"JWT {token}", "Signature": "x"}
    answer = await alice.send("GET", f"/accounts?{alice.query()}", headers=headers)
    why = answer.json()["sandbox"]["why"]
    assert [name for name in ("timestamp", "userId", "userSecret", "Signature") if name not in why] == []


async def test_two_tokens_are_none(alice: Caller, token: str) -> None:
    """A request has one Authorization header."""
    answer = await alice.http.get("/accounts", headers=[("Authorization", f"JWT {token}")] * 2)
    assert reason(answer) == (401, "0000", "duplicate-authorization")


async def test_authorization_of_another_kind_is_nothing_to_a_signed_request(alice: Caller) -> None:
    """What a signed request says to others in an Authorization header is not looked at."""
    signed = (await alice.call("GET", "/accounts")).request
    answer = await alice.http.send(
        httpx.Request(
            "GET",
            signed.url,
            headers={"Signature": signed.headers["Signature"], "Authorization": "Bearer x"},
            extensions=signed.extensions,
        )
    )
    assert (answer.status_code, answer.headers["Sandbox-Verdict"]) == (200, "verified")


async def test_status_checks_a_token_that_it_does_not_need(alice: Caller, token: str) -> None:
    """Whoever sends a token wants it checked."""
    assert (await with_token(alice, token, "/")).headers["Sandbox-Verdict"] == "verified"
    assert reason(await with_token(alice, "x", "/")) == (401, "0000", "bad-token")


async def test_body_that_cannot_be_read_is_refused(alice: Caller, token: str) -> None:
    """A token does not make a body JSON."""
    answer = await alice.send("POST", "/symbols", b"{", {"Authorization": f"JWT {token}"})
    assert reason(answer) == (400, "0000", "bad-json")


async def test_token_lives_for_its_life(alice: Caller, token: str, clock: Clock) -> None:
    """A token is valid up to its `exp` and not at it."""
    clock.now += LIFE - 0.5
    assert (await with_token(alice, token)).status_code == 200
    clock.now += 0.5
    assert reason(await with_token(alice, token)) == (401, "0000", "expired-token")


async def test_new_token_leaves_the_old_one_valid(alice: Caller, token: str, private_key: PrivateKey) -> None:
    """Tokens differ even within a second, and one does not end another."""
    second = await new_token(alice, private_key)
    assert second != token
    assert [(await with_token(alice, each)).status_code for each in (token, second)] == [200, 200]


async def test_token_without_end(
    alice: Caller, clock: Clock, served: Served, sealed_partner: Client, private_key: PrivateKey
) -> None:
    """Without a life a token has no `exp` and is valid until it is revoked."""
    application = served.application = create_application([sealed_partner], clock=clock, token_life=None)
    token = await new_token(alice, private_key)
    clock.now += 10 * 365 * 86_400
    assert (await with_token(alice, token)).status_code == 200
    application.state.revoke("PARTNER", "alice")
    assert reason(await with_token(alice, token)) == (401, "0000", "revoked-token")


@pytest.mark.parametrize(
    ("method", "path", "body", "query"),
    [
        pytest.param("DELETE", "/snapTrade/deleteUser", None, "userId=alice", id="user deleted"),
        pytest.param(
            "POST",
            "/snapTrade/resetUserSecret",
            dict(zip(("userId", "userSecret"), ALICE, strict=True)),
            "",
            id="reset",
        ),
        pytest.param("POST", "/sandbox/revoke", {"userId": "alice"}, "", id="told so"),
        pytest.param("POST", "/api/v1/sandbox/revoke", {"userId": "alice"}, "", id="told so, with the prefix"),
    ],
)
async def test_token_is_revoked(
    alice: Caller, partner: Caller, token: str, method: str, path: str, body: object, query: str
) -> None:
    """A token ends with its user, with the user's secret, or when the sandbox is told."""
    assert (await partner.call(method, path, body, query=query)).status_code == 200
    assert reason(await with_token(alice, token)) == (401, "0000", "revoked-token")


async def test_user_who_comes_back_has_no_tokens(
    partner: Caller, alice: Caller, token: str, private_key: PrivateKey
) -> None:
    """A user of the same name and key is another one: old tokens stay revoked, new ones are valid."""
    await partner.call("DELETE", "/snapTrade/deleteUser", query="userId=alice")
    body = {"userId": "alice", "rsaPublicKey": private_key.public.line()}
    secret = (await partner.call("POST", "/snapTrade/registerUser", body)).json()["userSecret"]
    assert reason(await with_token(alice, token)) == (401, "0000", "revoked-token")
    again = await new_token(replace(partner, user=("alice", secret)), private_key)
    assert (await with_token(alice, again)).status_code == 200


async def test_token_after_a_revocation_is_valid(alice: Caller, partner: Caller, private_key: PrivateKey) -> None:
    """Revoking ends the tokens that are there, not those to come."""
    await partner.call("POST", "/sandbox/revoke", {"userId": "alice"})
    assert (await with_token(alice, await new_token(alice, private_key))).status_code == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({"userId": "eve"}, (404, "0000", "unknown-user"), id="unknown"),
        pytest.param(None, (400, "0000", "bad-field"), id="nobody"),
    ],
)
async def test_only_tokens_of_users_are_revoked(partner: Caller, body: object, expected: tuple[int, str, str]) -> None:
    """A revocation names a user of the client."""
    assert reason(await partner.call("POST", "/sandbox/revoke", body)) == expected


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/snapTrade/encryptedJWT"),
        ("POST", "/snapTrade/login"),
        ("GET", "/snapTrade/listUsers"),
        ("GET", "/snapTrade/partners"),
        ("POST", "/snapTrade/registerUser"),
        ("POST", "/snapTrade/resetUserSecret"),
        ("DELETE", "/snapTrade/deleteUser"),
        ("POST", "/sandbox/revoke"),
        ("POST", "/api/v1/snapTrade/login"),
    ],
)
async def test_token_opens_nothing_of_the_partners(alice: Caller, token: str, method: str, path: str) -> None:
    """What a client does about its users, handing out tokens included, takes its signature."""
    answer = await with_token(alice, token, path, method)
    assert reason(answer) == (403, "0000", "partner-only")
    assert answer.headers["Sandbox-Verdict"] == "verified"


async def test_tokens_of_another_sandbox_are_nothing(
    alice: Caller, token: str, clock: Clock, served: Served, sealed_partner: Client
) -> None:
    """The key under the tokens is made anew with each application."""
    served.application = create_application([sealed_partner], clock=clock)
    assert reason(await with_token(alice, token)) == (401, "0000", "bad-token")
