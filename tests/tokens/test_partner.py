"""The partner's backend as token source: what is sent, and every way in which it may fail, on real sockets."""

import asyncio
import gzip
import json
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from signer_proxy.crypto.envelope import seal
from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.tokens.partner import PartnerSource
from signer_proxy.tokens.partner_request import PartnerRequest
from signer_proxy.tokens.source import SourceError
from signer_proxy.upstream.pool import Pool, open_pool
from tests.certificates import server_context, write_certificate
from tests.faulty_upstream import closing, faulty_upstream, resetting, saying

type Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]

SECRET = "session-secret"


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    """Return a pool as the daemon opens it."""
    async with open_pool({}) as opened:
        yield opened


@asynccontextmanager
async def partner(serve: Serve) -> AsyncIterator[str]:
    """Serve every request with `serve`; yields the URL of the token's place."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/snaptrade/token"
    finally:
        await runner.cleanup()


def answering(value: object) -> Serve:
    """Answer every request with a value as JSON."""

    async def serve(_: web.Request) -> web.StreamResponse:
        return web.json_response(value)

    return serve


async def fetch(
    pool: Pool, url: str, key: PrivateKey, *, path: str = "", within: float = 5.0, **chosen: Mapping[str, str]
) -> str:
    """Fetch once from `url`."""
    request = PartnerRequest(url, headers=chosen.get("headers", {}))
    return await PartnerSource(pool, request, key, path=path, within=within).fetch()


PLACES: dict[str, tuple[str, Callable[[object], object]]] = {
    "whole": ("", lambda envelope: envelope),
    "member": ("envelope", lambda envelope: {"ok": True, "envelope": envelope}),
    "deep": ("data.envelope", lambda envelope: {"data": {"envelope": envelope}}),
    "list": ("tokens.1.sealed", lambda envelope: {"tokens": [None, {"sealed": envelope}]}),
}


@pytest.mark.parametrize(("path", "place"), PLACES.values(), ids=PLACES)
async def test_the_envelope_is_found_and_opened(
    pool: Pool, key: PrivateKey, path: str, place: Callable[[object], object]
) -> None:
    """The envelope may be the whole answer, or stand at a dotted path in it."""
    async with partner(answering(place(seal("token", key.public)))) as url:
        assert await fetch(pool, url, key, path=path) == "token"


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
async def test_chunks_and_packing_are_undone(pool: Pool, key: PrivateKey, packed: bool) -> None:
    """Nobody asked for it, but a backend may pack its answers all the same."""
    body = json.dumps(seal("token", key.public)).encode()

    async def serve(_: web.Request) -> web.StreamResponse:
        if packed:
            return web.Response(body=gzip.compress(body), headers={"Content-Encoding": "gzip"})
        response = web.Response(body=body)
        response.enable_chunked_encoding()
        return response

    async with partner(serve) as url:
        assert await fetch(pool, url, key) == "token"


SENT: dict[str, tuple[dict[str, object], bytes]] = {
    "default": (
        {},
        b"POST /snaptrade/token HTTP/1.1\r\nHost: %b\r\nAccept: application/json\r\nUser-Agent: signer-proxy\r\n"
        b"Content-Length: 0\r\n\r\n",
    ),
    "body": (
        {"body": '{"userId": "alicé"}'},
        b"POST /snaptrade/token HTTP/1.1\r\nHost: %b\r\nAccept: application/json\r\nUser-Agent: signer-proxy\r\n"
        b'Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{"userId": "alic\xc3\xa9"}',
    ),
    "get": (
        {"method": "GET"},
        b"GET /snaptrade/token HTTP/1.1\r\nHost: %b\r\nAccept: application/json\r\nUser-Agent: signer-proxy\r\n\r\n",
    ),
    "headers": (
        {"body": "a=b", "headers": {"Authorization": SECRET, "content-type": "text/plain", "ACCEPT": "*/*"}},
        b"POST /snaptrade/token HTTP/1.1\r\nHost: %b\r\nAuthorization: session-secret\r\ncontent-type: text/plain\r\n"
        b"ACCEPT: */*\r\nUser-Agent: signer-proxy\r\nContent-Length: 3\r\n\r\na=b",
    ),
}


@pytest.mark.parametrize(("chosen", "sent"), SENT.values(), ids=SENT)
async def test_what_is_configured_is_sent(pool: Pool, key: PrivateKey, chosen: dict[str, object], sent: bytes) -> None:
    """Method, headers and body leave as the config says, with little of ours beside them."""
    body = json.dumps(seal("token", key.public)).encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    async with faulty_upstream(saying(answer)) as upstream:
        request = PartnerRequest(upstream.origin + "/snaptrade/token", **chosen)  # type: ignore[arg-type]
        source = PartnerSource(pool, request, key)
        assert await source.fetch() == "token"
        assert not source.changed()
    assert upstream.requests == [sent % upstream.origin.partition("://")[2].encode()]


@pytest.mark.parametrize(
    ("tail", "target"),
    [("", b"/"), ("/", b"/"), ("?key=a%2Fb", b"/?key=a%2Fb"), ("/a%20b/?", b"/a%20b/?"), ("/x?a?b", b"/x?a?b")],
)
def test_the_target_is_kept_as_it_is(tail: str, target: bytes) -> None:
    """Path and query of the URL are not escaped, unescaped or cut."""
    outgoing = PartnerRequest("https://App.Example:443" + tail).outgoing()
    assert (outgoing.origin, outgoing.target) == ("https://app.example", target)


async def test_cookies_of_the_partner_are_not_kept(pool: Pool, key: PrivateKey) -> None:
    """A request is what the config says, whatever an earlier answer wanted."""
    cookies: list[str] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        cookies.append(request.headers.get("Cookie", ""))
        return web.json_response(seal("token", key.public), headers={"Set-Cookie": "session=1; Path=/"})

    async with partner(serve) as url:
        for _ in range(3):
            await fetch(pool, url, key)
    assert cookies == [""] * 3


def status(number: int, headers: Mapping[str, str] | None = None) -> Serve:
    """Answer with a status, and a body that must not be shown."""

    async def serve(_: web.Request) -> web.StreamResponse:
        return web.Response(status=number, text=SECRET, headers=headers)

    return serve


def text(body: str, kind: str = "text/html") -> Serve:
    """Answer 200 with some text."""

    async def serve(_: web.Request) -> web.StreamResponse:
        return web.Response(text=body, content_type=kind)

    return serve


async def slow(request: web.Request) -> web.StreamResponse:
    """Send a byte now and then, so that the connection never stalls, but never all of it."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


async def hanging(_: web.Request) -> web.StreamResponse:
    """Say nothing."""
    await asyncio.Event().wait()
    return web.Response()


async def endless(request: web.Request) -> web.StreamResponse:
    """Send as much as is read."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" " * 65_536)


FAILURES: dict[str, tuple[Serve, str]] = {
    "slow": (slow, "must answer within 0.3 s, got no whole answer"),
    "hanging": (hanging, "must answer within 0.3 s, got no whole answer"),
    "huge": (text(" " * (1 << 20) + "{}"), "must answer 1 MiB at most, got more (is it the right URL?)"),
    "endless": (endless, "must answer 1 MiB at most, got more (is it the right URL?)"),
    "html": (text(f"<html>{SECRET}"), "must hold JSON, got a page of HTML (is that where a person logs in?)"),
    "empty": (text(""), "must hold JSON, got nothing"),
    "no-json": (text(SECRET), "must hold JSON, got other text"),
    "other-json": (text(json.dumps({"token": SECRET})), "must hold an envelope"),
    "bad-request": (status(400), "must answer 200, got 400 Bad Request"),
    "unauthorized": (status(401), "must answer 200, got 401 Unauthorized (are its headers and credentials right?)"),
    "server-error": (status(500), "must answer 200, got 500 Internal Server Error"),
    "created": (status(201), "must answer 200, got 201 Created"),
    "own-status": (status(799), "must answer 200, got 799"),
    "packed": (status(200, {"Content-Encoding": "br"}), "must answer plain or packed with gzip, up to 1 MiB"),
}


@pytest.mark.parametrize(("serve", "reason"), FAILURES.values(), ids=FAILURES)
async def test_failures_name_the_reason_and_no_secret(pool: Pool, key: PrivateKey, serve: Serve, reason: str) -> None:
    """Method, place and reason are told; headers, query and bodies are in no part of the error."""
    within = 0.3 if serve in (slow, hanging) else 10.0
    async with partner(serve) as url:
        with pytest.raises(SourceError) as caught:
            await fetch(pool, f"{url}?key={SECRET}", key, within=within, headers={"Authorization": SECRET})
    assert str(caught.value).startswith(f"POST {url} ")
    assert reason in str(caught.value)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


async def test_redirects_are_not_followed(pool: Pool, key: PrivateKey) -> None:
    """The session goes to the configured place alone, however the backend answers."""
    seen: list[str] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        seen.append(request.path)
        raise web.HTTPTemporaryRedirect("/elsewhere")

    async with partner(serve) as url:
        with pytest.raises(SourceError, match=r"got 307 Temporary Redirect \(redirects are not followed: name the la"):
            await fetch(pool, url, key)
    assert seen == ["/snaptrade/token"]


async def test_somebody_elses_envelope_does_not_open(pool: Pool, key: PrivateKey, foreign_key: PrivateKey) -> None:
    """An envelope for another key is told with the part that does not open."""
    async with partner(answering(seal(SECRET, foreign_key.public))) as url:
        with pytest.raises(SourceError, match=r"^POST http://\S+: encryptedSharedKey ") as caught:
            await fetch(pool, url, key)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("path", ["envelope", "data.other", "data.envelope.0", "list.2", "list.x", "list.-1", "text.0"])
async def test_a_path_that_leads_nowhere(pool: Pool, key: PrivateKey, path: str) -> None:
    """The part of the path that finds nothing is named."""
    answer = {"data": {"envelope": seal("token", key.public)}, "list": [1, 2], "text": SECRET}
    async with partner(answering(answer)) as url:
        with pytest.raises(SourceError, match=f"at path '{path}', got nothing at its part '{path.split('.')[-1]}'"):
            await fetch(pool, url, key, path=path)


async def test_a_partner_that_is_down(pool: Pool, key: PrivateKey) -> None:
    """No connection is told as such."""
    async with partner(answering({})) as url:
        pass
    with pytest.raises(SourceError, match=r"^POST http://\S+/snaptrade/token: .*no connection: Connection refused"):
        await fetch(pool, url, key)


@pytest.mark.parametrize(
    "serve",
    [closing, resetting, saying(b"SSH-2.0-OpenSSH_9.9\r\n"), saying(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")],
    ids=["closes", "resets", "other-protocol", "switches-protocol"],
)
async def test_a_partner_that_speaks_no_http(
    pool: Pool, key: PrivateKey, serve: Callable[..., Awaitable[None]]
) -> None:
    """An answer that is none is told as such, and the request is sent once."""
    async with faulty_upstream(serve) as upstream:
        with pytest.raises(SourceError, match=r"must answer in HTTP, got none or a part"):
            await fetch(pool, upstream.origin, key)
    assert len(upstream.requests) <= 1


async def test_a_certificate_is_verified(pool: Pool, key: PrivateKey, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A session is sent to nobody who cannot prove the name."""
    tls = server_context(write_certificate(tmp_path_factory.mktemp("tls")))
    async with faulty_upstream(closing, tls) as upstream:
        with pytest.raises(SourceError, match="its certificate does not verify"):
            await fetch(pool, upstream.origin, key)
    assert upstream.requests == []


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "plain-http": ({"url": "http://app.example/token"}, "must be https://"),
    "other-scheme": ({"url": "ftp://app.example/token"}, "must begin with https://"),
    "no-scheme": ({"url": "app.example/token"}, "must be a URL"),
    "user": ({"url": f"https://alice:{SECRET}@app.example/"}, "must not hold a user or password"),
    "fragment": ({"url": f"https://app.example/#{SECRET}"}, "must be ASCII without spaces and fragment"),
    "line-end": ({"url": f"https://app.example/\r\nX: {SECRET}"}, "must be ASCII without spaces and fragment"),
    "non-ascii": ({"url": "https://app.example/é"}, "must be ASCII without spaces and fragment"),
    "surrogate-url": ({"url": "https://app.example/\ud800"}, "must be ASCII without spaces and fragment"),
    "method": ({"method": "HEAD"}, "must be one of GET, POST, PUT, PATCH"),
    "method-line": ({"method": "GET / HTTP/1.1\r\nX: 1\r\n\r\nGET"}, "must be one of GET, POST, PUT, PATCH"),
    "header-name": ({"headers": {"X Y": "1"}}, "header 'X Y' must have the name"),
    "header-name-line": ({"headers": {"X\r\nY": "1"}}, "must have the name"),
    "header-framing": ({"headers": {"Transfer-Encoding": "chunked"}}, "header 'Transfer-Encoding' must have the name"),
    "header-host": ({"headers": {"host": "other.example"}}, "header 'host' must have the name"),
    "header-value-line": ({"headers": {"X": f"{SECRET}\r\nY: 1"}}, "header 'X' must have a value of one line"),
    "header-value-ends": ({"headers": {"X": f" {SECRET}"}}, "header 'X' must have a value of one line"),
    "header-value-non-ascii": ({"headers": {"X": f"{SECRET}é"}}, "header 'X' must have a value of one line"),
    "body-surrogate": ({"body": f"{SECRET}\ud800"}, "the body must be text that UTF-8 can write"),
}


@pytest.mark.parametrize(("chosen", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_sent_is_refused_before(chosen: dict[str, object], reason: str) -> None:
    """A request is checked when it is made, and what is wrong is told without what may be secret."""
    with pytest.raises(ValueError, match=reason) as caught:
        PartnerRequest(**{"url": "https://app.example/token"} | chosen)  # type: ignore[arg-type]
    assert SECRET not in "".join(traceback.format_exception_only(caught.value))


def test_repr_shows_no_secret() -> None:
    """A request may stand in a log by its repr."""
    request = PartnerRequest(
        f"https://app.example/token?key={SECRET}", headers={"Authorization": SECRET}, body=json.dumps(SECRET)
    )
    assert repr(request) == "PartnerRequest(method='POST', origin='https://app.example', path='/token')"
    assert SECRET not in repr(request.outgoing())


def test_equal_requests_are_one() -> None:
    """Requests can be compared and looked up, so that what asks the same may share a token."""
    requests = [PartnerRequest("https://app.example/token", headers={"X": value}) for value in ("1", "1", "2")]
    assert len(set(requests)) == 2
