"""Tunnels through the forward port: they end in the daemon, where each request is judged and signed as any other."""

import re
import ssl
from collections.abc import Iterator

import pytest

from tests.end_to_end.conftest import Sandbox
from tests.end_to_end.daemon import free_port
from tests.end_to_end.forward import (
    Forward,
    await_opening,
    connect,
    curl,
    forward_config,
    forwarding,
    get,
    said,
    tls_tunnel,
    trusting,
    tunnel,
)
from tests.end_to_end.http2_wire import Http2Client
from tests.end_to_end.recording import Recording
from tests.end_to_end.verdicts import assert_refused, assert_signed
from tests.end_to_end.wire import ask, connected, read, request


@pytest.fixture(scope="module")
def forward(sandbox: Sandbox, recorder: Recording, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forward]:
    """Start a daemon with a forward port."""
    port = free_port()
    text = forward_config(recorder.origin, sandbox.origin, port)
    with forwarding(text, port, tmp_path_factory.mktemp("daemon")) as forward:
        yield forward


@pytest.fixture
def place(upstream: Recording) -> str:
    """Return host and port of the upstream that records."""
    return upstream.origin.replace("http://127.0.0.1", "localhost")


HTTP = {"1.1": ["--http1.1"], "2": ["--http2"], "tls1.2": ["--tls-max", "1.2"]}


@pytest.mark.parametrize("arguments", HTTP.values(), ids=HTTP)
def test_curl(forward: Forward, sandbox: Sandbox, arguments: list[str]) -> None:
    """An https:// URL is verified upstream; the client trusts our authority."""
    url = sandbox.origin.replace("http:", "https:")
    head, body = curl(forward.port, "--cacert", forward.authority, *arguments, f"{url}/accounts")
    assert head.startswith("http/1.1" if "--http1.1" in arguments else "http/2")
    assert "sandbox-verdict: verified" in head
    assert b'"id"' in body


def test_curl_without_tls(forward: Forward, sandbox: Sandbox) -> None:
    """A tunnel may hold plain HTTP."""
    head, _ = curl(forward.port, "--proxytunnel", f"{sandbox.origin}/accounts")
    assert "sandbox-verdict: verified" in head


@pytest.mark.parametrize("port", ["80", "443"])
def test_default_port(forward: Forward, upstream: Recording, port: str) -> None:
    """The default port of the scheme that the tunnel turns out to speak leads to the host's upstream."""
    if port == "80":
        with tunnel(forward.port, "localhost:80") as inside:
            reply = said(inside, get("/accounts", "localhost"))
    else:
        with tls_tunnel(forward, "localhost:443") as inside:
            reply = said(inside, get("/accounts", "localhost"))
    assert (reply.status, reply.all("Signer-Profile")) == (200, ["partner"])
    assert_signed(upstream.requests[0], b"api-consumer-key")


def test_default_port_of_the_other_scheme(forward: Forward, upstream: Recording) -> None:
    """TLS on port 80 is nobody's, as long as no upstream says so."""
    with tls_tunnel(forward, "localhost:80") as inside:
        assert_refused(said(inside, get("/accounts", "localhost:80")), 421, "no-upstream")
    assert upstream.requests == []


def test_keep_alive(forward: Forward, upstream: Recording, place: str) -> None:
    """A tunnel serves many requests, an early one among them that came with the CONNECT."""
    with connected(forward.port) as connection:
        connection.sendall(connect(place) + get("/1", place))
        await_opening(connection)
        assert read(connection).status == 200
        assert said(connection, get("/2", place, method="POST", body=b"{}")).status == 200
    assert [raw.split(b"?")[0] for raw in upstream.requests] == [b"GET /1", b"POST /2"]


def test_certificate_is_of_the_connected_host(forward: Forward, place: str) -> None:
    """SNI has no say in which host we are: the certificate is that of CONNECT."""
    with tunnel(forward.port, place) as connection, pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        trusting(forward.authority).wrap_socket(connection, server_hostname="example.com")


def test_old_tls(forward: Forward, place: str) -> None:
    """TLS below 1.2 is not spoken."""
    context = trusting(None)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with tunnel(forward.port, place) as connection, pytest.raises(ssl.SSLError):
        context.wrap_socket(connection, server_hostname="localhost")


@pytest.mark.parametrize("name", ["example.com", "localhost.localhost", "api.localhost"])
def test_wrong_sni(forward: Forward, upstream: Recording, place: str, name: str) -> None:
    """Where SNI differs from CONNECT, every request is refused, whatever its Host says."""
    with tls_tunnel(forward, place, name=name, is_trusting=True) as inside:
        for named in (place, name, place):
            assert_refused(said(inside, get("/accounts", named)), 403, "guard-host")
    assert upstream.requests == []


INSIDE: dict[str, tuple[str, str, int, str]] = {
    "host-foreign": ("/accounts", "example.com", 403, "guard-host"),
    "host-of-the-other-upstream": ("/accounts", "{sandbox}", 403, "guard-host"),
    "host-without-the-port": ("/accounts", "localhost", 403, "guard-host"),
    "host-is-the-proxy": ("/accounts", "127.0.0.1:8888", 403, "guard-host"),
    "authority-foreign": ("{scheme}://example.com/accounts", "{place}", 403, "guard-host"),
    "authority-of-the-other-upstream": ("{scheme}://{sandbox}/accounts", "{sandbox}", 403, "guard-host"),
    "scheme-other": ("{other}://{place}/accounts", "{place}", 400, "bad-request"),
    "asterisk": ("*", "{place}", 400, "bad-request"),
}


@pytest.mark.parametrize(("target", "host", "status", "code"), INSIDE.values(), ids=INSIDE)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_disagreement_inside(
    forward: Forward,
    upstream: Recording,
    sandbox: Sandbox,
    place: str,
    scheme: str,
    target: str,
    host: str,
    status: int,
    code: str,
) -> None:
    """Host and request line must say what CONNECT said."""
    other = "http" if scheme == "https" else "https"
    known = {"place": place, "sandbox": sandbox.origin.partition("://")[2], "scheme": scheme, "other": other}
    raw = get(target.format_map(known), host.format_map(known))
    opened = tls_tunnel(forward, place) if scheme == "https" else tunnel(forward.port, place)
    with opened as inside:
        assert_refused(said(inside, raw), status, code)
    assert upstream.requests == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_agreement_inside(forward: Forward, upstream: Recording, place: str, scheme: str) -> None:
    """An absolute form that agrees is a request as any other."""
    opened = tls_tunnel(forward, place) if scheme == "https" else tunnel(forward.port, place)
    with opened as inside:
        assert said(inside, get(f"{scheme}://{place}/accounts", place)).status == 200
    assert_signed(upstream.requests[0], b"api-consumer-key")


AUTHORITIES = {"foreign": "example.com", "other-port": "localhost:1", "the-proxy": "127.0.0.1:8888"}


@pytest.mark.parametrize("authority", AUTHORITIES.values(), ids=AUTHORITIES)
def test_wrong_authority_over_http2(forward: Forward, upstream: Recording, place: str, authority: str) -> None:
    """HTTP/2 names the host in `:authority`, and may name another for each request."""
    with tls_tunnel(forward, place, "h2") as inside:
        assert inside.selected_alpn_protocol() == "h2"
        client = Http2Client(inside, forward.port)
        client.h2.initiate_connection()
        client.flush()
        reply = client.ask(client.head("GET", "/accounts", authority=authority))
        assert reply is not None
        assert_refused(reply, 403, "guard-host")
        right = client.ask(client.head("GET", "/accounts", authority=place))
        assert right is not None
        assert right.status == 200
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("is_tls", [False, True], ids=["plain", "tls"])
def test_nested(forward: Forward, upstream: Recording, place: str, is_tls: bool) -> None:
    """A tunnel opens no further one."""
    with tls_tunnel(forward, place) if is_tls else tunnel(forward.port, place) as inside:
        assert_refused(said(inside, connect(place)), 400, "bad-request")
        assert inside.recv(1) == b""
    assert upstream.requests == []


ELSEWHERE: dict[str, tuple[str, int, str]] = {
    "foreign": ("example.com:443", 421, "no-upstream"),
    "upstream-at-another-port": ("localhost:1", 421, "no-upstream"),
    "upstream-with-a-trailing-dot": ("localhost.:443", 421, "no-upstream"),
    "ourselves": ("127.0.0.1:{own}", 421, "no-upstream"),
    "ourselves-forward": ("localhost:{forward}", 421, "no-upstream"),
    "no-port": ("localhost", 400, "bad-request"),
    "port-zero": ("localhost:0", 400, "bad-request"),
    "url": ("http://localhost/", 400, "bad-request"),
    "user": ("user@localhost:80", 400, "bad-request"),
}


@pytest.mark.parametrize(("authority", "status", "code"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_connect_elsewhere(forward: Forward, upstream: Recording, authority: str, status: int, code: str) -> None:
    """A tunnel that leads nowhere is refused before it opens, and the connection ends."""
    before, since = upstream.upstream.connections, len(forward.daemon.lines)
    asked = authority.format(own=forward.daemon.port, forward=forward.port)
    with connected(forward.port) as connection:
        assert_refused(said(connection, connect(asked) + get("/accounts", asked)), status, code)
        assert connection.recv(1) == b""
    assert upstream.upstream.connections == before
    if code == "no-upstream":
        forward.daemon.wait_for(rf"CONNECT {re.escape(asked)} 421 no-upstream \d+ms$", since=since)


def test_connect_with_another_host(forward: Forward, place: str) -> None:
    """A CONNECT must agree with itself."""
    raw = f"CONNECT {place} HTTP/1.1\r\nHost: example.com\r\n\r\n".encode()
    assert_refused(ask(forward.port, raw), 403, "guard-host")


def test_connect_with_a_body(forward: Forward, place: str) -> None:
    """A CONNECT has no body."""
    assert_refused(ask(forward.port, connect(place, "Content-Length: 2") + b"{}"), 400, "bad-request")


def test_connect_at_an_upstreams_port(forward: Forward, place: str) -> None:
    """The other ports open no tunnels."""
    assert_refused(ask(forward.daemon.port, connect(place)), 400, "bad-request")


JUNK = {
    "zero-bytes": b"\0" * 100,
    "ssh": b"SSH-2.0-OpenSSH_9.6\r\n",
    "tls-junk": b"\x16\x03\x01\xff\xff" + b"x" * 70_000,
    "tls-record-empty": b"\x16\x03\x01\x00\x00",
    "tls-alert": b"\x15\x03\x01\x00\x02\x02\x28",
    "http2-preface-cut": b"PRI * HTTP/2.0\r\n\r\nSN\r\n\r\n",
    "http-0.9": b"GET /accounts\r\n\r\n",
    "lines": b"hello\r\nworld\r\n\r\n",
}


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
def test_junk(forward: Forward, upstream: Recording, place: str, junk: bytes) -> None:
    """What is neither TLS nor HTTP is never passed on, and ends the tunnel."""
    before = upstream.upstream.connections
    with tunnel(forward.port, place) as inside:
        inside.sendall(junk)
        inside.settimeout(5)
        try:
            while inside.recv(65_536):
                pass
        except ConnectionResetError:
            pass
    assert upstream.upstream.connections == before
    assert ask(forward.daemon.port, request(forward.daemon.port, "GET", "/next")).status == 200


def test_tls_in_tls(forward: Forward, upstream: Recording, place: str) -> None:
    """A second TLS inside of the first is not unpacked, and not passed on."""
    with tls_tunnel(forward, place) as inside:
        assert_refused(said(inside, b"\x16\x03\x01\x00\x05hello"), 400, "bad-request")
    assert upstream.requests == []


def test_distrust_is_told(forward: Forward, place: str) -> None:
    """A client that does not trust the authority leaves a line that says what to look for."""
    since = len(forward.daemon.lines)
    with tunnel(forward.port, place) as connection, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(connection, server_hostname="localhost")
    forward.daemon.wait_for(r"CONNECT localhost: no TLS \(does the client trust the authority\?\)", since=since)


IN_USE = "reload: the changed config is in use"


def test_reload(sandbox: Sandbox, upstream: Recording, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A tunnel stays open over a reload; each request in it has the runtime of its own moment."""
    port, place = free_port(), upstream.origin.replace("http://127.0.0.1", "localhost")
    text = forward_config(upstream.origin, sandbox.origin, port)
    with forwarding(text, port, tmp_path_factory.mktemp("reload")) as forward, tls_tunnel(forward, place) as inside:
        assert said(inside, get("/1", place)).status == 200
        reload(forward, text.replace('"CLIENT"', '"CHANGED"'))
        assert said(inside, get("/2", place)).status == 200
        reload(forward, text.replace("http://localhost", "http://127.0.0.9"))
        assert_refused(said(inside, get("/3", place)), 421, "no-upstream")
        reload(forward, text.replace(f"forward_port = {port}", f"forward_port = {free_port()}"))
        reply = said(inside, get("/4", place))
        assert (reply.status, reply.all("Connection")) == (200, ["close"])
        assert inside.recv(1) == b""
    clients = [re.findall(rb"^GET (/\d)\?clientId=(\w+)", raw) for raw in upstream.requests]
    assert clients == [[(b"/1", b"CLIENT")], [(b"/2", b"CHANGED")], [(b"/4", b"CLIENT")]]


def reload(forward: Forward, text: str) -> None:
    """Change the config, and wait until it is in use."""
    since = len(forward.daemon.lines)
    forward.daemon.config.write_text(text, "utf-8")
    forward.daemon.wait_for(IN_USE, since=since)


def test_ports_change_their_use(
    sandbox: Sandbox, upstream: Recording, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The forward port and an upstream's port may change places in one reload."""
    port = free_port()
    text = forward_config(upstream.origin, sandbox.origin, port)
    with forwarding(text, port, tmp_path_factory.mktemp("ports")) as forward:
        api = forward.daemon.ports["api"]
        changed = text.replace(f"port = {port}", "port = 0").replace(f"port = {api}", f"port = {port}")
        reload(forward, changed.replace("forward_port = 0", f"forward_port = {api}"))
        assert ask(port, request(port, "GET", "/accounts")).all("Signer-Profile") == ["partner"]
        assert_refused(ask(api, request(api, "GET", "/accounts")), 400, "bad-request")
        assert "sandbox-verdict: verified" in curl(api, f"{sandbox.origin}/accounts")[0]
