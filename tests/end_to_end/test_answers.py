"""Answers pass through as they come: not followed, not unpacked, not kept."""

import gzip

import pytest

from tests.end_to_end.daemon import Daemon
from tests.end_to_end.http2_wire import http2
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import ask, connected, read, request
from tests.faulty_upstream import saying

PACKED = gzip.compress(b'{"a": 1}')


def answer(status: str, *headers: str, body: bytes = b"") -> bytes:
    """Return an answer's bytes."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect(daemon: Daemon, upstream: Recording, status: int) -> None:
    """A redirect is the client's to follow or not."""
    upstream.begin(saying(answer(f"{status} Moved", f"Location: {upstream.origin}/elsewhere")))
    reply = ask(daemon.port, request(daemon.port, "POST", "/accounts", body=b"{}"))
    assert (reply.status, reply.all("Location")) == (status, [f"{upstream.origin}/elsewhere"])
    assert len(upstream.requests) == 1


def test_packed_answer(daemon: Daemon, upstream: Recording) -> None:
    """A packed answer stays packed, byte for byte."""
    upstream.begin(saying(answer("200 OK", "Content-Encoding: gzip", "Content-Type: application/json", body=PACKED)))
    reply = ask(daemon.port, request(daemon.port, "GET", "/accounts", "Accept-Encoding: gzip"))
    assert (reply.body, reply.all("Content-Encoding")) == (PACKED, ["gzip"])
    assert b"\r\nAccept-Encoding: gzip\r\n" in upstream.requests[0]


def test_no_coding_is_asked_for_by_us(daemon: Daemon, upstream: Recording) -> None:
    """A client that asks for no packed answer does not get one by our doing."""
    ask(daemon.port, request(daemon.port, "GET", "/accounts"))
    assert b"accept-encoding" not in upstream.requests[0].lower()


def test_cookies(daemon: Daemon, upstream: Recording) -> None:
    """Cookies pass, each in its own header, and the next request does not carry them."""
    upstream.begin(saying(answer("200 OK", "Set-Cookie: a=1; Path=/", "Set-Cookie: b=2")))
    assert ask(daemon.port, request(daemon.port, "GET", "/")).all("Set-Cookie") == ["a=1; Path=/", "b=2"]
    ask(daemon.port, request(daemon.port, "GET", "/"))
    assert b"cookie" not in upstream.requests[1].lower()


def test_error_of_the_api(daemon: Daemon, upstream: Recording) -> None:
    """An error of the API's is told from ours by what it lacks."""
    upstream.begin(saying(answer("401 Unauthorized", "Content-Type: application/json", body=b'{"code": "1076"}')))
    reply = ask(daemon.port, request(daemon.port, "GET", "/accounts"))
    assert (reply.status, reply.body, reply.code) == (401, b'{"code": "1076"}', None)
    assert reply.all("Signer-Profile") == ["partner"]


def test_headers_keep_order_case_and_copies(daemon: Daemon, upstream: Recording) -> None:
    """An answer's headers reach the client in their order, case and number, and ours stand behind them."""
    upstream.begin(saying(answer("200 OK", "X-B: 2", "x-a: 1", "X-B: 3", "X-REQUEST-ID: r", "X-Latin: \u00a0")))
    headers = ask(daemon.port, request(daemon.port, "GET", "/")).headers
    assert [name for name, _ in headers] == [
        *("X-B", "x-a", "X-B", "X-REQUEST-ID", "X-Latin"),
        *("Content-Length", "Signer-Profile"),
    ]


def test_head_keeps_the_length(daemon: Daemon, upstream: Recording) -> None:
    """The answer to HEAD says how long the body would be."""
    upstream.begin(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n"))
    reply = ask(daemon.port, request(daemon.port, "HEAD", "/"), "HEAD")
    assert (reply.all("Content-Length"), reply.body) == (["12345"], b"")


def test_refused_head_has_no_body(daemon: Daemon, upstream: Recording) -> None:
    """Our own answer to HEAD ends with its head, so that the next answer on the connection is read as what it is."""
    upstream.begin(saying(answer("200 OK", body=b"next")))
    with connected(daemon.port) as connection:
        connection.sendall(request(daemon.port, "HEAD", "/", "Origin: http://page.example"))
        refused = read(connection, "HEAD")
        connection.sendall(request(daemon.port, "GET", "/"))
        assert (refused.status, refused.code, refused.body) == (403, "guard-origin", b"")
        assert read(connection).body == b"next"
    with http2(daemon.port) as client:
        reply = client.ask(client.head("HEAD", "/", ("origin", "http://page.example")))
        assert reply is not None
        assert (reply.status, reply.code, reply.body) == (403, "guard-origin", b"")


def test_head_that_breaks_has_no_body(daemon: Daemon, upstream: Recording) -> None:
    """The same holds where the upstream breaks on a HEAD."""
    upstream.begin(saying(b"no HTTP\r\n\r\n"))
    with connected(daemon.port) as connection:
        connection.sendall(request(daemon.port, "HEAD", "/"))
        broken = read(connection, "HEAD")
        connection.sendall(request(daemon.port, "GET", "/"))
        assert (broken.status, broken.code, broken.body) == (502, "upstream-broke", b"")
        assert read(connection).code == "upstream-broke"


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_answer_without_body(daemon: Daemon, upstream: Recording, status: str) -> None:
    """An answer that has no body is over where its head is."""
    upstream.begin(saying(f"HTTP/1.1 {status}\r\nETag: x\r\n\r\n".encode()))
    reply = ask(daemon.port, request(daemon.port, "GET", "/"))
    assert (str(reply.status), reply.body) == (status[:3], b"")


def test_interim_answers(daemon: Daemon, upstream: Recording) -> None:
    """The upstream's interim answers are ours to read, and the last one is the client's."""
    upstream.begin(saying(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", answer("200 OK", body=b"last")))
    assert ask(daemon.port, request(daemon.port, "GET", "/")).body == b"last"
