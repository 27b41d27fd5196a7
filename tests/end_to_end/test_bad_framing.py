"""Bytes that are no HTTP, or that two programs could read in two ways."""

import ssl

import pytest

from tests.end_to_end.daemon import Daemon
from tests.end_to_end.recording import Recording
from tests.end_to_end.verdicts import assert_nothing_sent, assert_refused
from tests.end_to_end.wire import ask, connected, read

POST = b"POST /accounts HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
GET = b"GET /accounts HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"

UNREADABLE = {
    "length-and-chunked": POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked-and-length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "length-twice": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "lengths-differ": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "length-list": POST + b"Content-Length: 2, 2\r\n\r\n{}",
    "length-signed": POST + b"Content-Length: +2\r\n\r\n{}",
    "length-negative": POST + b"Content-Length: -2\r\n\r\n{}",
    "length-no-number": POST + b"Content-Length: two\r\n\r\n{}",
    "coding-unknown": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "coding-not-last": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "coding-twice": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunk-size-no-number": CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n",
    "chunk-longer-than-said": CHUNKED + b"1\r\n{}\r\n0\r\n\r\n",
    "chunk-size-signed": CHUNKED + b"+2\r\n{}\r\n0\r\n\r\n",
    "chunks-with-trailer": CHUNKED + b"2\r\n{}\r\n0\r\nX-Trailer: 1\r\n\r\n",
    "chunks-with-our-trailer": CHUNKED + b"2\r\n{}\r\n0\r\nSigner-Profile: writer\r\n\r\n",
    "header-folded": GET + b"X-A: 1\r\n 2\r\n\r\n",
    "header-without-colon": GET + b"X-A\r\n\r\n",
    "header-space-before-colon": GET + b"X-A : 1\r\n\r\n",
    "header-name-empty": GET + b": 1\r\n\r\n",
    "header-with-nul": GET + b"X-A: 1\x002\r\n\r\n",
    "header-with-return": GET + b"X-A: 1\rX-B: 2\r\n\r\n",
    "connect": b"CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n",
    "connect-ourselves": b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n\r\n",
    "options-star": b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
    "method-unknown": b"BREW /accounts HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
    "method-trace": b"TRACE /accounts HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
    "method-in-lower-case": b"get /accounts HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
    "method-preface-only-begins": b"PRI * HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
    "version-0.9": b"GET /accounts\r\n\r\n",
    "version-2-by-name": b"GET /accounts HTTP/2.0\r\nHost: 127.0.0.1:%d\r\n\r\n",
    "version-1.0-chunked": b"POST /accounts HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "version-3": b"GET /accounts HTTP/3.0\r\nHost: 127.0.0.1:%d\r\n\r\n",
    "target-with-space": b"GET /a b HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
    "garbage": b"\x00\xff\x01garbage\r\n\r\n",
    "garbage-text": b"hello\r\n\r\n",
    "ssh": b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
    "socks": b"\x05\x01\x00\r\n\r\n",
}


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable(daemon: Daemon, upstream: Recording, data: bytes) -> None:
    """What cannot be read in exactly one way is answered 400, and nothing leaves."""
    reply = ask(daemon.port, data % daemon.port if b"%d" in data else data)
    assert_refused(reply, 400, "bad-request")
    assert_nothing_sent(daemon, upstream)


HEADS = {
    "one-long-line": GET + b"X-A: " + b"a" * 70_000 + b"\r\n\r\n",
    "many-lines": GET + b"X-A: 1\r\n" * 10_000 + b"\r\n",
    "long-target": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
    "without-end": GET + b"X-A: " + b"a" * 70_000,
}


@pytest.mark.parametrize("data", HEADS.values(), ids=HEADS)
def test_head_too_large(daemon: Daemon, upstream: Recording, data: bytes) -> None:
    """A head of more than 64 KiB is answered 431, and nothing leaves."""
    assert_refused(ask(daemon.port, data % daemon.port), 431, "bad-request")
    assert_nothing_sent(daemon, upstream)


def test_chunked_body_over_max_body(daemon: Daemon, upstream: Recording) -> None:
    """A chunked body is refused as soon as it is over max_body, while it still comes."""
    chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    assert_refused(ask(daemon.port, CHUNKED % daemon.port + chunk * 3), 413, "body-too-large")
    assert_nothing_sent(daemon, upstream)


def test_announced_body_over_max_body(daemon: Daemon, upstream: Recording) -> None:
    """A body that is announced as over max_body is refused before it comes."""
    reply = ask(daemon.port, POST % daemon.port + b"Content-Length: 65537\r\n\r\n")
    assert_refused(reply, 413, "body-too-large")
    assert_nothing_sent(daemon, upstream)


def test_nothing_is_read_behind_what_was_refused(daemon: Daemon, upstream: Recording) -> None:
    """A request hidden behind one that cannot be read is not served."""
    hidden = b"GET /hidden HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n"
    data = POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden
    with connected(daemon.port) as connection:
        connection.sendall(data % (daemon.port, daemon.port))
        assert_refused(read(connection), 400, "bad-request")
        assert connection.recv(1) == b""
    assert_nothing_sent(daemon, upstream)


def test_tls(daemon: Daemon, upstream: Recording) -> None:
    """A TLS hello is answered in plain HTTP, so that what a client logs of it says why."""
    context = ssl.create_default_context()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    reply = ask(daemon.port, outgoing.read())
    assert_refused(reply, 400, "bad-request")
    assert "plain HTTP" in reply.problem["detail"]
    assert_nothing_sent(daemon, upstream)


@pytest.mark.parametrize("data", [b"", b"GET", b"GET / HTTP/1.1\r\nHost: x", b"PRI * HT"], ids=repr)
def test_client_that_says_no_more(daemon: Daemon, upstream: Recording, data: bytes) -> None:
    """A client that goes away within a head leaves nothing behind."""
    with connected(daemon.port) as connection:
        connection.sendall(data)
    assert_nothing_sent(daemon, upstream)
