"""Requests that name their upstream in the clear at the forward port: no certificate, and signed like all others."""

import re
from collections.abc import Iterator

import pytest

from tests.end_to_end.conftest import Sandbox
from tests.end_to_end.daemon import free_port
from tests.end_to_end.forward import Forward, curl, forward_config, forwarding, get
from tests.end_to_end.http2_wire import http2
from tests.end_to_end.recording import Recording
from tests.end_to_end.verdicts import assert_refused, assert_signed
from tests.end_to_end.wire import ask, connected, read


@pytest.fixture(scope="module")
def forward(sandbox: Sandbox, recorder: Recording, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forward]:
    """Start a daemon with a forward port."""
    port = free_port()
    text = forward_config(recorder.origin, sandbox.origin, port)
    with forwarding(text, port, tmp_path_factory.mktemp("daemon")) as forward:
        yield forward


def port_of(upstream: Recording) -> str:
    """Return the recording upstream's port, as text."""
    return upstream.origin.rpartition(":")[2]


def test_curl(forward: Forward, sandbox: Sandbox) -> None:
    """`curl -x` with an http:// URL is verified upstream, without any certificate."""
    head, body = curl(forward.port, f"{sandbox.origin}/accounts")
    assert "sandbox-verdict: verified" in head
    assert "signer-profile: verified" in head
    assert b'"id"' in body


def test_curl_posts(forward: Forward, sandbox: Sandbox) -> None:
    """A body is signed with its request."""
    arguments = ["--json", '{"userId": "zoë"}', f"{sandbox.origin}/snapTrade/registerUser"]
    assert "sandbox-verdict: verified" in curl(forward.port, *arguments)[0]


NAMED = {
    "exact": "http://localhost:{port}",
    "upper-case": "http://LocalHost:{port}",
    "default-port": "http://localhost",
    "default-port-written": "http://localhost:80",
    "https-in-the-clear": "https://localhost:{port}",
    "https-default-port": "https://localhost",
    "scheme-upper-case": "HTTPS://localhost",
}


@pytest.mark.parametrize("url", NAMED.values(), ids=NAMED)
def test_named(forward: Forward, upstream: Recording, url: str) -> None:
    """Host and port find the upstream, and so does the host with the default port of the request's scheme."""
    base = url.format(port=port_of(upstream))
    host = base.partition("://")[2]
    reply = ask(forward.port, get(f"{base}/a%20b?x=1", host, "Proxy-Connection: keep-alive", "Proxy-Authorization: x"))
    assert (reply.status, reply.all("Signer-Profile")) == (200, ["partner"])
    (raw,) = upstream.requests
    assert raw.startswith(b"GET /a%20b?x=1&clientId=CLIENT&timestamp=")
    assert f"\r\nHost: localhost:{port_of(upstream)}\r\n".encode() in raw
    assert b"roxy-" not in raw
    assert_signed(raw, b"api-consumer-key")


def test_one_connection(forward: Forward, sandbox: Sandbox, upstream: Recording) -> None:
    """One connection may ask for one upstream after the other."""
    with connected(forward.port) as connection:
        for origin, profile in [(sandbox.origin, "verified"), (f"http://localhost:{port_of(upstream)}", "partner")] * 2:
            connection.sendall(get(f"{origin}/accounts", origin.partition("://")[2]))
            assert read(connection).all("Signer-Profile") == [profile]
    assert len(upstream.requests) == 2


REFUSED: dict[str, tuple[str, str, int, str]] = {
    "foreign": ("http://example.com/", "example.com", 421, "no-upstream"),
    "foreign-https": ("https://example.com/", "example.com", 421, "no-upstream"),
    "other-port": ("http://localhost:1/", "localhost:1", 421, "no-upstream"),
    "trailing-dot": ("http://localhost./", "localhost.", 421, "no-upstream"),
    "default-port-of-the-other-scheme": ("http://localhost:443/", "localhost:443", 421, "no-upstream"),
    "path-alone": ("/accounts", "localhost", 400, "bad-request"),
    "user": ("http://user@localhost/", "localhost", 400, "bad-request"),
    "other-scheme": ("ftp://localhost:21/", "localhost:21", 400, "bad-request"),
    "no-path": ("http://localhost?a=b", "localhost", 400, "bad-request"),
    "host-differs": ("http://localhost/", "example.com", 403, "guard-host"),
    "host-differs-in-port": ("http://localhost/", "localhost:81", 403, "guard-host"),
    "host-is-the-proxy": ("http://localhost/", "127.0.0.1:8888", 403, "guard-host"),
    "asterisk": ("*", "localhost", 400, "bad-request"),
}


@pytest.mark.parametrize(("target", "host", "status", "code"), REFUSED.values(), ids=REFUSED)
def test_refused(forward: Forward, upstream: Recording, target: str, host: str, status: int, code: str) -> None:
    """What names no upstream, or two hosts, or can be read in two ways, stays here."""
    before = upstream.upstream.connections
    assert_refused(ask(forward.port, get(target, host)), status, code)
    assert upstream.upstream.connections == before


def test_path_alone_is_explained(forward: Forward) -> None:
    """Who takes the forward port for an upstream's is told what it is."""
    assert "this port is an explicit proxy" in ask(forward.port, get("/accounts", "localhost")).problem["detail"]


def test_http2_with_prior_knowledge(forward: Forward, upstream: Recording) -> None:
    """A proxy speaks HTTP/1.1; the answer to anything else says so in it."""
    with connected(forward.port) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        assert_refused(read(connection), 400, "bad-request")
    with http2(forward.daemon.port) as client:  # an upstream's own port speaks it
        assert client.ask(client.head("GET", "/accounts")) is not None
    assert len(upstream.requests) == 1


def test_tls(forward: Forward) -> None:
    """A proxy that is itself reached by TLS is none of ours."""
    with connected(forward.port) as connection:
        connection.sendall(b"\x16\x03\x01\x00\x05hello")
        assert_refused(read(connection), 400, "bad-request")


def test_log(forward: Forward, upstream: Recording) -> None:
    """A request through the forward port has the line that others have; a refused one names where it wanted to go."""
    since = len(forward.daemon.lines)
    ask(forward.port, get(f"http://localhost:{port_of(upstream)}/logged?secret=1", f"localhost:{port_of(upstream)}"))
    ask(forward.port, get("http://example.com/refused?secret=1", "example.com"))
    lines = rf"GET localhost:{port_of(upstream)}/logged partner snaptrade-signature 200 \d+ms$"
    forward.daemon.wait_for(lines, since=since)
    forward.daemon.wait_for(r"GET example\.com:80/refused 421 no-upstream \d+ms$", since=since)
    assert not re.search("secret", forward.daemon.output.partition("logged")[2])
