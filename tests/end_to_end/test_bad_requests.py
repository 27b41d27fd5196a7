"""Requests that are well-formed HTTP and still may not leave: bodies, targets, profiles, hosts, pages, orders."""

import gzip

import pytest

from tests.end_to_end.daemon import Daemon
from tests.end_to_end.recording import Recording
from tests.end_to_end.verdicts import assert_nothing_sent, assert_refused
from tests.end_to_end.wire import ask, request

JSON = "Content-Type: application/json"
GZIP = "Content-Encoding: gzip"
BOMB = gzip.compress(b" " * 10_000_000)
ORDER = b'{"trade_id": "1"}'

BODIES = {
    "json-invalid": ([JSON], b'{"a": ', 422, "not-signable"),
    "json-twice": ([JSON], b"{}{}", 422, "not-signable"),
    "json-nested-deeply": ([JSON], b"[" * 30_000 + b"]" * 30_000, 422, "not-signable"),
    "utf-8-invalid": ([JSON], b'{"a": "\xff"}', 422, "not-signable"),
    "utf-16": ([JSON], '{"a": 1}'.encode("utf-16"), 422, "not-signable"),
    "byte-order-mark": ([JSON], b"\xef\xbb\xbf{}", 422, "not-signable"),
    "white-space": ([JSON], b" \n", 422, "not-signable"),
    "nan": ([JSON], b'{"a": NaN}', 422, "not-signable"),
    "infinity": ([JSON], b'{"a": -Infinity}', 422, "not-signable"),
    "becomes-infinity": ([JSON], b'{"a": 1e999}', 422, "not-signable"),
    "integer-endless": ([JSON], b"9" * 5000, 422, "not-signable"),
    "form": (["Content-Type: application/x-www-form-urlencoded"], b"a=1&b=2", 422, "not-signable"),
    "form-multipart": (["Content-Type: multipart/form-data; boundary=x"], b"--x--\r\n", 422, "not-signable"),
    "gzip-bomb": ([JSON, GZIP], BOMB, 413, "body-too-large"),
    "gzip-broken": ([JSON, GZIP], b"\x1f\x8b\x08", 422, "not-signable"),
    "gzip-only-said": ([JSON, GZIP], b"{}", 422, "not-signable"),
    "coding-unknown": ([JSON, "Content-Encoding: zstd"], b"{}", 422, "not-signable"),
    "over-max-body": ([JSON], b'"' + b"x" * 65_536 + b'"', 413, "body-too-large"),
}

TARGETS = {
    "hash": (b"/a#b", 422, "not-signable"),
    "hash-in-query": (b"/a?b=#c", 422, "not-signable"),
    "utf-8": ("/é".encode(), 422, "not-signable"),
    "latin-1-in-query": (b"/a?b=\xe9", 422, "not-signable"),
    "control-byte": (b"/a\x01", 422, "not-signable"),
    "question-mark-alone": (b"?", 400, "bad-request"),
    "no-slash": (b"a", 400, "bad-request"),
    "absolute-foreign": (b"http://api.example.com/a", 400, "bad-request"),
    "absolute-foreign-port": (b"http://127.0.0.1:1/a", 400, "bad-request"),
    "absolute-user": (b"http://me@127.0.0.1/a", 400, "bad-request"),
    "absolute-https": (b"https://api.example.com/a", 400, "bad-request"),
}

HEADERS = {
    "profile-unknown": ("Signer-Profile: nobody", 400, "unknown-profile"),
    "profile-empty": ("Signer-Profile:", 400, "unknown-profile"),
    "profile-of-another-upstream": ("Signer-Profile: elsewhere", 400, "unknown-profile"),
    "profile-twice": ("Signer-Profile: partner\r\nSigner-Profile: writer", 400, "bad-request"),
    "host-twice": ("Host: 127.0.0.1", 400, "bad-request"),
    "origin-foreign": ("Origin: https://example.com", 403, "guard-origin"),
    "origin-of-this-machine": ("Origin: http://localhost:3000", 403, "guard-origin"),
    "origin-null": ("Origin: null", 403, "guard-origin"),
    "origin-empty": ("Origin:", 403, "guard-origin"),
    "site-cross": ("Sec-Fetch-Site: cross-site", 403, "guard-origin"),
    "site-same": ("Sec-Fetch-Site: same-site", 403, "guard-origin"),
}

HOSTS = {
    "foreign": b"Host: example.com",
    "foreign-with-our-port": b"Host: example.com:%d",
    "port-of-another": b"Host: 127.0.0.1:1",
    "rebound-name": b"Host: 127.0.0.1.example.com:%d",
    "localhost-suffix": b"Host: notlocalhost:%d",
    "other-address": b"Host: 0.0.0.0:%d",
    "empty": b"Host:",
}


@pytest.mark.parametrize(("headers", "body", "status", "code"), BODIES.values(), ids=BODIES)
def test_body(daemon: Daemon, upstream: Recording, headers: list[str], body: bytes, status: int, code: str) -> None:
    """A body that cannot be signed is refused, and nothing leaves."""
    assert_refused(ask(daemon.port, request(daemon.port, "POST", "/accounts", *headers, body=body)), status, code)
    assert_nothing_sent(daemon, upstream)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_body_of_each_method(daemon: Daemon, upstream: Recording, method: str) -> None:
    """A body that cannot be signed is refused whatever the method."""
    reply = ask(daemon.port, request(daemon.port, method, "/accounts", body=b"{"), method)
    assert (reply.status, reply.code) == (422, "not-signable")
    assert_nothing_sent(daemon, upstream)


@pytest.mark.parametrize(("target", "status", "code"), TARGETS.values(), ids=TARGETS)
def test_target(daemon: Daemon, upstream: Recording, target: bytes, status: int, code: str) -> None:
    """A target that cannot be signed, or that is not for this port, is refused, and nothing leaves."""
    assert_refused(ask(daemon.port, request(daemon.port, "GET", target)), status, code)
    assert_nothing_sent(daemon, upstream)


@pytest.mark.parametrize(("headers", "status", "code"), HEADERS.values(), ids=HEADERS)
def test_header(daemon: Daemon, upstream: Recording, headers: str, status: int, code: str) -> None:
    """A header that names a profile wrongly, or that only a web page sends, is refused, and nothing leaves."""
    assert_refused(ask(daemon.port, request(daemon.port, "GET", "/accounts", headers)), status, code)
    assert_nothing_sent(daemon, upstream)


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_host(daemon: Daemon, upstream: Recording, host: bytes) -> None:
    """A Host that is not this port on this machine is refused, and nothing leaves."""
    line = host % daemon.port if b"%d" in host else host
    assert_refused(ask(daemon.port, b"GET /accounts HTTP/1.1\r\n%b\r\n\r\n" % line), 403, "guard-host")
    assert_nothing_sent(daemon, upstream)


def test_host_missing(daemon: Daemon, upstream: Recording) -> None:
    """A request without Host is refused, and nothing leaves."""
    reply = ask(daemon.port, b"GET /accounts HTTP/1.1\r\n\r\n")
    assert reply.code in ("bad-request", "guard-host")
    assert_nothing_sent(daemon, upstream)


ORDERS = ["/trade/place", "/api/v1/trade/place", "/accounts/1/trading/simple", "/unknown", "/accounts/../trade/place"]


@pytest.mark.parametrize("target", ORDERS)
def test_order(daemon: Daemon, upstream: Recording, target: str) -> None:
    """An order, and what is not known to be none, is refused to a profile with access = "write"."""
    order = request(daemon.port, "POST", target, "Signer-Profile: writer", JSON, body=ORDER)
    assert_refused(ask(daemon.port, order), 403, "access-denied")
    assert_nothing_sent(daemon, upstream)
