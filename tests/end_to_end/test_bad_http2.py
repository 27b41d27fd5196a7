"""HTTP/2 requests that may not leave, and the connection that goes on after them."""

import gzip

import pytest

from tests.end_to_end.daemon import Daemon
from tests.end_to_end.http2_wire import Header, http2
from tests.end_to_end.recording import Recording
from tests.end_to_end.verdicts import assert_nothing_sent, assert_refused

JSON = ("content-type", "application/json")

REQUESTS: dict[str, tuple[str, list[Header], bytes, list[Header], int, str]] = {
    "json-invalid": ("POST", [JSON], b"{", [], 422, "not-signable"),
    "gzip-bomb": (
        "POST",
        [JSON, ("content-encoding", "gzip")],
        gzip.compress(b" " * 10_000_000),
        [],
        413,
        "body-too-large",
    ),
    "body-over-max": ("POST", [JSON], b'"' + b"x" * 65_537, [], 413, "body-too-large"),
    "trailers": ("POST", [JSON], b"{}", [("x-trailer", "1")], 400, "bad-request"),
    "trailers-of-ours": ("POST", [JSON], b"{}", [("signer-profile", "writer")], 400, "bad-request"),
    "profile-twice": ("GET", [("signer-profile", "a"), ("signer-profile", "b")], b"", [], 400, "bad-request"),
    "profile-unknown": ("GET", [("signer-profile", "nobody")], b"", [], 400, "unknown-profile"),
    "origin-foreign": ("GET", [("origin", "https://example.com")], b"", [], 403, "guard-origin"),
    "site-cross": ("GET", [("sec-fetch-site", "cross-site")], b"", [], 403, "guard-origin"),
    "method-unknown": ("BREW", [], b"", [], 400, "bad-request"),
}


@pytest.mark.parametrize(("method", "headers", "body", "trailers", "status", "code"), REQUESTS.values(), ids=REQUESTS)
def test_refused(
    daemon: Daemon,
    upstream: Recording,
    *,
    method: str,
    headers: list[Header],
    body: bytes,
    trailers: list[Header],
    status: int,
    code: str,
) -> None:
    """The answer is ours, nothing leaves, and the same connection serves the next request."""
    with http2(daemon.port) as client:
        reply = client.ask(client.head(method, "/accounts", *headers), body, trailers)
        assert reply is not None
        assert_refused(reply, status, code)
        assert upstream.requests == []
        again = client.ask(client.head("GET", "/again"))
        assert again is not None
        assert again.status == 200
        assert len(upstream.requests) == 1


AUTHORITIES = ["example.com", "example.com:{port}", "127.0.0.1:1", "127.0.0.1", "127.0.0.1.example.com:{port}"]


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_foreign_authority(daemon: Daemon, upstream: Recording, authority: str) -> None:
    """An :authority that is not this port is what a foreign Host is."""
    with http2(daemon.port) as client:
        reply = client.ask(client.head("GET", "/accounts", authority=authority.format(port=daemon.port)))
    assert reply is not None
    assert_refused(reply, 403, "guard-host")
    assert_nothing_sent(daemon, upstream)


HEADS: dict[str, list[Header]] = {
    "no-method": [(":scheme", "http"), (":authority", "localhost"), (":path", "/a")],
    "no-path": [(":method", "GET"), (":scheme", "http"), (":authority", "localhost")],
    "path-empty": [(":method", "GET"), (":scheme", "http"), (":authority", "localhost"), (":path", "")],
    "path-twice": [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "localhost"),
        (":path", "/a"),
        (":path", "/b"),
    ],
    "pseudo-header-late": [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "localhost"),
        ("x-a", "1"),
        (":path", "/a"),
    ],
    "pseudo-header-unknown": [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "localhost"),
        (":path", "/a"),
        (":x", "1"),
    ],
    "name-in-upper-case": [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "localhost"),
        (":path", "/a"),
        ("X-A", "1"),
    ],
    "connection-header": [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "localhost"),
        (":path", "/a"),
        ("connection", "x"),
    ],
    "line-in-value": [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "localhost"),
        (":path", "/a"),
        ("x-a", "1\r\nx-b: 2"),
    ],
    "line-in-path": [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "localhost"),
        (":path", "/a HTTP/1.1\r\nx-b: 2"),
    ],
    "host-foreign": [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "localhost"),
        (":path", "/a"),
        ("host", "example.com"),
    ],
    "host-twice": [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "localhost"),
        (":path", "/a"),
        ("host", "example.com"),
        ("host", "localhost"),
    ],
    "no-host": [(":method", "GET"), (":scheme", "http"), (":path", "/a")],
    "connect": [(":method", "CONNECT"), (":authority", "api.example.com:443")],
    "star": [(":method", "OPTIONS"), (":scheme", "http"), (":authority", "localhost"), (":path", "*")],
    "path-absolute": [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "localhost"),
        (":path", "http://example.com/a"),
    ],
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_malformed(daemon: Daemon, upstream: Recording, head: list[Header]) -> None:
    """A malformed head is answered with an error or ends the connection (RFC 9113, 8.1.1), and nothing leaves."""
    with http2(daemon.port) as client:
        ours = [(name, f"localhost:{daemon.port}" if value == "localhost" else value) for name, value in head]
        reply = client.ask(ours)
    assert reply is None or (400 <= reply.status < 500 and reply.code)
    assert_nothing_sent(daemon, upstream)


def test_length_that_lies(daemon: Daemon, upstream: Recording) -> None:
    """A body of another length than its content-length says is not sent on."""
    with http2(daemon.port) as client:
        reply = client.ask(client.head("POST", "/accounts", JSON, ("content-length", "1")), b"{}")
    assert reply is None or reply.status == 400
    assert_nothing_sent(daemon, upstream)


@pytest.mark.parametrize("data", [b"", b"\x00" * 9, b"\xff" * 100], ids=["end", "data-frame", "garbage"])
def test_garbage_behind_the_preface(daemon: Daemon, upstream: Recording, data: bytes) -> None:
    """A connection that breaks HTTP/2's rules is closed, and nothing leaves."""
    with http2(daemon.port) as client:
        client.connection.sendall(data)
        client.connection.shutdown(1)
        while client.connection.recv(65_536):
            pass
    assert_nothing_sent(daemon, upstream)
