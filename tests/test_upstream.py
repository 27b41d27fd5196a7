"""The way upstream: bytes as they are, one request at most, and a true word about what went wrong."""

import asyncio
import datetime
import gzip
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from signer_proxy.errors import (
    AnswerTooLargeError,
    ClientGoneError,
    InternalError,
    SignerError,
    StartError,
    TooBusyError,
    UpstreamBrokeError,
    UpstreamTimeoutError,
    UpstreamUnreachableError,
)
from signer_proxy.message import Headers, values
from signer_proxy.upstream.outgoing import Limits, Outgoing
from signer_proxy.upstream.pool import Pool, open_pool
from tests.certificates import DAY, server_context, write_certificate
from tests.faulty_upstream import (
    OK,
    FaultyUpstream,
    Serve,
    Talk,
    closing,
    faulty_upstream,
    hanging,
    resetting,
    saying,
)

LIMITS = Limits(connect_timeout=5.0, answer_timeout=5.0, max_answer=1 << 20)
SOON = Limits(connect_timeout=0.2, answer_timeout=0.2, max_answer=1 << 20)
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
MIB = 1 << 20
EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    """Return a pool as the daemon opens it."""
    async with open_pool({}) as opened:
        yield opened


def outgoing(
    upstream: FaultyUpstream | str,
    method: str = "GET",
    target: bytes = b"/",
    headers: Headers = ((b"Host", b"api"),),
    body: bytes = b"",
    is_wanted: Callable[[], bool] = lambda: True,
) -> Outgoing:
    """Return a request on its way; a body gets its Content-Length."""
    if body:
        headers = (*headers, (b"Content-Length", b"%d" % len(body)))
    origin = upstream if isinstance(upstream, str) else upstream.origin
    return Outgoing(origin, method, target, headers, body, is_wanted)


TARGETS = {
    "escapes": b"/a%20b?x=1%2F2&y=%zz+q",
    "question-mark-bare": b"/?",
    "question-mark-second": b"/x?a?b",
    "slashes": b"//a//b/",
    "dots": b"/a/../b/./c",
    "unreserved": b"/%7E%41?%2d=~",
    "delimiters": b"/a;b=c,d!$'()*@:/e?f[]=g&&=&",
    "quotes": b'/"\\<>^`{|}?"\\<>^`{|}',
    "long": b"/" + b"a" * 20_000,
}


@pytest.mark.parametrize("target", [pytest.param(target, id=name) for name, target in TARGETS.items()])
async def test_target_leaves_as_it_is(pool: Pool, target: bytes) -> None:
    """No byte of a target is escaped, unescaped, normalised or lost."""
    async with faulty_upstream(saying(OK)) as upstream:
        await pool.send(outgoing(upstream, target=target), LIMITS)
    assert upstream.requests == [b"GET %b HTTP/1.1\r\nHost: api\r\n\r\n" % target]


@pytest.mark.parametrize("method", METHODS)
async def test_method_and_body_leave_as_they_are(pool: Pool, method: str) -> None:
    """Every method can carry a body of any bytes, and nothing is added to it."""
    body = bytes(range(256))
    async with faulty_upstream(saying(EMPTY)) as upstream:
        await pool.send(outgoing(upstream, method, body=body), LIMITS)
    assert upstream.requests == [
        method.encode() + b" / HTTP/1.1\r\nHost: api\r\nContent-Length: 256\r\n\r\n" + bytes(range(256))
    ]


async def test_headers_leave_as_they_are(pool: Pool) -> None:
    """Order, case, duplicates and bytes of headers stay, and none is added."""
    headers: Headers = (
        (b"x-b", b"1"),
        (b"HOST", b"api"),
        (b"X-A", b"caf\xe9 \xff"),
        (b"x-B", b"2"),
        (b"X-A", b""),
        (b"Accept-Encoding", b"br"),
    )
    async with faulty_upstream(saying(OK)) as upstream:
        await pool.send(outgoing(upstream, headers=headers), LIMITS)
    lines = [b"x-b: 1", b"HOST: api", b"X-A: caf\xe9 \xff", b"x-B: 2", b"X-A: ", b"Accept-Encoding: br"]
    assert upstream.requests == [b"\r\n".join([b"GET / HTTP/1.1", *lines, b"", b""])]


UNFIT: dict[str, tuple[str, bytes, tuple[bytes, bytes]]] = {
    "a line end in the method": ("GET / HTTP/1.1\r\nX:", b"/", (b"Host", b"api")),
    "a method beyond ASCII": ("G\u00c9T", b"/", (b"Host", b"api")),
    "a blank in the target": ("GET", b"/ HTTP/1.1", (b"Host", b"api")),
    "a line end in the target": ("GET", b"/\r\nX:y", (b"Host", b"api")),
    "a line end in a value": ("GET", b"/", (b"X", b"y\r\n\r\nPOST / HTTP/1.1")),
    "a bare line feed": ("GET", b"/", (b"X", b"y\nZ: z")),
    "NUL": ("GET", b"/", (b"X", b"y\0")),
    "a line end in a name": ("GET", b"/", (b"X\r\nY", b"y")),
    "a name that continues the line before": ("GET", b"/", (b" X", b"y")),
    "no name": ("GET", b"/", (b"", b"y")),
}


@pytest.mark.parametrize(("method", "target", "header"), UNFIT.values(), ids=UNFIT)
async def test_what_would_be_read_otherwise_stays_here(
    pool: Pool, method: str, target: bytes, header: tuple[bytes, bytes]
) -> None:
    """Whatever has let such a request through, not a byte of it leaves, nor is an order written down as sent."""
    async with faulty_upstream(saying(OK)) as upstream:
        unfit = outgoing(upstream, method, target, headers=(header,))
        unfit.leave = lambda: pytest.fail("it leaves")
        with pytest.raises(InternalError, match="nothing was sent"):
            await pool.send(unfit, LIMITS)
        assert not unfit.sent
        await pool.send(outgoing(upstream), LIMITS)
    assert upstream.requests == [b"GET / HTTP/1.1\r\nHost: api\r\n\r\n"]


async def test_large_body_leaves_whole(pool: Pool) -> None:
    """10 MiB go out byte for byte, and the connection is used again."""
    body = bytes(range(256)) * (10 * MIB // 256)
    async with faulty_upstream(saying(OK)) as upstream:
        await pool.send(outgoing(upstream, "PUT", body=body), LIMITS)
        await pool.send(outgoing(upstream), LIMITS)
    assert upstream.requests[0].partition(b"\r\n\r\n")[2] == body
    assert (len(upstream.requests), upstream.connections) == (2, 1)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
PACKED = gzip.compress(b"packed")
ANSWERS: dict[str, tuple[str, bytes, int, bytes]] = {
    "length": ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200, b"abc"),
    "length-zero": ("POST", b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 201, b""),
    "chunked": ("GET", CHUNKED + b"1\r\na\r\n2;x=y\r\nbc\r\n0\r\n\r\n", 200, b"abc"),
    "head-with-length": ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n", 200, b""),
    "no-content": ("DELETE", b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
    "not-modified-with-length": ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9999999\r\n\r\n", 304, b""),
    "packed-stays-packed": (
        "GET",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(PACKED) + PACKED,
        200,
        PACKED,
    ),
    "redirect-is-an-answer": ("GET", b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", 302, b""),
    "continue-before": ("POST", b"HTTP/1.1 100 Continue\r\n\r\n" + OK, 200, b"ok"),
    "early-hints-before": ("GET", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 2 + OK, 200, b"ok"),
    "error": ("GET", b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops", 500, b"oops"),
}


@pytest.mark.parametrize(
    ("method", "raw", "status", "body"), [pytest.param(*row, id=name) for name, row in ANSWERS.items()]
)
async def test_answer_is_read_whole(pool: Pool, method: str, raw: bytes, status: int, body: bytes) -> None:
    """However an answer is framed, its status and its body as sent come back, and the connection is used again."""
    async with faulty_upstream(saying(raw)) as upstream:
        answers = [await pool.send(outgoing(upstream, method), LIMITS) for _ in range(2)]
    assert [(answer.status, answer.body) for answer in answers] == [(status, body)] * 2
    assert (len(upstream.requests), upstream.connections) == (2, 1)


CLOSING = {
    "until-close": b"HTTP/1.1 200 OK\r\n\r\nabc",
    "http-1.0": b"HTTP/1.0 200 OK\r\n\r\nabc",
    "says-close": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc",
}


@pytest.mark.parametrize("raw", [pytest.param(raw, id=name) for name, raw in CLOSING.items()])
async def test_answer_that_ends_the_connection_is_read_whole(pool: Pool, raw: bytes) -> None:
    """An answer up to the connection's end is whole, and the next request takes a new connection."""
    async with faulty_upstream(saying(raw, then=closing)) as upstream:
        answers = [await pool.send(outgoing(upstream), LIMITS) for _ in range(2)]
    assert [answer.body for answer in answers] == [b"abc", b"abc"]
    assert (len(upstream.requests), upstream.connections) == (2, 2)


async def test_answer_headers_come_as_they_are(pool: Pool) -> None:
    """Order, case, duplicates and bytes of an answer's headers and of its reason stay."""
    head = b"HTTP/1.1 200 Tr\xe8s bien\r\nx-B: 1\r\nSet-Cookie: a=1\r\nX-Request-ID: \xff\r\nset-cookie: b=2\r\n"
    async with faulty_upstream(saying(head + b"Content-Length: 0\r\n\r\n")) as upstream:
        answer = await pool.send(outgoing(upstream), LIMITS)
    assert answer.reason == b"Tr\xe8s bien"
    assert answer.headers == (
        (b"x-B", b"1"),
        (b"Set-Cookie", b"a=1"),
        (b"X-Request-ID", b"\xff"),
        (b"set-cookie", b"b=2"),
        (b"Content-Length", b"0"),
    )


async def test_cookies_are_not_kept(pool: Pool) -> None:
    """A cookie that the upstream sets is not sent back by us."""
    raw = b"HTTP/1.1 200 OK\r\nSet-Cookie: session=1\r\nContent-Length: 0\r\n\r\n"
    async with faulty_upstream(saying(raw)) as upstream:
        for _ in range(2):
            await pool.send(outgoing(upstream), LIMITS)
    assert upstream.requests == [b"GET / HTTP/1.1\r\nHost: api\r\n\r\n"] * 2


def second_request(fault: Serve) -> Serve:
    """Answer a connection's first request, and meet its second with a fault."""

    async def serve(talk: Talk) -> None:
        await talk.request()
        await talk.say(EMPTY)
        await talk.request()
        await fault(talk)

    return serve


@pytest.mark.parametrize("fault", [closing, resetting])
@pytest.mark.parametrize("method", METHODS)
async def test_no_request_is_sent_twice(pool: Pool, method: str, fault: Serve) -> None:
    """When a kept connection breaks after a request went out on it, the upstream sees that request once."""
    async with faulty_upstream(second_request(fault)) as upstream:
        await pool.send(outgoing(upstream, method), LIMITS)
        second = outgoing(upstream, method, target=b"/second")
        with pytest.raises(UpstreamBrokeError, match="may have been received"):
            await pool.send(second, LIMITS)
    assert second.sent
    assert [request.split()[1] for request in upstream.requests] == [b"/", b"/second"]
    assert upstream.connections == 1


LEFTOVERS = {
    "closed": b"",
    "answer-nobody-asked-for": OK,
    "bytes": b"\0",
}


@pytest.mark.parametrize("leftover", [pytest.param(leftover, id=name) for name, leftover in LEFTOVERS.items()])
@pytest.mark.parametrize("seen", [pytest.param(False, id="unseen"), pytest.param(True, id="seen")])
@pytest.mark.parametrize("method", METHODS)
async def test_stale_connection_is_left_before_the_first_byte(
    pool: Pool, method: str, seen: bool, leftover: bytes
) -> None:
    """A kept connection that the upstream closed or wrote to is not used, before and after the event loop saw that."""
    answered, went = threading.Event(), threading.Event()
    got: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        for after in (leftover, b""):
            connection, _ = listener.accept()
            with connection:
                got.append(connection.recv(65536))
                connection.sendall(EMPTY)
                answered.wait(5)
                if after:
                    connection.sendall(after)
                    went.set()
                    with suppress(ConnectionResetError):  # the client lets go of it, what came unread
                        got.extend([more] if (more := connection.recv(65536)) else [])
            went.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        await pool.send(outgoing(origin, method), LIMITS)
        answered.set()
        went.wait(5)  # on the event loop, so that it cannot see what came
        for _ in range(5 * seen):
            await asyncio.sleep(0)  # a turn of the event loop
        answer = await pool.send(outgoing(origin, method, target=b"/second"), LIMITS)
        await asyncio.to_thread(thread.join)
    assert answer.status == 200
    assert [request.split()[1] for request in got] == [b"/", b"/second"]


async def test_second_answer_to_one_request_is_no_answer_to_the_next(pool: Pool) -> None:
    """What an upstream says beyond its answer is dropped together with the connection."""
    stale = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstale"

    async def serve(talk: Talk) -> None:
        await talk.request()
        await talk.say(OK + stale if talk.upstream.connections == 1 else OK)
        await talk.until_closed()

    async with faulty_upstream(serve) as upstream:
        answers = [await pool.send(outgoing(upstream), LIMITS) for _ in range(2)]
    assert [answer.body for answer in answers] == [b"ok", b"ok"]
    assert upstream.connections == 2


SMUGGLED = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"
BROKEN: dict[str, Serve] = {
    "closes": saying(then=closing),
    "resets": saying(then=resetting),
    "garbage": saying(b"\x16\x03\x01 this is no HTTP\r\n\r\n", then=closing),
    "half-a-head": saying(b"HTTP/1.1 200 OK\r\nContent-Le", then=closing),
    "half-a-body": saying(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", then=closing),
    "half-a-body-and-reset": saying(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", then=resetting),
    "half-the-chunks": saying(CHUNKED + b"5\r\nhello\r\n", then=closing),
    "broken-chunk": saying(CHUNKED + b"zz\r\nhello\r\n", then=hanging),
    "two-lengths": saying(SMUGGLED, then=hanging),
    "switching-protocols": saying(
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x02hi", then=hanging
    ),
    "continue-and-no-more": saying(b"HTTP/1.1 100 Continue\r\n\r\n", then=closing),
    "header-beyond-bounds": saying(b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 100_000 + b"\r\n\r\n", then=hanging),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("serve", [pytest.param(serve, id=name) for name, serve in BROKEN.items()])
async def test_broken_answer_is_upstream_broke(pool: Pool, method: str, serve: Serve) -> None:
    """Whatever is no whole and readable answer says that the request may have been received; it was sent once."""
    async with faulty_upstream(serve) as upstream:
        request = outgoing(upstream, method, body=b"{}" if method == "POST" else b"")
        with pytest.raises(UpstreamBrokeError, match="the request was sent and may have been received"):
            await pool.send(request, LIMITS)
    assert request.sent
    assert (len(upstream.requests), upstream.connections) == (1, 1)


HANGING: dict[str, Serve] = {
    "no-answer": saying(then=hanging),
    "half-a-head": saying(b"HTTP/1.1 200 OK\r\n", then=hanging),
    "half-a-body": saying(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", then=hanging),
    "after-continue": saying(b"HTTP/1.1 100 Continue\r\n\r\n", then=hanging),
}


@pytest.mark.parametrize("serve", [pytest.param(serve, id=name) for name, serve in HANGING.items()])
async def test_stalled_answer_is_upstream_timeout(pool: Pool, serve: Serve) -> None:
    """An answer that stalls for answer_timeout says that the request may have been received; it was sent once."""
    async with faulty_upstream(serve) as upstream:
        with pytest.raises(UpstreamTimeoutError, match=r"nothing moved for 0.2 s \(the request was sent and may have"):
            await pool.send(outgoing(upstream), SOON)
    assert len(upstream.requests) == 1


async def test_upstream_that_does_not_read_the_body_is_upstream_timeout(pool: Pool) -> None:
    """A body that gets stuck on its way out ends after answer_timeout, too."""

    async def serve(talk: Talk) -> None:
        await talk.head()
        talk.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a read transport, too
        await asyncio.Event().wait()

    async with faulty_upstream(serve) as upstream:
        with pytest.raises(UpstreamTimeoutError):
            await pool.send(outgoing(upstream, "POST", body=bytes(40 * MIB)), SOON)


async def test_slow_answer_is_no_timeout(pool: Pool) -> None:
    """answer_timeout holds between two pieces of an answer, not for the whole of it."""

    async def serve(talk: Talk) -> None:
        await talk.request()
        await talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")
        for piece in (b"t", b"r", b"i", b"c", b"k", b"!"):
            await asyncio.sleep(0.15)  # being slow is what this upstream does
            await talk.say(piece)

    async with faulty_upstream(serve) as upstream:
        answer = await pool.send(outgoing(upstream), Limits(5.0, 0.6, 100))
    assert answer.body == b"trick!"


async def test_refused_connection_is_upstream_unreachable(pool: Pool) -> None:
    """A port that nobody listens on says that nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    request = outgoing(origin)
    with pytest.raises(UpstreamUnreachableError) as caught:
        await pool.send(request, LIMITS)
    assert str(caught.value) == f"{origin}: no connection: Connection refused (nothing was sent)"
    assert not request.sent


async def test_connection_that_takes_too_long_is_upstream_unreachable(pool: Pool) -> None:
    """connect_timeout bounds the TLS handshake, too, and nothing was sent."""
    async with faulty_upstream(hanging) as upstream:
        request = outgoing(upstream.origin.replace("http:", "https:"))
        with pytest.raises(UpstreamUnreachableError, match=r"connect_timeout, 0.2 s \(nothing was sent\)"):
            await pool.send(request, SOON)
    assert not request.sent


async def test_upstream_without_tls_is_upstream_unreachable(pool: Pool) -> None:
    """An https upstream that speaks plain HTTP gets no request."""

    async def serve(talk: Talk) -> None:
        await talk.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await talk.until_closed()

    async with faulty_upstream(serve) as upstream:
        with pytest.raises(UpstreamUnreachableError, match=r"no TLS connection.*\(nothing was sent\)"):
            await pool.send(outgoing(upstream.origin.replace("http:", "https:")), LIMITS)
    assert upstream.requests == []


CERTIFICATES: dict[str, tuple[list[str], datetime.timedelta, bool, str]] = {
    "unknown-authority": (["127.0.0.1"], DAY, False, "self-signed certificate"),
    "other-name": (["127.0.0.2"], DAY, True, "IP address mismatch"),
    "expired": (["127.0.0.1"], 3 * DAY, True, "certificate has expired"),
}


@pytest.mark.parametrize(
    ("names", "age", "trusted", "reason"), [pytest.param(*row, id=name) for name, row in CERTIFICATES.items()]
)
async def test_bad_certificate_is_upstream_unreachable(
    tmp_path: Path, names: list[str], age: datetime.timedelta, trusted: bool, reason: str
) -> None:
    """A certificate that does not verify is named with its fault, and no byte of the request is sent."""
    file = write_certificate(tmp_path, names=names, age=age)
    environ = {"SSL_CERT_FILE": str(file)} if trusted else {}
    async with faulty_upstream(saying(OK), server_context(file)) as upstream, open_pool(environ) as pool:
        request = outgoing(upstream)
        with pytest.raises(UpstreamUnreachableError, match=f"certificate does not verify: .*{reason}"):
            await pool.send(request, LIMITS)
    assert not request.sent
    assert upstream.requests == []


async def test_authorities_of_ssl_cert_file_are_believed(tmp_path: Path) -> None:
    """An upstream that SSL_CERT_FILE vouches for is reached, large body and reuse included."""
    file = write_certificate(tmp_path)
    async with (
        faulty_upstream(saying(OK), server_context(file)) as upstream,
        open_pool({"SSL_CERT_FILE": str(file)}) as pool,
    ):
        body = bytes(range(256)) * (4 * MIB // 256)
        answers = [await pool.send(outgoing(upstream, "PUT", body=body), LIMITS) for _ in range(3)]
    assert [answer.body for answer in answers] == [b"ok"] * 3
    assert [request.partition(b"\r\n\r\n")[2] == body for request in upstream.requests] == [True] * 3
    assert upstream.connections == 1


@pytest.mark.parametrize("content", [pytest.param(None, id="missing"), pytest.param(b"no PEM", id="no-certificate")])
async def test_unusable_ssl_cert_file_ends_the_start(tmp_path: Path, content: bytes | None) -> None:
    """An SSL_CERT_FILE that holds no certificates is said at the start, not at the first request."""
    file = tmp_path / "authorities.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(StartError, match=r"SSL_CERT_FILE: .*authorities.pem' holds no certificates"):
        async with open_pool({"SSL_CERT_FILE": str(file)}):
            pass


TOO_LARGE: dict[str, Serve] = {
    "announced": saying(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", then=hanging),
    "chunked": saying(CHUNKED + b"b\r\n01234567890\r\n", then=hanging),
    "until-close": saying(b"HTTP/1.1 200 OK\r\n\r\n" + b"0" * 100, then=hanging),
}


@pytest.mark.parametrize("serve", [pytest.param(serve, id=name) for name, serve in TOO_LARGE.items()])
async def test_answer_beyond_max_answer_is_answer_too_large(pool: Pool, serve: Serve) -> None:
    """However an answer is framed, reading stops at max_answer; the client reads that the request was received."""
    async with faulty_upstream(serve) as upstream:
        with pytest.raises(AnswerTooLargeError, match=r"max_answer, 10 bytes .*was received and answered"):
            await pool.send(outgoing(upstream), Limits(5.0, 5.0, 10))
    assert len(upstream.requests) == 1


async def test_answer_of_exactly_max_answer_is_let_through(pool: Pool) -> None:
    """The bound itself is allowed."""
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"
    async with faulty_upstream(saying(raw)) as upstream:
        answer = await pool.send(outgoing(upstream), Limits(5.0, 5.0, 10))
    assert answer.body == b"0123456789"


async def answer_without_reading(talk: Talk) -> None:
    """Answer when the head is there, and leave the body unread."""
    await talk.head()
    talk.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a read transport, too
    await talk.say(b"HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nlarge")


async def answer_without_reading_and_hang(talk: Talk) -> None:
    """Answer when the head is there, leave the body unread, and keep the connection."""
    await answer_without_reading(talk)
    await asyncio.Event().wait()


@pytest.mark.parametrize("serve", [answer_without_reading, answer_without_reading_and_hang])
async def test_answer_before_the_body_was_read_counts(pool: Pool, serve: Serve) -> None:
    """An answer that comes while the body is on its way is the answer; the connection with half a body is dropped."""
    async with faulty_upstream(serve) as upstream:
        for _ in range(2):
            answer = await pool.send(outgoing(upstream, "POST", body=bytes(40 * MIB)), LIMITS)
            assert (answer.status, answer.body) == (413, b"large")
    assert (len(upstream.requests), upstream.connections) == (2, 2)


@pytest.mark.parametrize("before", [pytest.param(0, id="fresh"), pytest.param(1, id="kept")])
async def test_client_that_went_away_cancels_before_the_first_byte(pool: Pool, before: int) -> None:
    """Nothing is sent for a client that is gone, on a new connection or a kept one."""
    async with faulty_upstream(saying(OK)) as upstream:
        for _ in range(before):
            await pool.send(outgoing(upstream), LIMITS)
        request = outgoing(upstream, "POST", is_wanted=lambda: False)
        with pytest.raises(ClientGoneError):
            await pool.send(request, LIMITS)
    assert not request.sent
    assert len(upstream.requests) == before


async def test_connections_to_an_upstream_are_bounded() -> None:
    """Many requests at once wait for a place; no more connections than allowed are open at a time."""
    async with faulty_upstream(saying(OK)) as upstream, open_pool({}, per_upstream=3) as pool:
        answers = await asyncio.gather(*(pool.send(outgoing(upstream), LIMITS) for _ in range(60)))
    assert {answer.status for answer in answers} == {200}
    assert upstream.most_open == 3


async def test_request_without_a_place_is_too_busy() -> None:
    """Who gets no place within connect_timeout is told so and sends nothing; another upstream is not held up by it."""
    asked = asyncio.Event()

    async def serve(talk: Talk) -> None:
        await talk.request()
        asked.set()
        await talk.until_closed()

    async with (
        faulty_upstream(serve) as busy,
        faulty_upstream(saying(OK)) as idle,
        open_pool({}, per_upstream=1) as pool,
    ):
        first = asyncio.create_task(pool.send(outgoing(busy), LIMITS))
        await asked.wait()
        second = outgoing(busy)
        with pytest.raises(TooBusyError, match=r"all 1 connections to .* are in use \(nothing was sent"):
            await pool.send(second, SOON)
        assert (await pool.send(outgoing(idle), SOON)).status == 200
        first.cancel()
        await asyncio.wait([first])
    assert not second.sent
    assert len(busy.requests) == 1


async def test_cancelled_request_frees_its_place_and_closes_its_connection() -> None:
    """What is cut at the stop leaves nothing behind."""
    asked, let_go = asyncio.Event(), asyncio.Event()

    async def serve(talk: Talk) -> None:
        await talk.request()
        if talk.upstream.connections > 1:
            await talk.say(OK)
            return
        asked.set()
        await talk.until_closed()
        let_go.set()

    async with faulty_upstream(serve) as upstream, open_pool({}, per_upstream=1) as pool:
        first = asyncio.create_task(pool.send(outgoing(upstream), LIMITS))
        await asked.wait()
        first.cancel()
        await asyncio.wait([first])
        await let_go.wait()
        assert (await pool.send(outgoing(upstream), LIMITS)).status == 200


async def test_failures_name_the_upstream_and_no_secret(pool: Pool) -> None:
    """Errors and reprs hold neither target, headers nor body, which carry credentials."""
    errors: list[SignerError] = []
    for serve in BROKEN.values():
        async with faulty_upstream(serve) as upstream:
            request = outgoing(upstream, "POST", b"/?userSecret=hush", ((b"Signature", b"hush"),), b"hush")
            with pytest.raises(SignerError, match=upstream.origin) as caught:
                await pool.send(request, LIMITS)
            errors.append(caught.value)
            assert "hush" not in repr(request)
    assert not any("hush" in str(error) for error in errors)


async def test_every_header_of_an_answer_is_found_by_name(pool: Pool) -> None:
    """The raw headers of an answer work with the functions of messages."""
    async with faulty_upstream(saying(OK)) as upstream:
        answer = await pool.send(outgoing(upstream), LIMITS)
    assert values(answer.headers, b"content-length") == [b"2"]
