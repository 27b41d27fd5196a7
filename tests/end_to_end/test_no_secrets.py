"""Nothing that is secret is ever in what the daemon says, however odd the requests are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.end_to_end.conftest import Sandbox, config
from tests.end_to_end.daemon import Daemon, started
from tests.end_to_end.http2_wire import http2
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import ask, connected, request
from tests.faulty_upstream import OK, closing, resetting, saying

QUERY = "userId=query-user-id&userSecret=client-user-secret&x=query-value"
TARGET = f"/accounts?{QUERY}"
HEADERS = (
    "Signature: client+signature=",
    "Authorization: Bearer client-bearer-token",
    "Cookie: session=client-cookie",
    "X-Api-Key: client-header-value",
)
BODY = b'{"userSecret": "client-body-secret"}'

KINDS = {
    "consumer-key": "consumer-key",
    "user-secret-of-the-profile": "profile-user-secret",
    "user-secret-of-the-client": "client-user-secret",
    "user-id-in-the-query": "query-user-id",
    "query-value": "query-value",
    "query-name": "userSecret",
    "query-sign": "?",
    "timestamp": "timestamp=",
    "signature-of-the-client": "client+signature",
    "authorization": "client-bearer-token",
    "cookie": "client-cookie",
    "header-value": "client-header-value",
    "body": "client-body-secret",
    "signature-base": '"content"',
    "answer-header": "answer-header-value",
    "answer-cookie": "answer-cookie",
    "redirect": "answer-location",
    "answer-body": "answer-body",
    "profile-asked-for": "asked-for-profile",
    "host-asked-for": "asked-for-host",
}

ANSWER = (
    b"HTTP/1.1 302 Found answer-header-value\r\nSet-Cookie: answer-cookie\r\nLocation: https://x/?answer-location\r\n"
    b"X-A: answer-header-value\r\nContent-Length: 11\r\n\r\nanswer-body"
)


@dataclass(frozen=True, slots=True)
class Session:
    """All that was said, and all that was sent upstream."""

    output: str
    sent: list[bytes]


def talk(daemon: Daemon, upstream: Recording) -> list[bytes]:
    """Hold the session, and return what went upstream."""
    port = daemon.port
    sent: list[bytes] = []
    for serve in (
        saying(OK),
        saying(ANSWER),
        saying(b"answer-body no HTTP\r\n\r\n", then=closing),
        saying(b"HTTP/1.1 200 OK\r\nX-A: answer-header-value\r\nContent-Length: 99\r\n\r\nanswer-body", then=resetting),
        saying(b"HTTP/1.1 101 answer-header-value\r\n\r\n", then=closing),
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nanswer-body", then=closing),
        saying(b"HTTP/1.1 200 OK\r\nanswer-header-value\r\n\r\n", then=closing),
    ):
        upstream.begin(serve)
        for profile in ("partner", "writer", "asked-for-profile"):
            ask(port, request(port, "PATCH", TARGET, *HEADERS, f"Signer-Profile: {profile}", body=BODY))
            ask(port, request(port, "GET", TARGET, *HEADERS, f"Signer-Profile: {profile}"))
        sent += upstream.requests
    refused(port)
    malformed(port)
    return sent


def refused(port: int) -> None:
    """Send what is refused by our own rules."""
    for target in (f"{TARGET}#x", f"{TARGET}\x01", f"http://user:query-value@asked-for-host{TARGET}", f"?{QUERY}"):
        ask(port, request(port, "GET", target, *HEADERS))
    for header in ("Origin: https://asked-for-host", "Host: asked-for-host", f"Content-Length: {QUERY}", QUERY):
        ask(port, request(port, "GET", TARGET, header, *HEADERS))
    for body in (BODY[:-1], b"x" + BODY, BODY * 10_000):
        ask(port, request(port, "POST", TARGET, *HEADERS, body=body))
    with http2(port) as client:
        client.ask(client.head("POST", TARGET, ("x-a", "client-header-value")), BODY[:-1])
        client.ask(client.head("GET", TARGET, ("Bad-Name", "client-header-value"), ("host", "asked-for-host")))


def malformed(port: int) -> None:
    """Send what cannot be read."""
    head = f"POST {TARGET} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n" + "\r\n".join(HEADERS) + "\r\n"
    for data in (
        head + "Transfer-Encoding: chunked\r\n\r\nclient-body-secret\r\n",
        head + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
        head + f"{QUERY}\r\n\r\n",
        head + "X-A: client-header-value" * 5000,
        f"GET {TARGET} {TARGET} HTTP/1.1\r\n\r\n",
        f"{QUERY}\r\n\r\n",
        f"CONNECT asked-for-host:443{TARGET} HTTP/1.1\r\n\r\n",
        f"client-header-value {TARGET} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n",
    ):
        ask(port, data.encode())
    for start in (head[:40], head, head + "Content-Length: 99\r\n\r\nclient-body-secret"):
        with connected(port) as connection:  # and goes away in the middle
            connection.sendall(start.encode())


@pytest.fixture(scope="module")
def session(sandbox: Sandbox, recorder: Recording, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Hold a session of odd requests with a daemon of its own, and end it."""
    with started(config(sandbox, recorder), tmp_path_factory.mktemp("session")) as daemon:
        before = len(daemon.lines)
        sent = talk(daemon, recorder)
        assert daemon.stop() == 0
        yield Session("\n".join(daemon.lines[before:]), sent)


@pytest.mark.parametrize("secret", KINDS.values(), ids=KINDS)
def test_kind(session: Session, secret: str) -> None:
    """No such thing is in the output."""
    assert secret not in session.output


def test_signatures(session: Session) -> None:
    """Our own signatures are not in the output, neither whole nor their beginning."""
    signatures = {found[1].decode() for raw in session.sent if (found := re.search(rb"\nSignature: (\S+)", raw))}
    assert len(signatures) >= 3
    assert [signature for signature in signatures if signature[:12] in session.output] == []


def test_there_was_something_to_tell(session: Session) -> None:
    """The session did go through the log: its requests, refusals and failures are there."""
    for word in ("PATCH", "302", "upstream-broke", "bad-request", "not-signable", "guard-origin", "body-too-large"):
        assert word in session.output
