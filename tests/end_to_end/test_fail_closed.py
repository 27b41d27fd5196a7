"""Whatever raises on the way of a request: the client gets an answer of ours, and nothing unsigned leaves."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Sandbox, config
from tests.end_to_end.daemon import Daemon, launched
from tests.end_to_end.http2_wire import http2
from tests.end_to_end.recording import Recording
from tests.end_to_end.verdicts import assert_refused
from tests.end_to_end.wire import Reply, ask, connected, request

ROOT = Path(__file__).parents[2]
ENGINE = "signer_proxy.engines.mitmproxy"

NOT_SENT = "nothing was sent"
SENT = "was sent and may have been received"
UNKNOWN = "may have been sent"

# How many of two requests the upstream has seen; where nobody waits for the answer, the connection is cut, perhaps
# before the upstream has read from it.
NEVER, EACH_TIME, PERHAPS = [0], [2], [0, 1, 2]

PLACES = {
    "connection": (f"{ENGINE}.gate:Gate._choose", NEVER, NOT_SENT),
    "request-hook": (f"{ENGINE}.forwarder:Forwarder.request", NEVER, UNKNOWN),
    "request-translated": (f"{ENGINE}.forwarder:request_of", NEVER, NOT_SENT),
    "client-watched": (f"{ENGINE}.forwarder:is_wanted", NEVER, NOT_SENT),
    "answer-translated": (f"{ENGINE}.forwarder:response_of", EACH_TIME, UNKNOWN),
    "proxy": ("signer_proxy.proxy.proxy:Proxy.answer", NEVER, UNKNOWN),
    "guard": ("signer_proxy.guard.guard:check", NEVER, NOT_SENT),
    "route": ("signer_proxy.route:choose", NEVER, NOT_SENT),
    "access": ("signer_proxy.access:decide", NEVER, NOT_SENT),
    "admit": ("signer_proxy.exchange:admit", NEVER, NOT_SENT),
    "credential": ("signer_proxy.proxy.credentials:Credentials.get", NEVER, NOT_SENT),
    "sign": ("signer_proxy.exchange:sign", NEVER, NOT_SENT),
    "headers": ("signer_proxy.forwarding:request_headers", NEVER, NOT_SENT),
    "signature": ("signer_proxy.schemes.snaptrade_signature:SnaptradeSignature.sign", NEVER, NOT_SENT),
    "send": ("signer_proxy.upstream.pool:Pool.send", NEVER, NOT_SENT),
    "order-recorded": ("signer_proxy.audit.audit:Audit.write", NEVER, NOT_SENT),
    "receive": ("signer_proxy.upstream.connection:_receive", PERHAPS, SENT),
    "connection-kept": ("signer_proxy.proxy.proxy:Proxy.keeps_connection", EACH_TIME, UNKNOWN),
    "learn": ("signer_proxy.proxy.carrier:learn", EACH_TIME, SENT),
    "answer-headers": ("signer_proxy.forwarding:answer_headers", EACH_TIME, SENT),
    "conclude": ("signer_proxy.exchange:conclude", EACH_TIME, SENT),
}


@pytest.fixture
def failing(place: str, sandbox: Sandbox, recorder: Recording, tmp_path: Path) -> Iterator[Daemon]:
    """Start a daemon in which the function at `place` raises."""
    command = (sys.executable, "-m", "tests.end_to_end.failing", place, "run")
    with launched(config(sandbox, recorder), tmp_path, {"PYTHONPATH": str(ROOT)}, command) as daemon:
        for port in daemon.ports.values():
            daemon.wait_for(rf"listening on http://127\.0\.0\.1:{port}\b")
        yield daemon
        assert daemon.process.poll() is None
        assert "planted-secret" not in daemon.output


def over_http2(port: int) -> Reply | None:
    """Ask over HTTP/2."""
    with http2(port) as client:
        return client.ask(client.head("POST", "/accounts"), b"{}")


@pytest.mark.parametrize(("place", "sent", "detail"), PLACES.values(), ids=PLACES)
def test_internal(failing: Daemon, upstream: Recording, sent: list[int], detail: str) -> None:
    """A function that raises gives `internal`, which says whether anything was sent, over HTTP/1.1 and HTTP/2."""
    one = ask(failing.port, request(failing.port, "POST", "/accounts", body=b"{}"))
    two = over_http2(failing.port)
    for reply in filter(None, [one, two]):
        assert_refused(reply, 500, "internal")
        assert detail in reply.problem["detail"]
        assert "planted-secret" not in reply.problem["detail"]
    assert two is not None or detail == NOT_SENT
    assert len(upstream.requests) in sent


LAYERS = {
    "our-layer": f"{ENGINE}.forwarder:Forwarder.request",
    "mitmproxy's-layer": f"{ENGINE}.forwarder:Forwarder.request,-{ENGINE}.http_layer:StrictHttpLayer.get_connection",
    "its-hook-raises": (
        f"{ENGINE}.forwarder:Forwarder.request,-{ENGINE}.http_layer:StrictHttpLayer.get_connection"
        f",{ENGINE}.gate:Gate.server_connect"
    ),
}


@pytest.mark.parametrize("place", LAYERS.values(), ids=LAYERS)
def test_no_way_past_the_hook(failing: Daemon, upstream: Recording) -> None:
    """Where the hook of a request raises, mitmproxy does not dial, whatever of what forbids it is gone as well."""
    before = upstream.upstream.connections
    for target in ("/accounts", f"{upstream.origin}/accounts"):
        assert_refused(ask(failing.port, request(failing.port, "GET", target)), 500, "internal")
    assert upstream.upstream.connections == before


@pytest.mark.parametrize("place", [f"{ENGINE}.gate:Gate.next_layer"])
def test_connection_hook(failing: Daemon, upstream: Recording) -> None:
    """Where the hook of a connection raises, no byte of it is read: the client waits until it goes."""
    with connected(failing.port) as connection:
        connection.sendall(request(failing.port, "GET", "/accounts"))
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert upstream.requests == []


@pytest.mark.parametrize("place", ["signer_proxy.problem:answer"])
def test_problem(failing: Daemon, upstream: Recording) -> None:
    """Where not even an answer of ours can be written, the connection ends, and nothing leaves."""
    with connected(failing.port) as connection:
        connection.sendall(request(failing.port, "GET", "/accounts", "Origin: null"))
        assert connection.recv(1) == b""
    assert upstream.requests == []


@pytest.mark.parametrize("place", [f"{ENGINE}.http1:_read_head"])
def test_parser(failing: Daemon, upstream: Recording) -> None:
    """Where reading a request raises, the connection ends, and nothing leaves."""
    with connected(failing.port) as connection:
        connection.sendall(request(failing.port, "GET", "/accounts"))
        assert connection.recv(1) == b""
    assert upstream.requests == []


@pytest.mark.parametrize("place", ["signer_proxy.audit.exchange_log:line", "signer_proxy.audit.audit:Audit.write"])
def test_log(failing: Daemon, upstream: Recording) -> None:
    """Where the log or the audit cannot be written, the answer goes out all the same."""
    assert ask(failing.port, request(failing.port, "GET", "/accounts")).status == 200
    assert len(upstream.requests) == 1
