"""A forward port that `exec` has lent: upstreams are signed there as anywhere, all other hosts pass untouched."""

import asyncio
import re
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.certificates import server_context, write_certificate
from tests.end_to_end.background import Background
from tests.end_to_end.daemon import NAME, PATIENCE, PROGRAM, Daemon, free_port, launched
from tests.end_to_end.forward import (
    await_opening,
    connect,
    curl,
    forward_config,
    get,
    said,
    to_the_end,
    trusting,
    tunnel,
)
from tests.end_to_end.recording import Recording, recording_upstream
from tests.end_to_end.verdicts import assert_refused, assert_signed
from tests.end_to_end.wire import ask, connected, request
from tests.faulty_upstream import FaultyUpstream, Talk, closing, faulty_upstream, saying

ROOT = Path(__file__).parents[2]
LARGE = 1_000_000
"""Bytes, far more than max_body and max_answer."""

# The command that `exec` runs: it says where its proxy is, and waits to be ended.
COMMAND = "import os, signal; print('proxy', os.environ['HTTP_PROXY'], flush=True); signal.pause()"


@dataclass(frozen=True, slots=True)
class Lent:
    """A daemon under `exec`, and the port that it has lent."""

    daemon: Daemon
    port: int


@contextmanager
def lending(recorder: Recording, folder: Path, command: Sequence[str | Path] = (PROGRAM, "exec")) -> Iterator[Lent]:
    """Run a command under `exec` with an upstream at `localhost`, which records."""
    text = forward_config(recorder.origin, "https://api.example.com", None)
    naming = ("--config", NAME, "--", sys.executable, "-c", COMMAND)
    environ = {"XDG_STATE_HOME": str(folder), "PYTHONPATH": str(ROOT)}
    with launched(text, folder, environ, command, naming) as daemon:
        proxy = daemon.wait_for(r"^proxy ")
        yield Lent(daemon, int(proxy.rpartition(":")[2]))
        assert daemon.stop() == 128 + signal.SIGTERM
        assert "Traceback" not in daemon.output
        assert "/foreign" not in daemon.output


@pytest.fixture(scope="module")
def lent(recorder: Recording, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lent]:
    """Run a command under `exec`."""
    with lending(recorder, tmp_path_factory.mktemp("exec")) as lent:
        yield lent


@pytest.fixture(scope="module")
def stranger(background: Background) -> Iterator[Recording]:
    """Open a server at `127.0.0.1` that is no upstream, and records."""
    with background.opened(recording_upstream(background)) as recording:
        yield recording


@pytest.fixture
def foreign(stranger: Recording) -> Recording:
    """Return the server that is no upstream, with nothing on its record."""
    answer = b"HTTP/1.1 200 OK\r\nX-Odd: a  b\r\nContent-Length: 2\r\nSigner-Profile: theirs\r\n\r\nok"
    stranger.begin(saying(answer, then=closing))
    return stranger


def port_of(origin: str) -> int:
    """Return the port in an origin."""
    return int(origin.rpartition(":")[2])


def test_foreign_http(lent: Lent, foreign: Recording, upstream: Recording) -> None:
    """A request to a foreign host arrives as it was sent, but for what is the proxy's own, and so does the answer."""
    url, host = f"{foreign.origin}/foreign/%7e?a=b&&", foreign.origin.partition("://")[2]
    own = ["Proxy-Connection: keep-alive", "Proxy-Authorization: Basic eA==", "Signer-Token: x", "Signer-Profile: y"]
    theirs = ["Signature: mine", "X-b: 1", "x-A: 2", "X-b: 3", "Cookie: a=b", "Authorization: theirs"]
    with connected(lent.port) as connection:
        reply = said(connection, get(url, host, *own, *theirs))
        assert connection.recv(1) == b""
    assert foreign.requests == [get("/foreign/%7e?a=b&&", host, *theirs, "Connection: close")]
    headers = [("X-Odd", "a  b"), ("Content-Length", "2"), ("Signer-Profile", "theirs")]
    assert (reply.status, reply.headers, reply.body) == (200, headers, b"ok")
    assert upstream.requests == []


def test_host_is_what_the_request_line_says(lent: Lent, foreign: Recording) -> None:
    """A Host that names an upstream does not reach one behind the foreign host (RFC 9112, section 3.2.2)."""
    ask(lent.port, get(f"{foreign.origin}/foreign", "localhost"))
    assert b"localhost" not in foreign.requests[0]


@pytest.mark.parametrize("is_chunked", [False, True], ids=["length", "chunked"])
def test_large_upload(lent: Lent, foreign: Recording, background: Background, is_chunked: bool) -> None:
    """What passes has no limit, and is not held back."""
    body = b"x" * LARGE
    received = background.loop.create_future()

    async def take(talk: Talk) -> None:
        head = await talk.head()
        framed = b""
        while len(framed) < LARGE or (is_chunked and not framed.endswith(b"0\r\n\r\n")):
            framed += await talk.reader.read(65_536)
        received.set_result((head, framed))
        await talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    foreign.begin(take)
    host = foreign.origin.partition("://")[2]
    if is_chunked:
        half = b"%x\r\n%b\r\n" % (LARGE // 2, body[: LARGE // 2])
        head = get(f"{foreign.origin}/foreign", host, "Transfer-Encoding: chunked", method="PUT")
        raw = head + half + half + b"0\r\n\r\n"
    else:
        raw = get(f"{foreign.origin}/foreign", host, method="PUT", body=body)
    assert ask(lent.port, raw).status == 200
    head, framed = background.run(awaited(received))
    if is_chunked:
        assert b"\r\nTransfer-Encoding: chunked\r\n" in head
        framed = re.sub(rb"\r\n[0-9a-f]+\r\n|^[0-9a-f]+\r\n", b"", framed.removesuffix(b"0\r\n\r\n") + b"0\r\n")
        assert set(framed) <= set(b"x\r\n")
        assert framed.count(b"x") == LARGE
    else:
        assert framed == body


async def awaited[T](future: asyncio.Future[T]) -> T:
    """Wait for a future."""
    return await future


def test_large_download(lent: Lent, foreign: Recording) -> None:
    """An answer has no limit, however it ends."""
    for head in (b"Content-Length: %d" % LARGE, b"Content-Type: text/plain"):
        foreign.begin(saying(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + b"x" * LARGE, then=closing))
        assert ask(lent.port, get(f"{foreign.origin}/foreign", "x")).body == b"x" * LARGE


def test_answer_comes_piece_by_piece(lent: Lent, foreign: Recording, background: Background) -> None:
    """An answer goes on as it comes: the first piece is there while the second is not yet written."""
    going_on = background.loop.create_future()

    async def serve(talk: Talk) -> None:
        await talk.head()
        await talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na")
        await going_on
        await talk.say(b"b")

    foreign.begin(serve)
    with connected(lent.port) as connection:
        connection.sendall(get(f"{foreign.origin}/foreign", "x"))
        received = b""
        while not received.endswith(b"\r\n\r\na"):
            received += connection.recv(1000)
        background.loop.call_soon_threadsafe(going_on.set_result, None)
        assert connection.recv(1) == b"b"


@pytest.mark.parametrize("behind", ["GET", "POST"])
def test_request_behind_a_foreign_one(lent: Lent, foreign: Recording, upstream: Recording, behind: str) -> None:
    """What a client sends behind a foreign request goes nowhere: it could be for an upstream, and is not signed."""
    place = upstream.origin.replace("http://127.0.0.1", "localhost")
    second = get(f"http://{place}/accounts", place, method=behind)
    for body in (b"", b"{}"):
        first = get(f"{foreign.origin}/foreign", "x", method="POST", body=body)
        with connected(lent.port) as connection:
            connection.sendall(first + second)
            to_the_end(connection)
    assert all(b"/accounts" not in raw for raw in foreign.requests)
    assert upstream.requests == []


def test_foreign_behind_a_signed_one(lent: Lent, foreign: Recording, upstream: Recording) -> None:
    """A kept connection may go on to a foreign host."""
    place = upstream.origin.replace("http://127.0.0.1", "localhost")
    with connected(lent.port) as connection:
        assert said(connection, get(f"http://{place}/accounts", place)).all("Signer-Profile") == ["partner"]
        assert said(connection, get(f"{foreign.origin}/foreign", "x")).all("Signer-Profile") == ["theirs"]
    assert_signed(upstream.requests[0], b"api-consumer-key")
    assert b"Signature" not in foreign.requests[0]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the certificate of a foreign server."""
    return write_certificate(tmp_path_factory.mktemp("foreign"))


@pytest.fixture(scope="module")
def secure(background: Background, certificate: Path) -> Iterator[FaultyUpstream]:
    """Open a foreign server that speaks TLS, with an authority that we do not know."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[FaultyUpstream]:
        serve = saying(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LARGE + b"y" * LARGE)
        async with faulty_upstream(serve, server_context(certificate)) as upstream:
            yield upstream

    with background.opened(opened()) as upstream:
        yield upstream


def test_foreign_https(lent: Lent, secure: FaultyUpstream, certificate: Path) -> None:
    """TLS to a foreign host is its own, from end to end."""
    body = "z" * LARGE
    file = certificate.with_name("body")
    file.write_text(body)
    upload = ["-H", "Expect:", "--data-binary", f"@{file}", f"{secure.origin}/foreign"]
    head, received = curl(lent.port, "--cacert", certificate, *upload)
    assert received == b"y" * LARGE
    assert "signer" not in head
    assert all(b"Signature" not in raw for raw in secure.requests)


def test_half_close(lent: Lent, foreign: Recording) -> None:
    """In a tunnel each direction ends by itself."""

    async def serve(talk: Talk) -> None:
        sent = await talk.reader.read()
        await talk.say(b"%d bytes" % len(sent))

    foreign.begin(serve)
    with tunnel(lent.port, f"127.0.0.1:{port_of(foreign.origin)}") as connection:
        connection.sendall(b"\0" * LARGE)
        connection.shutdown(socket.SHUT_WR)
        assert to_the_end(connection) == b"%d bytes" % LARGE


def test_server_speaks_first(lent: Lent, foreign: Recording) -> None:
    """A tunnel carries any protocol."""

    async def serve(talk: Talk) -> None:
        await talk.say(b"220 hello\r\n")
        await talk.say(await talk.reader.readline())

    foreign.begin(serve)
    with connected(lent.port) as connection:
        connection.sendall(connect(f"127.0.0.1:{port_of(foreign.origin)}") + b"early\r\n")
        await_opening(connection)
        assert to_the_end(connection) == b"220 hello\r\nearly\r\n"


def test_upstream_is_signed(lent: Lent, upstream: Recording) -> None:
    """Upstreams are signed at a lent port, in the clear and in tunnels, and have their limits."""
    place = upstream.origin.replace("http://127.0.0.1", "localhost")
    assert ask(lent.port, get(f"http://{place}/accounts", place)).status == 200
    with tunnel(lent.port, place) as inside:
        assert said(inside, get("/accounts", place)).status == 200
        secure = trusting(None).wrap_socket
    with tunnel(lent.port, place) as inside, secure(inside, server_hostname="localhost") as tls:
        assert said(tls, get("/accounts", place)).status == 200
    assert len(upstream.requests) == 3
    for raw in upstream.requests:
        assert_signed(raw, b"api-consumer-key")
    large = get(f"http://{place}/accounts", place, method="POST", body=b'"' + b"x" * 70_000 + b'"')
    assert_refused(ask(lent.port, large), 413, "body-too-large")


CLOSED: dict[str, tuple[str, int, str]] = {
    "upstream-at-another-port": ("localhost:1", 421, "no-upstream"),
    "upstream-with-a-trailing-dot": ("localhost.:{upstream}", 421, "no-upstream"),
    "our-own-port": ("127.0.0.1:{own}", 421, "no-upstream"),
    "our-own-port-by-another-address": ("127.0.0.2:{lent}", 502, "upstream-unreachable"),
    "upstream-by-another-name-of-this-machine": ("127.0.0.1:{upstream}", 421, "no-upstream"),
    "the-lent-port": ("127.0.0.1:{lent}", 421, "no-upstream"),
    "nobody-listens": ("127.0.0.1:{free}", 502, "upstream-unreachable"),
    "no-such-name": ("nowhere.invalid:443", 502, "upstream-unreachable"),
    "no-host": ("user@example.com:443", 400, "bad-request"),
}


@pytest.mark.parametrize(("authority", "status", "code"), CLOSED.values(), ids=CLOSED)
@pytest.mark.parametrize("is_connect", [True, False], ids=["connect", "plain"])
def test_closed(lent: Lent, upstream: Recording, authority: str, status: int, code: str, is_connect: bool) -> None:
    """Neither we ourselves nor an upstream's host is foreign; what cannot be reached is told."""
    own = lent.daemon.ports["api"]
    known = {"own": own, "lent": lent.port, "free": free_port(), "upstream": port_of(upstream.origin)}
    asked = authority.format_map(known)
    raw = connect(asked) if is_connect else get(f"http://{asked}/foreign", asked)
    assert_refused(ask(lent.port, raw), status, code)
    assert upstream.requests == []


def test_refusal_reaches_who_still_writes(lent: Lent) -> None:
    """An answer of ours is not lost in a reset, however much the client is still writing."""
    asked = f"localhost.localdomain.invalid:{free_port()}"
    raw = get(f"http://{asked}/foreign", asked, method="POST", body=b"x" * 10 * LARGE)
    assert_refused(ask(lent.port, raw), 502, "upstream-unreachable")


def test_https_in_the_clear(lent: Lent, foreign: Recording) -> None:
    """We open no TLS for a foreign host: the client is told to send CONNECT."""
    reply = ask(lent.port, get(f"https://127.0.0.1:{port_of(foreign.origin)}/foreign", "x"))
    assert_refused(reply, 421, "no-upstream")
    assert "CONNECT" in reply.problem["detail"]
    assert foreign.requests == []


ENDS = {"reset": True, "closed": False}


@pytest.mark.parametrize("is_reset", ENDS.values(), ids=ENDS)
def test_no_answer(lent: Lent, foreign: Recording, is_reset: bool) -> None:
    """A foreign host that breaks off before it answers is told as such."""

    async def serve(talk: Talk) -> None:
        await talk.head()
        if is_reset:
            talk.reset()

    foreign.begin(serve)
    assert_refused(ask(lent.port, get(f"{foreign.origin}/foreign", "x")), 502, "upstream-broke")


ENGINE = "signer_proxy.engines.mitmproxy"
FAILURES = {
    "decision": ("signer_proxy.proxy.proxy:Proxy.passes", 500, "internal"),
    "foreign": ("signer_proxy.route:is_foreign", 500, "internal"),
    "hook": (f"{ENGINE}.gate:Gate.destination", 500, "internal"),
    "where-it-led": ("signer_proxy.proxy.proxy:Proxy.may_pass_to", 421, "no-upstream"),
    "connected": (f"{ENGINE}.gate:Gate.server_connected", 421, "no-upstream"),
}


@pytest.mark.parametrize(("failure", "status", "code"), FAILURES.values(), ids=FAILURES)
def test_fail_closed(
    recorder: Recording, foreign: Recording, tmp_path: Path, failure: str, status: int, code: str
) -> None:
    """Where a decision about what passes raises, no byte of it does."""
    command = (sys.executable, "-m", "tests.end_to_end.failing", failure, "exec")
    host = foreign.origin.partition("://")[2]
    received: list[bytes] = []

    async def note(talk: Talk) -> None:
        received.append(await talk.reader.read())

    foreign.begin(note)
    with lending(recorder, tmp_path, command) as lent:
        for raw in (get(f"{foreign.origin}/foreign", host), connect(host) + b"early"):
            assert_refused(ask(lent.port, raw), status, code)
        assert "planted-secret" not in lent.daemon.output
    assert b"".join(received) == b""


def test_reload(lent: Lent, foreign: Recording, upstream: Recording) -> None:
    """A reload leaves the lent port open, and decides anew what is foreign."""
    text = lent.daemon.config.read_text("utf-8")
    host, port = foreign.origin.partition("://")[2], lent.daemon.ports["api"]
    new = free_port()
    lent.daemon.config.write_text(text.replace(f"port = {port}", f"port = {new}"), "utf-8")
    until_open(new)
    try:
        assert ask(lent.port, get(f"{foreign.origin}/foreign", host)).all("Signer-Profile") == ["theirs"]
        assert ask(new, request(new, "GET", "/accounts")).status == 200
    finally:
        lent.daemon.config.write_text(text, "utf-8")
        until_open(port)
    assert len(upstream.requests) == 1


def until_open(port: int) -> None:
    """Try until a port takes connections; under `exec` no line tells."""
    end = time.monotonic() + PATIENCE
    while True:
        with suppress(ConnectionRefusedError), connected(port):
            return
        assert time.monotonic() < end
