"""With `client_token` in the config only who sends it is served, on either kind of port, and it never goes on."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.end_to_end.daemon import PATIENCE, Daemon, free_port, started
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import Reply, ask, connected, read, request

TOKEN = "hush-1-token"
FORWARD = free_port()
CURL = (
    "curl",
    "--silent",
    "--show-error",
    "--noproxy",
    "",
    "--output",
    "-",
    "--write-out",
    "%{http_connect} %{http_code}",
)


@pytest.fixture(scope="module")
def daemon(recorder: Recording, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Start a daemon that asks for a token."""
    text = f"""
        version = 1
        [proxy]
        forward_port = {FORWARD}
        client_token = {{ env = "TOKEN" }}
        [upstreams.api]
        url = "{recorder.origin}"
        port = {free_port()}
        default_profile = "partner"
        [profiles.partner]
        upstream = "api"
        scheme = "snaptrade-signature"
        client_id = "CLIENT"
        consumer_key = "api-consumer-key"
        access = "trade"
    """
    with started(text, tmp_path_factory.mktemp("token"), {"TOKEN": TOKEN}) as daemon:
        yield daemon
        assert TOKEN not in daemon.output


def assert_served(reply: Reply, upstream: Recording) -> None:
    """Check that a request was served, and that the upstream saw nothing of the token."""
    assert (reply.status, reply.body) == (200, b"ok")
    assert len(upstream.requests) == 1
    assert b"hush" not in upstream.requests[0]
    assert b"token" not in upstream.requests[0].lower()
    assert b"proxy-" not in upstream.requests[0].lower()


def authority(upstream: Recording) -> str:
    """Return host and port of the upstream."""
    return upstream.origin.removeprefix("http://")


def forwarded(upstream: Recording, *headers: str) -> bytes:
    """Return a request as tools send it to an explicit proxy."""
    lines = [f"GET {upstream.origin}/accounts HTTP/1.1", f"Host: {authority(upstream)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
@pytest.mark.parametrize(
    "header",
    [
        "Accept: */*",
        "Signer-Token:",
        "Signer-Token: wrong",
        f"Authorization: Bearer {TOKEN}",
        f"X-Signer-Token: {TOKEN}",
    ],
)
def test_upstream_port_asks(daemon: Daemon, upstream: Recording, header: str, method: str) -> None:
    """Who sends no token, or another, is told where it belongs, and nothing leaves."""
    reply = ask(daemon.port, request(daemon.port, method, "/accounts", header), method)
    assert (reply.status, reply.code) == (401, "guard-token")
    assert reply.all("WWW-Authenticate") == ['Signer-Token realm="signer-proxy"']
    assert upstream.requests == []


def test_upstream_port_serves(daemon: Daemon, upstream: Recording) -> None:
    """The header Signer-Token opens the port of an upstream."""
    reply = ask(daemon.port, request(daemon.port, "GET", "/accounts", f"Signer-Token: {TOKEN}"))
    assert_served(reply, upstream)


def test_two_tokens(daemon: Daemon, upstream: Recording) -> None:
    """Two tokens are one too many, even if both are right."""
    lines = [f"Signer-Token: {TOKEN}"] * 2
    reply = ask(daemon.port, request(daemon.port, "GET", "/accounts", *lines))
    assert (reply.status, reply.code) == (400, "bad-request")
    assert upstream.requests == []


def test_forward_port_asks(daemon: Daemon, upstream: Recording) -> None:
    """There the challenge is a proxy's, which is what tools know how to answer."""
    reply = ask(FORWARD, forwarded(upstream))
    assert (reply.status, reply.code) == (407, "guard-token")
    assert reply.all("Proxy-Authenticate") == ['Basic realm="signer-proxy"']
    assert reply.all("WWW-Authenticate") == []
    assert upstream.requests == []


@pytest.mark.parametrize("header", [f"Signer-Token: {TOKEN}", f"Proxy-Authorization: Bearer {TOKEN}"])
def test_forward_port_serves(daemon: Daemon, upstream: Recording, header: str) -> None:
    """Our own header and a proxy's bearer token are as good."""
    assert_served(ask(FORWARD, forwarded(upstream, header)), upstream)


def curl(upstream: Recording, *arguments: str, proxy: str) -> str:
    """Ask curl for the upstream by way of the forward port; return the statuses of CONNECT and of the request."""
    command = [*CURL, *arguments, "--proxy", f"http://{proxy}127.0.0.1:{FORWARD}", f"{upstream.origin}/accounts"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return done.stdout.removeprefix("ok")


@pytest.mark.parametrize(("arguments", "statuses"), [((), "000 200"), (("--proxytunnel",), "200 200")])
def test_curl_with_the_token_in_the_url(
    daemon: Daemon, upstream: Recording, arguments: tuple[str, ...], statuses: str
) -> None:
    """The proxy's URL holds the token as a password; a tunnel needs it once, and nothing in it does."""
    assert curl(upstream, *arguments, proxy=f"any:{TOKEN}@") == statuses
    assert len(upstream.requests) == 1
    assert b"hush" not in upstream.requests[0]
    assert b"proxy-" not in upstream.requests[0].lower()


@pytest.mark.parametrize("proxy", ["", "any:wrong@", f"{TOKEN}@", f"{TOKEN}:@"], ids=["none", "wrong", "user", "empty"])
def test_curl_without_the_token(daemon: Daemon, upstream: Recording, proxy: str) -> None:
    """Without it there is neither an answer nor a tunnel."""
    assert curl(upstream, proxy=proxy).endswith("000 407")
    assert curl(upstream, "--proxytunnel", proxy=proxy) == "407 000"
    assert upstream.requests == []


def test_tunnel_that_was_refused(daemon: Daemon, upstream: Recording) -> None:
    """What a client sends behind a refused CONNECT goes nowhere."""
    with connected(FORWARD) as connection:
        target = authority(upstream)
        connection.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        connection.sendall(f"GET /accounts HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        reply = read(connection, "CONNECT")
    assert (reply.status, reply.code) == (407, "guard-token")
    assert reply.all("Proxy-Authenticate") == ['Basic realm="signer-proxy"']
    assert upstream.requests == []
