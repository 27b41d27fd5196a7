"""The three flows of the guide run by way of the partner, who keeps the userSecret and cannot read the envelopes."""

import asyncio
import json
import socket

import httpx
import pytest

from signer_proxy.crypto.envelope import EnvelopeError, open_envelope
from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.partner.behaviour import Behaviour
from tests.sandbox.calling import OTHER, PARTNER, Clock
from tests.sandbox.conftest import Served
from tests.sandbox.partner.conftest import ACCOUNTS, logged_in, partner_of, refusal

FOR_CLIENTS = ["/snaptrade/register", "/snaptrade/connect", "/snaptrade/token"]
PASSING = ["/snaptrade/connect", "/snaptrade/token"]


async def register(client: httpx.AsyncClient, key: PrivateKey) -> httpx.Response:
    """Register a client with its public key."""
    return await client.post("/snaptrade/register", json={"rsaPublicKey": key.public.line("a comment")})


@pytest.mark.parametrize("user", ACCOUNTS)
async def test_flows_of_the_guide(backend: httpx.AsyncClient, api_url: str, private_key: PrivateKey, user: str) -> None:
    """Registration, the link to the portal, and a token with which the API is called directly."""
    client = await logged_in(backend, user)
    registered = await register(client, private_key)
    assert (registered.status_code, registered.json()) == (200, {"status": "registered", "userId": user})

    connected = await client.post("/snaptrade/connect")
    assert "redirectURI" not in connected.text
    link = json.loads(open_envelope(connected.json(), private_key))["redirectURI"]
    assert link.startswith("https://portal.sandbox.invalid/connect?")

    handed = await client.post("/snaptrade/token", json={"userId": user})
    assert handed.headers["Cache-Control"] == "no-store"
    token = open_envelope(handed.json(), private_key)
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        answer = await http.get(f"{api_url}/accounts", headers={"Authorization": f"JWT {token}"})
    assert (answer.status_code, answer.headers["Sandbox-Verdict"]) == (200, "verified")
    assert answer.json()


async def test_partner_calls_an_api_below_a_path(api_url: str, clock: Clock, private_key: PrivateKey) -> None:
    """Where the API stands at /api/v1, the path with the prefix is what is signed."""
    async with partner_of(OTHER, f"{api_url}/api/v1/", clock) as http:
        bob = await logged_in(http, "bob")
        assert (await register(bob, private_key)).status_code == 200
        assert (await bob.post("/snaptrade/token")).status_code == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({"user": "bob", "password": "päss"}, (401, "wrong-login"), id="another's password"),
        pytest.param({"user": "eve", "password": ""}, (401, "wrong-login"), id="unknown user, no password"),
        pytest.param({"user": "eve", "password": "bob-password"}, (401, "wrong-login"), id="unknown user"),
        pytest.param({"user": "bob", "password": "\ud800"}, (401, "wrong-login"), id="half a character"),
        pytest.param({"user": "bob"}, (400, "bad-request"), id="no password"),
        pytest.param({"user": ["bob"], "password": "bob-password"}, (400, "bad-request"), id="no text"),
        pytest.param([], (400, "bad-request"), id="no object"),
    ],
)
async def test_login_is_refused(backend: httpx.AsyncClient, body: object, expected: tuple[int, str]) -> None:
    """Only an account's name and password open a session."""
    assert refusal(await backend.post("/login", content=json.dumps(body))) == expected


@pytest.mark.parametrize("body", [b"{", b"a=1", b"\xff", b"[" * 200_000])
async def test_body_that_is_no_json(backend: httpx.AsyncClient, body: bytes) -> None:
    """A body that cannot be read is the client's mistake."""
    assert refusal(await backend.post("/login", content=body)) == (400, "bad-request")


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param(None, id="none"),
        pytest.param("Bearer", id="no token"),
        pytest.param("Bearer x", id="unknown"),
        pytest.param("JWT {}", id="other scheme"),
        pytest.param("{}", id="no scheme"),
        pytest.param("Bearer {}x", id="changed"),
    ],
)
@pytest.mark.parametrize("path", FOR_CLIENTS)
async def test_everything_needs_a_session(bob: httpx.AsyncClient, path: str, authorization: str | None) -> None:
    """What the partner does for its clients, it does after their login."""
    session = bob.headers.pop("Authorization").removeprefix("Bearer ")
    headers = {} if authorization is None else {"Authorization": authorization.format(session)}
    assert refusal(await bob.post(path, headers=headers)) == (401, "no-session")


@pytest.mark.parametrize("path", PASSING)
async def test_user_must_be_registered(bob: httpx.AsyncClient, path: str) -> None:
    """Who is logged in and not registered at the API gets nothing."""
    assert refusal(await bob.post(path)) == (403, "not-registered")


@pytest.mark.parametrize("path", FOR_CLIENTS)
async def test_nobody_asks_for_another_user(bob: httpx.AsyncClient, private_key: PrivateKey, path: str) -> None:
    """A userId in the body must be the session's."""
    body = {"userId": "zoë/ü", "rsaPublicKey": private_key.public.line()}
    assert refusal(await bob.post(path, json=body)) == (403, "other-user")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({}, (400, "bad-request"), id="none"),
        pytest.param({"rsaPublicKey": None}, (400, "bad-request"), id="null"),
        pytest.param({"rsaPublicKey": "ssh-rsa AAAA"}, (400, "api-refused"), id="one that the API refuses"),
    ],
)
async def test_registration_takes_a_public_key(
    bob: httpx.AsyncClient, private_key: PrivateKey, body: object, expected: tuple[int, str]
) -> None:
    """Without a good key nobody is registered, and a second try with one is well."""
    assert refusal(await bob.post("/snaptrade/register", json=body)) == expected
    assert (await register(bob, private_key)).status_code == 200


async def test_registration_is_once(bob: httpx.AsyncClient, private_key: PrivateKey) -> None:
    """A second registration changes nothing: envelopes are still for the first key."""
    await register(bob, private_key)
    assert refusal(await register(bob, PrivateKey.new())) == (409, "already-registered")
    assert open_envelope((await bob.post("/snaptrade/token")).json(), private_key)


async def test_no_answer_holds_a_secret(bob: httpx.AsyncClient, private_key: PrivateKey) -> None:
    """The userSecret and the consumer key stay with the partner."""
    answers = [await register(bob, private_key), await register(bob, private_key)]
    answers += [await bob.post(path) for path in PASSING]
    told = " ".join(f"{answer.headers} {answer.text}" for answer in answers)
    assert [word for word in ("Secret", OTHER.consumer_key, "Signature") if word.lower() in told.lower()] == []


async def test_answer_in_the_open_is_not_passed_along(served: Served, clock: Clock) -> None:
    """A user without a key would get its link in the open, where the partner could read it: it gets nothing."""
    served.application = create_application([PARTNER], clock=clock)
    async with partner_of(PARTNER, f"http://127.0.0.1:{served.port}", clock, {"alice": "password"}) as http:
        alice = await logged_in(http, "alice", "password")
        assert refusal(await alice.post("/snaptrade/connect")) == (502, "not-sealed")
        assert refusal(await alice.post("/snaptrade/token")) == (400, "api-refused")


async def test_api_that_refuses_the_partner(api_url: str, clock: Clock, private_key: PrivateKey) -> None:
    """What is wrong with the partner's own call is a bad gateway, with what the API says about it."""
    async with partner_of(Client("OTHER", "wrong-key"), api_url, clock) as http:
        answer = await register(await logged_in(http, "bob"), private_key)
    assert refusal(answer) == (502, "api-refused")
    assert "401: Unable to verify signature sent" in answer.json()["why"]


async def test_api_that_is_down(clock: Clock, private_key: PrivateKey) -> None:
    """An API that cannot be reached is a bad gateway."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        async with partner_of(OTHER, f"http://127.0.0.1:{silent.getsockname()[1]}", clock) as http:
            answer = await register(await logged_in(http, "bob"), private_key)
    assert refusal(answer) == (502, "api-unreachable")


async def test_api_that_answers_with_a_page(
    backend: httpx.AsyncClient, behaviour: Behaviour, clock: Clock, private_key: PrivateKey
) -> None:
    """An answer that is no JSON is a bad gateway."""
    behaviour.is_html = True
    async with partner_of(OTHER, str(backend.base_url), clock) as http:
        answer = await register(await logged_in(http, "bob"), private_key)
    assert refusal(answer) == (502, "api-garbled")


async def test_partner_that_is_down(bob: httpx.AsyncClient, private_key: PrivateKey, behaviour: Behaviour) -> None:
    """A partner that is down says so to everything, and is back when it is told."""
    await register(bob, private_key)
    behaviour.is_down = True
    assert [(await bob.post(path)).status_code for path in ("/login", *FOR_CLIENTS)] == [503] * 4
    behaviour.is_down = False
    assert (await bob.post("/snaptrade/token")).status_code == 200


async def test_partner_that_answers_with_a_page(bob: httpx.AsyncClient, behaviour: Behaviour) -> None:
    """A page comes with 200, as a login wall's does."""
    behaviour.is_html = True
    answer = await bob.post("/snaptrade/token")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


async def test_partner_that_is_slow(bob: httpx.AsyncClient, private_key: PrivateKey, behaviour: Behaviour) -> None:
    """Nothing is answered before the test lets it."""
    await register(bob, private_key)
    behaviour.is_ready = asyncio.Event()
    waiting = asyncio.create_task(bob.post("/snaptrade/token"))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(waiting), 0.1)
    behaviour.is_ready.set()
    assert (await waiting).status_code == 200


async def test_partner_that_mixes_up_its_clients(
    bob: httpx.AsyncClient, private_key: PrivateKey, behaviour: Behaviour
) -> None:
    """The envelope looks right and does not open."""
    await register(bob, private_key)
    behaviour.mixes_up = True
    for path in PASSING:
        with pytest.raises(EnvelopeError) as caught:
            open_envelope((await bob.post(path)).json(), private_key)
        assert caught.value.part == "encryptedSharedKey"
