"""A token is good for one request with one method and one path, for a minute, and for nothing besides."""

import asyncio
from collections import Counter

import httpx
import pytest

from signer_proxy.sandbox.pti.application import create_pti
from tests.sandbox.calling import Clock
from tests.sandbox.conftest import Served
from tests.sandbox.pti.calling import CLIENT, OTHER, Caller, reason


@pytest.mark.parametrize(
    ("url", "target"),
    [
        pytest.param("/assets", "/assets", id="path below the base"),
        pytest.param("http://{host}/v1/assets", "/assets", id="whole URL"),
        pytest.param("https://{host}/v1/assets", "/assets", id="whole URL, behind a TLS terminator"),
        pytest.param("/assets", "/assets?page=1", id="a query is free"),
        pytest.param("/users/%61", "/users/%61", id="escapes stay"),
    ],
)
async def test_token_opens_one_request(caller: Caller, clock: Clock, url: str, target: str) -> None:
    """The first request with it is let in without a signature, the second is not."""
    token = await caller.token("GET", url.format(host=caller.http.base_url.netloc.decode()))
    clock.now += 59
    first, second = [await caller.spend(token, "GET", target) for _ in range(2)]
    assert first.headers["Sandbox-Verdict"] == "verified"
    assert (reason(second), second.headers["Sandbox-Verdict"]) == ((401, "spent-token"), "refused")


async def test_answer_says_what_the_token_is(caller: Caller, clock: Clock) -> None:
    """The token comes with its end, and no two are equal."""
    answers = [await caller.call("POST", "/auth/jwt", {"url": "/assets", "method": "GET"}) for _ in range(2)]
    assert [answer.json()["expiresAt"] for answer in answers] == [int(clock.now) + 60] * 2
    assert {answer.json()["tokenType"] for answer in answers} == {"JWT"}
    assert len({answer.json()["accessToken"] for answer in answers}) == 2


@pytest.mark.parametrize(
    ("method", "target"),
    [
        pytest.param("POST", "/users", id="other method"),
        pytest.param("GET", "/assets", id="other path"),
        pytest.param("GET", "/users/", id="a slash more"),
        pytest.param("GET", "/%75sers", id="another way to write the path"),
    ],
)
async def test_token_is_for_nothing_else(caller: Caller, method: str, target: str) -> None:
    """Another request is refused, and the token is gone with it."""
    token = await caller.token("GET", "/users")
    assert reason(await caller.spend(token, method, target)) == (403, "other-operation")
    assert reason(await caller.spend(token, "GET", "/users")) == (401, "spent-token")


async def test_token_is_its_clients(caller: Caller, other: Caller) -> None:
    """Another client's id beside it is refused."""
    token = await caller.token("GET", "/assets")
    assert reason(await other.spend(token, "GET", "/assets")) == (401, "other-client")


async def test_token_expires(caller: Caller, clock: Clock) -> None:
    """After a minute an unused token is none, also when others have been issued since."""
    token = await caller.token("GET", "/assets")
    clock.now += 60
    await caller.token("GET", "/assets")
    answer = await caller.spend(token, "GET", "/assets")
    assert reason(answer) == (401, "expired-token")


async def test_life_is_a_setting(caller: Caller, clock: Clock, served: Served) -> None:
    """A token may live longer, and the API may stand at the root."""
    served.application = create_pti([CLIENT, OTHER], clock=clock, token_life=600, path="")
    signature = caller.signature("POST", "/auth/jwt", b'{"url":"/v1/x","method":"GET"}')
    answer = await caller.send("POST", "/auth/jwt", b'{"url":"/v1/x","method":"GET"}', caller.headers(signature))
    clock.now += 599
    assert reason(await caller.spend(answer.json()["accessToken"], "GET", "/x")) == (404, "unknown-operation")


async def test_token_of_another_sandbox(caller: Caller, clock: Clock, served: Served) -> None:
    """A restart makes all tokens invalid, and nothing that a client makes up is one."""
    token = await caller.token("GET", "/assets")
    served.application = create_pti([CLIENT], clock=clock)
    for wrong in (token, "x", "a.b.c", "é"):
        headers = [("x-pti-token", wrong), ("x-pti-client-id", CLIENT.client_id)]
        encoded = [(name.encode(), value.encode()) for name, value in headers]
        answer = await caller.http.get("/v1/assets", headers=encoded)
        assert reason(answer) == (401, "bad-token")


async def test_two_tokens_are_none(caller: Caller) -> None:
    """A right token beside another header of the name does not count, and is not used up."""
    token = await caller.token("GET", "/assets")
    headers = [("x-pti-token", token), ("x-pti-token", token), ("x-pti-client-id", CLIENT.client_id)]
    assert reason(await caller.send("GET", "/v1/assets", headers=headers)) == (401, "duplicate-token")
    assert (await caller.spend(token, "GET", "/assets")).status_code == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({"url": "/auth/jwt", "method": "POST"}, (403, "token-call"), id="token for tokens"),
        pytest.param({"method": "GET"}, (400, "bad-field"), id="no url"),
        pytest.param({"url": "", "method": "GET"}, (400, "bad-field"), id="empty url"),
        pytest.param({"url": 1, "method": "GET"}, (400, "bad-field"), id="url is no text"),
        pytest.param({"url": "assets", "method": "GET"}, (400, "bad-field"), id="no slash"),
        pytest.param({"url": "/v1/assets", "method": "GET"}, (400, "bad-field"), id="path with the base"),
        pytest.param({"url": "/assets?x=1", "method": "GET"}, (400, "bad-field"), id="query"),
        pytest.param({"url": "/assets#x", "method": "GET"}, (400, "bad-field"), id="fragment"),
        pytest.param({"url": "/a b", "method": "GET"}, (400, "bad-field"), id="not percent-encoded"),
        pytest.param({"url": "http://elsewhere/v1/assets", "method": "GET"}, (400, "bad-field"), id="other host"),
        pytest.param({"url": "http://{host}/v2/assets", "method": "GET"}, (400, "bad-field"), id="outside the base"),
        pytest.param({"url": "/assets"}, (400, "bad-field"), id="no method"),
        pytest.param({"url": "/assets", "method": "get"}, (400, "bad-field"), id="method in small letters"),
        pytest.param({"url": "/assets", "method": ["GET"]}, (400, "bad-field"), id="method is no text"),
        pytest.param([], (400, "bad-field"), id="no object"),
    ],
)
async def test_call_that_gives_no_token(caller: Caller, body: object, expected: tuple[int, str]) -> None:
    """A token is for a request that can be told exactly, and never for another token."""
    if isinstance(body, dict) and "{host}" in str(body.get("url")):
        body = {**body, "url": body["url"].format(host=caller.http.base_url.netloc.decode())}
    assert reason(await caller.call("POST", "/auth/jwt", body)) == expected


async def test_token_makes_no_tokens(caller: Caller) -> None:
    """The call for tokens must be signed, whatever token comes with it."""
    token = await caller.token("POST", "/users")
    body = {"url": "/assets", "method": "GET"}
    assert reason(await caller.spend(token, "POST", "/auth/jwt", body)) == (403, "token-call")


async def test_concurrent_uses(caller: Caller) -> None:
    """Of many requests with one token at the same time, exactly one is let in."""
    token = await caller.token("GET", "/assets")

    async def spend() -> httpx.Response:
        return await caller.spend(token, "GET", "/assets")

    answers = await asyncio.gather(*(spend() for _ in range(30)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 401: 29}
