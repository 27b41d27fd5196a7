"""Single-use tokens: each request fetches its own, with which it is let in once, and nothing else is."""

import asyncio
import json
from typing import Final

import pytest

from signer_proxy.sandbox.pti.tokens import Tokens
from tests.end_to_end.daemon import Daemon
from tests.end_to_end.pti.api import TOKEN_CALL, Api
from tests.end_to_end.pti.profiles import CLIENT_ID
from tests.end_to_end.wire import Reply, ask, connected, read, request

AS_USER: Final = "Signer-Profile: token"


def reason(reply: Reply) -> tuple[int, str]:
    """Return status and reason of a refusal of the stand-in's."""
    return reply.status, json.loads(reply.body)["sandbox"]["reason"]


REQUESTS: Final = {
    "get": ("GET", "/assets", b"", "/v1/assets", 200),
    "get-with-base": ("GET", "/v1/assets", b"", "/v1/assets", 200),
    "query": ("GET", "/users?page=0&a=%2F&&b=c+d", b"", "/v1/users?page=0&a=%2F&&b=c+d", 200),
    "escapes": ("GET", "/users/a%20b%c3%A9~%7E@:!$'()*,=", b"", "/v1/users/a%20b%c3%A9~%7E@:!$'()*,=", 404),
    "post": ("POST", "/nothing", '{"name": "Zoë"}'.encode(), "/v1/nothing", 404),
    "post-empty": ("POST", "/nothing", b"", "/v1/nothing", 404),
    "put": ("PUT", "/nothing", b"\x00\xff", "/v1/nothing", 404),
    "delete": ("DELETE", "/transactions/nothing", b"", "/v1/transactions/nothing", 404),
    "delete-with-body": ("DELETE", "/transactions/nothing", b"{}", "/v1/transactions/nothing", 404),
}
FORMS: Final = {"path": "token", "path-rsa": "token-rsa", "absolute": "token-absolute"}


@pytest.mark.parametrize("profile", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize(("method", "target", "body", "arrives", "status"), REQUESTS.values(), ids=REQUESTS)
def test_token_for_one_request(
    daemon: Daemon, api: Api, profile: str, method: str, target: str, body: bytes, arrives: str, status: int
) -> None:
    """A signed call gets a token for this method and path, and the request spends it: two requests in all."""
    headers = (f"Signer-Profile: {profile}", "X-A: 1", "Content-Type: a/b")
    reply = ask(daemon.port, request(daemon.port, method, target, *headers, body=body))
    assert (reply.status, reply.all("Sandbox-Verdict"), reply.all("Signer-Profile")) == (
        status,
        ["verified"],
        [profile],
    )
    fetch, asked = api.asked
    path = arrives.partition("?")[0]
    url = f"{api.origin}{path}" if profile == "token-absolute" else path.removeprefix("/v1")
    assert (fetch.method, fetch.target, fetch.verdict) == ("POST", TOKEN_CALL, "verified")
    assert json.loads(fetch.body) == {"url": url, "method": method}
    assert (fetch.one("content-type"), fetch.all("x-pti-token"), fetch.all("x-a")) == ("application/json", [], [])
    assert (asked.method, asked.target, asked.body) == (method, arrives, body)
    assert (asked.one("x-pti-token"), asked.one("x-pti-client-id")) == (api.issued[0], CLIENT_ID)
    assert (asked.all("x-pti-signature"), asked.all("x-a"), asked.one("content-type")) == ([], ["1"], "a/b")
    assert fetch.one("x-pti-request-id") != asked.one("x-pti-request-id")


def test_never_kept(daemon: Daemon, api: Api) -> None:
    """The same request again, on the same connection, has another token."""
    with connected(daemon.port) as client:
        for _ in range(3):
            client.sendall(request(daemon.port, "GET", "/assets", AS_USER))
            assert read(client).status == 200
    assert [asked.one("x-pti-token") for asked in api.others] == api.issued
    assert len(set(api.issued)) == 3


THEIRS: Final = ("X-Pti-Token: token-of-the-client", "x-pti-token: another", "X-PTI-SIGNATURE: a.b.c")


def test_own_headers(daemon: Daemon, api: Api) -> None:
    """What the client sends of token, signature and client id is gone; its request id and its Date are its own."""
    kept = ("x-pti-request-id: own-id-with-token", "Date: Wed, 15 Apr 2020 16:35:50 GMT")
    raw = request(daemon.port, "GET", "/assets", AS_USER, *THEIRS, "x-pti-client-id: SOMEBODY", *kept)
    assert ask(daemon.port, raw).status == 200
    fetch, asked = api.asked
    assert (asked.one("x-pti-token"), asked.all("x-pti-signature")) == (api.issued[0], [])
    assert asked.one("x-pti-client-id") == CLIENT_ID
    assert asked.one("x-pti-request-id") == "own-id-with-token" != fetch.one("x-pti-request-id")
    assert (asked.one("date"), fetch.one("date") == asked.one("date")) == ("Wed, 15 Apr 2020 16:35:50 GMT", False)


def test_replayed_by_a_client(daemon: Daemon, api: Api) -> None:
    """A token that somebody has seen is no use: spent at the API, and replaced here."""
    assert ask(daemon.port, request(daemon.port, "GET", "/assets", AS_USER)).status == 200
    spent = f"x-pti-token: {api.issued[0]}"
    direct = request(api.port, "GET", "/v1/assets", spent, f"x-pti-client-id: {CLIENT_ID}")
    assert reason(ask(api.port, direct)) == (401, "spent-token")
    assert ask(daemon.port, request(daemon.port, "GET", "/assets", AS_USER, spent)).status == 200
    assert api.others[-1].one("x-pti-token") == api.issued[-1] != api.issued[0]


SPELLINGS: Final = {
    "plain": "/auth/jwt",
    "with-base": "/v1/auth/jwt",
    "with-query": "/auth/jwt?a=/users",
    "slash-at-the-end": "/auth/jwt/",
    "capitals": "/Auth/JWT",
    "escaped-letter": "/%61uth/jw%74",
    "escaped-slash": "/auth%2Fjwt",
    "escaped-escape": "/auth/%256awt",
    "double-slash": "/auth//jwt",
    "dot-segment": "/auth/./jwt",
    "dots": "/users/../auth/jwt",
    "escaped-dots": "/users/%2e%2e/auth/jwt",
    "parameter": "/auth/jwt;x=1",
    "backslash": "/auth\\jwt",
    "base-twice": "/v1/v1/auth/jwt",
    "base-in-capitals": "/V1/auth/jwt",
    "backslash-after-base": "/v1\\auth/jwt",
}


@pytest.mark.parametrize("profile", ["token", "token-absolute"])
@pytest.mark.parametrize("target", SPELLINGS.values(), ids=SPELLINGS)
def test_no_token_makes_tokens(daemon: Daemon, api: Api, target: str, profile: str) -> None:
    """A call for a token, in whatever spelling, is refused under a profile of tokens, and nothing is sent."""
    body = b'{"url": "/users", "method": "GET"}'
    for method in ("POST", "GET", "PUT"):
        raw = request(daemon.port, method, target, f"Signer-Profile: {profile}", body=body)
        reply = ask(daemon.port, raw)
        assert (reply.status, reply.code, api.asked) == (403, "access-denied", []), reply
        assert "a single-use token must not make further tokens" in reply.problem["detail"]


def test_issuer_may_be_asked(daemon: Daemon, api: Api) -> None:
    """A client may ask for a token itself under a profile that signs."""
    body = b'{"url": "/assets", "method": "GET"}'
    reply = ask(daemon.port, request(daemon.port, "POST", "/auth/jwt", body=body))
    assert (reply.status, json.loads(reply.body)["accessToken"]) == (200, api.issued[0])


@pytest.mark.parametrize(("method", "body"), [("GET", b""), ("POST", b"{}")])
def test_never_repeated(daemon: Daemon, api: Api, monkeypatch: pytest.MonkeyPatch, method: str, body: bytes) -> None:
    """A token that the API refuses with 401 is not replaced by another: the client gets the 401."""
    spend = Tokens.spend
    # The stand-in has seen the token already when it comes.
    monkeypatch.setattr(Tokens, "spend", lambda self, *given: (spend(self, *given), spend(self, *given)))
    reply = ask(daemon.port, request(daemon.port, method, "/assets", AS_USER, body=body))
    assert reason(reply) == (401, "spent-token")
    assert [asked.target for asked in api.asked] == [TOKEN_CALL, "/v1/assets"]


@pytest.mark.parametrize(("profile", "together"), [("token", 50), ("token-rsa", 25)])
async def test_concurrent(daemon: Daemon, api: Api, profile: str, together: int) -> None:
    """Of 500 requests at once each spends a token of its own, and tokens are fetched beside each other.

    The stand-in answers token calls in groups: fetched one after the other, none would ever be answered.
    """
    number = 500

    async def client(n: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", daemon.port)
        try:
            writer.write(
                request(daemon.port, "GET", f"/assets?n={n}", f"Signer-Profile: {profile}", "Connection: close")
            )
            return await reader.read()
        finally:
            writer.close()

    with api.gathering(together):
        answers = await asyncio.gather(*(client(n) for n in range(number)))
    assert {answer.split(b" ", 2)[1] for answer in answers} == {b"200"}
    assert len(api.asked) == 2 * number
    assert {asked.target for asked in api.others} == {f"/v1/assets?n={n}" for n in range(number)}
    spent = [asked.one("x-pti-token") for asked in api.others]
    assert len(set(spent)) == number
    assert set(spent) == set(api.issued)


def test_client_gone(daemon: Daemon, api: Api) -> None:
    """A client that goes away while its token is fetched has nothing sent for it, and the token is not used."""
    since = len(daemon.lines)
    with api.gathering(2):
        with connected(daemon.port) as client:
            client.sendall(request(daemon.port, "GET", "/users", AS_USER))
            api.wait_for_token_calls(1)
        # Its end has come in before this one's request, which lets both token calls be answered.
        assert ask(daemon.port, request(daemon.port, "GET", "/assets", AS_USER)).status == 200
        daemon.wait_for("client-gone", since=since)
    assert [asked.target for asked in api.others] == ["/v1/assets"]
