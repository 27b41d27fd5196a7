"""What leaves, less what we add, is what came in, byte for byte; and the signature covers what leaves."""

import gzip
import re

import pytest

from tests.end_to_end.daemon import Daemon
from tests.end_to_end.http2_wire import http2
from tests.end_to_end.recording import Recording
from tests.end_to_end.verdicts import assert_signed
from tests.end_to_end.wire import ask, request

KEY = b"api-consumer-key"
OURS = re.compile(rb"[?&]clientId=CLIENT&timestamp=[0-9]{10}$")
SIGNATURE = re.compile(rb"\r\nSignature: [A-Za-z0-9+/]{43}=\r\n")

TARGETS = {
    "escapes": b"/a%20b?x=1%2F2&y=%zz+q",
    "escape-broken": b"/a?x=%zz&y=%",
    "escaped-lines": b"/a?x=%0d%0aX-A:%201",
    "second-question-mark": b"/a?x=1?y=2",
    "dots": b"/a/../b/./c",
    "slashes": b"//a///b/",
    "brackets": b"/a?x[]=1&y={z}|^`",
    "quotes": b'/a"b?c="d"\\&e=\'f\'',
    "empty-parameters": b"/a?&&x&=&",
    "unsorted-and-twice": b"/a?b=2&a=1&b=1",
    "semicolons": b"/a;b=c?d;e=f",
    "at-and-colon": b"/a@b:c?d=@:",
    "escaped-unreserved": b"/%7Ea%41?x=%7e",
    "escaped-utf-8": b"/%C3%A9?x=%c3%a9",
    "long": b"/a?" + b"x" * 30_000,
}


def left(raw: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Split what left into its target less what we add, its header lines less ours, and its body."""
    assert len(SIGNATURE.findall(raw)) == 1
    head, _, body = SIGNATURE.sub(b"\r\n", raw).partition(b"\r\n\r\n")
    line, *headers = head.split(b"\r\n")
    target = line.split(b" ")[1]
    assert OURS.search(target)
    return OURS.sub(b"", target), headers, body


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_target(daemon: Daemon, upstream: Recording, target: bytes) -> None:
    """A target leaves as it came, with ours at its end, and signed right."""
    assert ask(daemon.port, request(daemon.port, "GET", target)).status == 200
    assert left(upstream.requests[0])[0] == target
    if not re.search(rb'["\\]', target):  # which canonical JSON escapes
        assert_signed(upstream.requests[0], KEY)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_target_is_verified(daemon: Daemon, target: bytes) -> None:
    """The sandbox, which believes nothing, finds the signature of every such target right."""
    port = daemon.ports["sandbox"]
    reply = ask(port, request(port, "GET", target))
    assert reply.all("Sandbox-Verdict") == ["verified"], reply


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_target_over_http2(daemon: Daemon, upstream: Recording, target: bytes) -> None:
    """Over HTTP/2, too, a target leaves as it came."""
    with http2(daemon.port) as client:
        reply = client.ask(client.head("GET", target.decode()))
    assert reply is not None
    assert reply.status == 200
    assert left(upstream.requests[0])[0] == target


ABSOLUTE = {
    "as-it-is": (b"/a%20b?x=%2F", b"/a%20b?x=%2F&clientId"),
    "question-mark-at-the-end": (b"/a?", b"/a?clientId"),
    "second-question-mark": (b"/a?x?", b"/a?x?&clientId"),
    "double-slash": (b"//a", b"//a?clientId"),
}


@pytest.mark.parametrize("form", [b"", b"http://127.0.0.1:%d", b"http://localhost:%d"], ids=["origin", "IP", "name"])
@pytest.mark.parametrize(("target", "sent"), ABSOLUTE.values(), ids=ABSOLUTE)
def test_absolute_form(daemon: Daemon, upstream: Recording, target: bytes, sent: bytes, form: bytes) -> None:
    """A request in absolute form to this proxy itself leaves in origin form, and its target is as exact."""
    host = form.removeprefix(b"http://") % daemon.port if form else b"127.0.0.1:%d" % daemon.port
    prefix = form % daemon.port if form else b""
    reply = ask(daemon.port, b"GET %b%b HTTP/1.1\r\nHost: %b\r\n\r\n" % (prefix, target, host))
    assert reply.status == 200
    assert upstream.requests[0].startswith(b"GET %b=CLIENT&timestamp=" % sent)
    assert_signed(upstream.requests[0], KEY)


def test_headers(daemon: Daemon, upstream: Recording) -> None:
    """Headers keep their order, case, copies and bytes; Host is the upstream's, in its place."""
    lines = [
        b"x-b: 2",
        b"X-A: 1",
        b"X-b: 3",
        b"Authorization: Bearer a",
        b"X-Latin: \xe9\xff",
        b"X-Empty:",
        b"Accept: */*",
    ]
    raw = b"GET /a HTTP/1.1\r\nx-first: 1\r\nHOST: localhost:%d\r\n%b\r\n\r\n" % (daemon.port, b"\r\n".join(lines))
    assert ask(daemon.port, raw).status == 200
    host = b"HOST: " + upstream.origin.removeprefix("http://").encode()
    assert [line.rstrip() for line in left(upstream.requests[0])[1]] == [b"x-first: 1", host, *lines]


def test_hop_by_hop_headers(daemon: Daemon, upstream: Recording) -> None:
    """Headers of the connection, and those that Connection names, stay here; so does all that is ours."""
    lines = (
        *("Connection: keep-alive, X-Hop", "Keep-Alive: timeout=5", "X-Hop: 1", "TE: trailers", "Upgrade: websocket"),
        *("Proxy-Authorization: Basic eA==", "Signer-Profile: partner", "Signer-Token: t", "signer-anything: 1"),
        *("SIGNATURE: theirs", "X-End: 1"),
    )
    assert ask(daemon.port, request(daemon.port, "GET", "/a", *lines)).status == 200
    assert [line.split(b":")[0] for line in left(upstream.requests[0])[1]] == [b"Host", b"X-End"]


BODIES = {
    "spaces": b' { "b" : 1.0 ,\n "a" : "\xc3\xa9" } ',
    "duplicate-keys": b'{"a": 1, "a": 2}',
    "empty-object": b"{}",
    "array": b"[]",
    "big-number": b'{"n": 123456789012345678901234567890, "e": 1E5}',
    "large": b'"' + b"x" * 60_000 + b'"',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_body(daemon: Daemon, upstream: Recording, method: str, body: bytes) -> None:
    """A body leaves as it came, whatever its canonical form is."""
    assert ask(daemon.port, request(daemon.port, method, "/a", body=body)).status == 200
    _, headers, sent = left(upstream.requests[0])
    assert sent == body
    assert b"Content-Length: %d" % len(body) in headers


def test_packed_body(daemon: Daemon, upstream: Recording) -> None:
    """A packed body is signed by what is in it, and leaves packed."""
    packed = gzip.compress(b'{ "a": 1 }')
    reply = ask(daemon.port, request(daemon.port, "POST", "/a", "Content-Encoding: gzip", body=packed))
    assert reply.status == 200
    assert left(upstream.requests[0])[2] == packed
    assert_signed(upstream.requests[0], KEY, b'{"a":1}')


def test_chunked_body(daemon: Daemon, upstream: Recording) -> None:
    """A body in chunks leaves whole, with its length."""
    chunks = b'4\r\n{ "a\r\n3;x=y\r\n": \r\n3\r\n1 }\r\n0\r\n\r\n'
    raw = b"POST /a HTTP/1.1\r\nHost: localhost:%d\r\nTransfer-Encoding: chunked\r\n\r\n%b" % (daemon.port, chunks)
    assert ask(daemon.port, raw).status == 200
    _, headers, body = left(upstream.requests[0])
    assert (body, headers[1:]) == (b'{ "a": 1 }', [b"Content-Length: 10"])
    assert_signed(upstream.requests[0], KEY, b'{"a":1}')


def test_what_the_client_signed_itself_is_replaced(daemon: Daemon, upstream: Recording) -> None:
    """Every clientId, timestamp and Signature of the client's goes, with its separator, and the rest stays."""
    target = "/a?clientId=x&b=%2f&timestamp=1&time%73tamp=2&clientId=y&c"
    ask(daemon.port, request(daemon.port, "GET", target, "Signature: a", "signature: b", "X-A: 1"))
    sent, headers, _ = left(upstream.requests[0])
    assert sent == b"/a?b=%2f&c"
    assert headers[1:] == [b"X-A: 1"]
    assert_signed(upstream.requests[0], KEY)
