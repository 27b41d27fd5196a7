"""Upstreams that fail: the client learns whether its request was sent, and it is sent at most once."""

import socket
from collections.abc import Iterator

import pytest

from tests.end_to_end.conftest import Sandbox, config
from tests.end_to_end.daemon import Daemon, free_port, started
from tests.end_to_end.recording import Recording
from tests.end_to_end.verdicts import assert_refused
from tests.end_to_end.wire import Reply, ask, request
from tests.faulty_upstream import Serve, Talk, closing, hanging, resetting, saying

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
IMPATIENT = """
    max_answer = "64 KiB"
    answer_timeout = "300 ms"
"""
EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n"
LARGE = b"x" * 65_537
SENT = "the request was sent and may have been received"
RECEIVED = "the request was received and answered"


def refused_port(port: int) -> str:
    """Return the part of a config with an upstream at `port`, where nobody listens."""
    return f"""
        [upstreams.gone]
        url = "http://127.0.0.1:{port}"
        port = {free_port()}
        default_profile = "gone"
        [profiles.gone]
        upstream = "gone"
        scheme = "snaptrade-signature"
        client_id = "GONE"
        consumer_key = "gone-consumer-key"
        access = "trade"
    """


@pytest.fixture(scope="module")
def impatient(sandbox: Sandbox, recorder: Recording, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Start a daemon that waits 300 ms for an answer, and takes 64 KiB of one."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        text = config(sandbox, recorder, IMPATIENT) + refused_port(unused.getsockname()[1])
        with started(text, tmp_path_factory.mktemp("impatient")) as daemon:
            yield daemon


def send(daemon: Daemon, method: str) -> Reply:
    """Send a request, with a body where that is usual."""
    body = b'{"a": 1}' if method in ("POST", "PUT", "PATCH") else b""
    return ask(daemon.port, request(daemon.port, method, "/accounts", body=body), method)


async def _reading_then_closing(talk: Talk) -> None:
    await talk.request()


async def _reading_then_resetting(talk: Talk) -> None:
    await talk.request()
    talk.reset()


async def _reading_then_hanging(talk: Talk) -> None:
    await talk.request()
    await talk.until_closed()


HEADS: dict[str, tuple[Serve, int, str, str]] = {
    "closes": (_reading_then_closing, 502, "upstream-broke", SENT),
    "resets": (_reading_then_resetting, 502, "upstream-broke", SENT),
    "hangs": (_reading_then_hanging, 504, "upstream-timeout", SENT),
    "closes-in-the-head": (saying(HEAD, then=closing), 502, "upstream-broke", SENT),
    "resets-in-the-head": (saying(HEAD, then=resetting), 502, "upstream-broke", SENT),
    "hangs-in-the-head": (saying(HEAD, then=hanging), 504, "upstream-timeout", SENT),
    "switches-protocols": (
        saying(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", then=hanging),
        502,
        "upstream-broke",
        SENT,
    ),
    "garbage": (saying(b"\x00\xffgarbage\r\n\r\n", then=closing), 502, "upstream-broke", SENT),
    "another-protocol": (saying(b"220 mail.example.com ESMTP\r\n", then=closing), 502, "upstream-broke", SENT),
    "status-no-number": (saying(b"HTTP/1.1 OK\r\n\r\n", then=closing), 502, "upstream-broke", SENT),
    "header-endless": (saying(b"HTTP/1.1 200 OK\r\nX: " + LARGE * 2, then=hanging), 502, "upstream-broke", SENT),
}
BODIES: dict[str, tuple[Serve, int, str, str]] = {
    "closes-in-the-body": (saying(HEAD + b"\r\nhalf", then=closing), 502, "upstream-broke", SENT),
    "resets-in-the-body": (saying(HEAD + b"\r\nhalf", then=resetting), 502, "upstream-broke", SENT),
    "hangs-in-the-body": (saying(HEAD + b"\r\nhalf", then=hanging), 504, "upstream-timeout", SENT),
    "chunks-broken": (
        saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", then=closing),
        502,
        "upstream-broke",
        SENT,
    ),
    "chunks-without-end": (
        saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", then=closing),
        502,
        "upstream-broke",
        SENT,
    ),
    "large-as-announced": (
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n" + LARGE),
        502,
        "answer-too-large",
        RECEIVED,
    ),
    "large-in-chunks": (
        saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n" + LARGE + b"\r\n0\r\n\r\n"),
        502,
        "answer-too-large",
        RECEIVED,
    ),
    "large-until-close": (
        saying(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + LARGE, then=closing),
        502,
        "answer-too-large",
        RECEIVED,
    ),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("serve", "status", "code", "detail"), HEADS.values(), ids=HEADS)
def test_no_answer(
    impatient: Daemon, upstream: Recording, *, serve: Serve, status: int, code: str, detail: str, method: str
) -> None:
    """Where no answer comes, the client learns that its request was sent, which it was exactly once."""
    upstream.begin(serve)
    reply = send(impatient, method)
    assert (reply.status, reply.code) == (status, code)
    assert method == "HEAD" or detail in reply.problem["detail"]
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("method", [method for method in METHODS if method != "HEAD"])
@pytest.mark.parametrize(("serve", "status", "code", "detail"), BODIES.values(), ids=BODIES)
def test_no_whole_answer(
    impatient: Daemon, upstream: Recording, *, serve: Serve, status: int, code: str, detail: str, method: str
) -> None:
    """Where half an answer comes, or too much of one, nothing of it passes, and the request was sent exactly once."""
    upstream.begin(serve)
    reply = send(impatient, method)
    assert_refused(reply, status, code)
    assert detail in reply.problem["detail"]
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("method", METHODS)
def test_refused_connection(impatient: Daemon, method: str) -> None:
    """An upstream where nobody listens is unreachable, and the client learns that nothing was sent."""
    port = impatient.ports["gone"]
    reply = ask(port, request(port, method, "/accounts"), method)
    assert (reply.status, reply.code) == (502, "upstream-unreachable")
    assert method == "HEAD" or "nothing was sent" in reply.problem["detail"]


@pytest.mark.parametrize("serve", [resetting, closing], ids=["resets", "closes"])
@pytest.mark.parametrize("method", METHODS)
def test_connection_that_breaks_at_once(impatient: Daemon, upstream: Recording, serve: Serve, method: str) -> None:
    """A connection that breaks before the upstream has read anything is not tried again."""
    upstream.begin(serve)
    before = upstream.upstream.connections
    reply = send(impatient, method)
    assert (reply.status, reply.code) in [(502, "upstream-broke"), (502, "upstream-unreachable")]
    assert upstream.upstream.connections <= before + 1


@pytest.mark.parametrize("method", METHODS)
def test_idle_connection_that_closes(impatient: Daemon, upstream: Recording, method: str) -> None:
    """A pooled connection that the upstream has closed is not used: the next request goes out once, on a new one."""
    upstream.begin(saying(EMPTY))
    before = upstream.upstream.connections
    assert send(impatient, "GET").status == 200
    upstream.begin(saying(EMPTY))
    assert send(impatient, method).status == 200
    assert len(upstream.requests) == 1
    assert upstream.upstream.connections == before + 2


@pytest.mark.parametrize("method", METHODS)
def test_pooled_connection_that_breaks_under_a_request(impatient: Daemon, upstream: Recording, method: str) -> None:
    """A pooled connection that breaks after it took a request is an error, and no reason to send it again."""

    async def once(talk: Talk) -> None:
        await talk.request()
        await talk.say(EMPTY)
        await talk.request()

    upstream.begin(once)
    assert send(impatient, "GET").status == 200
    reply = send(impatient, method)
    assert (reply.status, reply.code) == (502, "upstream-broke")
    assert len(upstream.requests) == 2
