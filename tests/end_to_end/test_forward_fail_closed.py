"""Whatever raises on the way of a tunnel or of a request to the forward port: nothing leaves, and nothing passes."""

import ssl
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Sandbox
from tests.end_to_end.daemon import free_port
from tests.end_to_end.forward import Forward, connect, forward_config, forwarding, get, said, trusting, tunnel
from tests.end_to_end.recording import Recording
from tests.end_to_end.verdicts import assert_refused
from tests.end_to_end.wire import ask, connected

ROOT = Path(__file__).parents[2]
ENGINE = "signer_proxy.engines.mitmproxy"


@pytest.fixture
def place(upstream: Recording) -> str:
    """Return host and port of the upstream that records."""
    return upstream.origin.replace("http://127.0.0.1", "localhost")


@pytest.fixture
def failing(failure: str, sandbox: Sandbox, recorder: Recording, tmp_path: Path) -> Iterator[Forward]:
    """Start a daemon in which the functions of `failure` raise."""
    port = free_port()
    command = (sys.executable, "-m", "tests.end_to_end.failing", failure, "run")
    text = forward_config(recorder.origin, sandbox.origin, port)
    with forwarding(text, port, tmp_path, command, PYTHONPATH=str(ROOT)) as forward:
        yield forward
        assert "planted-secret" not in forward.daemon.output


BEFORE_THE_TUNNEL = {
    "decision": "signer_proxy.proxy.proxy:Proxy.passes",
    "passage": "signer_proxy.proxy.passage:passes",
    "guard": "signer_proxy.guard.guard:check_connect",
    "route": "signer_proxy.route:check_connect",
    "destination": "signer_proxy.destination:read",
    "hosts": "signer_proxy.route:hosts",
    "certificate": f"{ENGINE}.tls_ends:TlsEnds.prepare",
    "authority": "signer_proxy.authority.authority:Authority.leaf",
    "context": f"{ENGINE}.tls_ends:_context",
    "head": f"{ENGINE}.forward_http1:head_of",
    "hook": f"{ENGINE}.gate:Gate.destination",
}


@pytest.mark.parametrize("failure", BEFORE_THE_TUNNEL.values(), ids=BEFORE_THE_TUNNEL)
def test_connect(failing: Forward, upstream: Recording, place: str, failure: str) -> None:
    """Where the decision about a CONNECT raises, no tunnel opens."""
    with connected(failing.port) as connection:
        if failure.endswith("head_of"):  # nothing is known of the request: the connection ends
            connection.sendall(connect(place) + get("/accounts", place))
            with suppress(ConnectionResetError):
                assert connection.recv(1) == b""
        else:
            assert_refused(said(connection, connect(place) + get("/accounts", place)), 500, "internal")
            assert connection.recv(1) == b""
    assert upstream.requests == []


BEFORE_A_REQUEST = {
    "decision": "signer_proxy.proxy.proxy:Proxy.passes",
    "hook": f"{ENGINE}.gate:Gate.destination",
    "guard": "signer_proxy.guard.guard:check",
    "agreement": "signer_proxy.guard.addressee:check_agreement",
    "route": "signer_proxy.route:addressed",
    "request-hook": f"{ENGINE}.forwarder:Forwarder.request",
    "connection": f"{ENGINE}.gate:Gate._choose",
}


@pytest.mark.parametrize("failure", BEFORE_A_REQUEST.values(), ids=BEFORE_A_REQUEST)
def test_request_in_the_clear(failing: Forward, upstream: Recording, place: str) -> None:
    """Where the way of a request in the clear raises, the client gets `internal`, and nothing leaves."""
    assert_refused(ask(failing.port, get(f"http://{place}/accounts", place)), 500, "internal")
    assert_refused(ask(failing.port, get("http://example.com/accounts", "example.com")), 500, "internal")
    assert upstream.requests == []


TLS = {"hook": f"{ENGINE}.gate:Gate.tls_start_client", "end": f"{ENGINE}.tls_ends:TlsEnds.open"}


@pytest.mark.parametrize("failure", TLS.values(), ids=TLS)
def test_tls(failing: Forward, upstream: Recording, place: str) -> None:
    """Where our end of TLS cannot be made, the handshake fails, and not even mitmproxy's own certificate is shown."""
    with tunnel(failing.port, place) as connection, pytest.raises((ssl.SSLError, ConnectionResetError)):
        trusting(None).wrap_socket(connection, server_hostname="localhost")
    assert upstream.requests == []


PAST_THE_HOOK = {
    "our-layer": f"{ENGINE}.forwarder:Forwarder.request",
    "mitmproxy's-layer": f"{ENGINE}.forwarder:Forwarder.request,-{ENGINE}.http_layer:StrictHttpLayer.get_connection",
}


@pytest.mark.parametrize("failure", PAST_THE_HOOK.values(), ids=PAST_THE_HOOK)
def test_no_way_past_the_hook(failing: Forward, upstream: Recording, place: str) -> None:
    """Where the hook of a request in a tunnel raises, mitmproxy does not dial what CONNECT has named."""
    before = upstream.upstream.connections
    with tunnel(failing.port, place) as inside:
        assert_refused(said(inside, get("/accounts", place)), 500, "internal")
    assert_refused(ask(failing.port, get(f"http://{place}/accounts", place)), 500, "internal")
    assert upstream.upstream.connections == before
