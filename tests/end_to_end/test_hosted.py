"""Inside mitmdump and mitmweb: the answers, refusals and bytes are those of `signer-proxy run`."""

import gzip
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.conftest import Sandbox, config
from tests.end_to_end.daemon import NAME, PATIENCE, PROGRAM, Daemon, free_port, launched
from tests.end_to_end.failing import Planted
from tests.end_to_end.http2_wire import http2
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import ask, request

ROOT = Path(__file__).parents[2]
WEB_PORT = free_port()
# Their own first port is a free one, which goes when the script's ports come.
HOSTS: dict[str, list[str]] = {
    "mitmdump": ["--set", "listen_port=0"],
    "mitmweb": ["--set", "listen_port=0", "--no-web-open-browser", "--web-port", str(WEB_PORT)],
}
PASSWORD = ["--set", "web_password=password"]
FAILING = """
import sys
from mitmproxy.tools import main
from tests.end_to_end.failing import plant
plant("signer_proxy.proxy.proxy:Proxy.answer")
main.mitmdump(sys.argv[1:])
"""


@contextmanager
def hosted(text: str, folder: Path, name: str, *more: str, code: str | None = None) -> Iterator[Daemon]:
    """Launch a tool of mitmproxy's with our script, or a program of `code` in its place."""
    program = [sys.executable, "-c", code] if code else [PROGRAM.with_name(name)]
    command: Sequence[str | Path] = [*program, "-s", ROOT / "addons" / "signer.py", *HOSTS[name], *more]
    environ = {"HOME": str(folder), "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}
    with launched(text, folder, environ, command, ("--set", f"signer_config={NAME}")) as daemon:
        yield daemon


@contextmanager
def serving(text: str, folder: Path, name: str, *more: str, code: str | None = None) -> Iterator[Daemon]:
    """Launch it, and wait until it serves."""
    with hosted(text, folder, name, *more, code=code) as daemon:
        for port in daemon.ports.values():
            daemon.wait_for(rf"listening at 127\.0\.0\.1:{port}\.")
        yield daemon
        assert daemon.stop() == 0
        assert "Traceback" not in daemon.output


@pytest.fixture(scope="module", params=HOSTS)
def host(
    request: pytest.FixtureRequest, sandbox: Sandbox, recorder: Recording, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Daemon]:
    """Start mitmdump or mitmweb."""
    more = PASSWORD if request.param == "mitmweb" else []
    with serving(config(sandbox, recorder), tmp_path_factory.mktemp("host"), request.param, *more) as daemon:
        yield daemon


JSON = "Content-Type: application/json"
REQUESTS: Mapping[str, tuple[str, str | bytes, list[str], bytes]] = {
    "odd-bytes": ("GET", "/a%20b?x=1%2F2&y=%zz+q&&", ["x-B: 1", "X-a: 2", "x-B: 3"], b""),
    "json": ("POST", "/accounts", [JSON], '{"b": "é", "a": 1.0}'.encode()),
    "json-packed": ("PUT", "/accounts", [JSON, "Content-Encoding: gzip"], gzip.compress(b'{"a": 1}', mtime=0)),
    "order": ("POST", "/trade/place", [JSON], b'{"trade_id": "1"}'),
    "old-signature": ("GET", "/accounts?clientId=OTHER&timestamp=1&a=b", ["Signature: stale"], b""),
    "cached": ("GET", "/accounts", ["If-None-Match: x", "Accept-Encoding: br"], b""),
    "other-profile": ("GET", "/accounts", ["Signer-Profile: writer"], b""),
    "order-denied": ("POST", "/trade/place", [JSON, "Signer-Profile: writer"], b'{"trade_id": "1"}'),
    "profile-unknown": ("GET", "/accounts", ["Signer-Profile: nobody"], b""),
    "not-json": ("POST", "/accounts", [JSON], b"{"),
    "body-too-large": ("POST", "/accounts", [JSON], b'"' + b"x" * 70_000 + b'"'),
    "origin": ("GET", "/accounts", ["Origin: null"], b""),
    "two-hosts": ("GET", "/accounts", ["Host: mitm.it"], b""),
    "absolute": ("GET", "http://example.com/accounts", [], b""),
    "connect": ("CONNECT", "example.com:443", [], b""),
    "hash": ("GET", b"/a#b", [], b""),
}


def asked(daemon: Daemon, upstream: Recording, raw: bytes) -> tuple[object, ...]:
    """Return what a request leads to, at the client and at the upstream, less what is new every time."""
    upstream.requests.clear()
    reply = ask(daemon.port, raw)
    left = [re.sub(rb"timestamp=\d+|Signature: \S+", b"", each) for each in upstream.requests]
    body = reply.body.replace(b"%d" % daemon.port, b"PORT")
    headers = [header for header in reply.headers if header[0] not in ("Content-Length", "Date")]
    return reply.status, headers, body, left


@pytest.mark.parametrize(("method", "target", "headers", "body"), REQUESTS.values(), ids=REQUESTS)
def test_same_as_run(
    daemon: Daemon,
    host: Daemon,
    upstream: Recording,
    method: str,
    target: str | bytes,
    headers: list[str],
    body: bytes,
) -> None:
    """A request leads to the same bytes at the upstream and at the client."""
    here = asked(host, upstream, request(host.port, method, target, *headers, body=body))
    assert here == asked(daemon, upstream, request(daemon.port, method, target, *headers, body=body))


@pytest.mark.parametrize("name", ["mitm.it", "example.com", "signer-proxy.invalid"])
def test_foreign_host(host: Daemon, upstream: Recording, name: str) -> None:
    """A foreign Host is refused, mitmproxy's own pages among them."""
    assert ask(host.port, f"GET / HTTP/1.1\r\nHost: {name}\r\n\r\n".encode()).code == "guard-host"
    assert upstream.requests == []


def test_verified(host: Daemon) -> None:
    """What leaves is signed rightly."""
    port = host.ports["sandbox"]
    asked = request(port, "POST", "/snapTrade/registerUser", JSON, body='{"userId": "zoë"}'.encode())
    assert ask(port, asked).all("Sandbox-Verdict") == ["verified"]


def test_http2(host: Daemon, upstream: Recording) -> None:
    """HTTP/2 with prior knowledge is served, too."""
    with http2(host.port) as client:
        reply = client.ask(client.head("POST", "/accounts"), b"{}")
    assert reply is not None
    assert (reply.status, len(upstream.requests)) == (200, 1)
    assert b"\r\nSignature: " in upstream.requests[0]


def test_reload(host: Daemon, upstream: Recording) -> None:
    """A changed config is in use soon; a port that is in use, or a mistake, changes nothing."""
    text, since = host.config.read_text("utf-8"), len(host.lines)
    new = text.replace('default_profile = "partner"', 'default_profile = "writer"')
    host.config.write_text(new.replace(f"port = {host.port}", f"port = {free_port()}"), "utf-8")
    host.wait_for("reload: the changed config is in use", since=since)
    since = len(host.lines)
    host.config.write_text("version = 2", "utf-8")
    host.wait_for("reload: refused, the last good config stays in use", since=since)
    since = len(host.lines)
    host.config.write_text(text, "utf-8")
    host.wait_for("reload: the changed config is in use", since=since)
    assert ask(host.port, request(host.port, "GET", "/")).all("Signer-Profile") == ["partner"]


def test_hook_that_raises(sandbox: Sandbox, upstream: Recording, tmp_path: Path) -> None:
    """Where the hook raises, the client gets `internal`, and nothing leaves."""
    with serving(config(sandbox, upstream), tmp_path, "mitmdump", code=FAILING) as daemon:
        reply = ask(daemon.port, request(daemon.port, "GET", "/accounts"))
    assert (reply.status, reply.code) == (500, "internal")
    assert Planted.__name__ in reply.problem["detail"]
    assert upstream.requests == []


OPTIONS = {
    "stream_large_bodies": "1m",
    "ignore_hosts": "example",
    "allow_hosts": "example",
    "tcp_hosts": "example",
    "udp_hosts": "example",
    "block_list": ":~all:403",
    "map_local": "|a|.",
    "map_remote": "|a|b",
    "modify_body": "/a/b",
    "modify_headers": "/a/b",
    "proxyauth": "any",
    "anticache": "true",
    "anticomp": "true",
    "save_stream_file": "flows.mitm",
    "hardump": "flows.har",
}


@pytest.mark.parametrize("option", OPTIONS)
def test_refused_option(tmp_path: Path, option: str) -> None:
    """An option that would break a promise ends the start with a line that names it, and without a traceback."""
    with hosted(RULES, tmp_path, "mitmdump", "--set", f"{option}={OPTIONS[option]}") as daemon:
        assert daemon.wait() == 1
        assert f"signer-proxy: option {option} would break what the proxy promises (leave it out)" in daemon.output
        assert "Traceback" not in daemon.output
        assert "listening at 127.0.0.1" not in daemon.output


RULES = """
version = 1
[upstreams.api]
url = "https://api.example.com"
port = 1
"""


@pytest.mark.parametrize("name", HOSTS)
def test_wrong_config(tmp_path: Path, name: str) -> None:
    """A config that is wrong ends the start with a line for each thing that is."""
    with hosted("version = 1\nprofile = 1\nupstream = 1", tmp_path, name) as daemon:
        assert daemon.wait() == 1
        assert "did you mean profiles?" in daemon.output
        assert "did you mean upstreams?" in daemon.output
        assert "Traceback" not in daemon.output


@pytest.fixture
def web(host: Daemon) -> Iterator[httpx.Client]:
    """Log in to mitmweb."""
    with httpx.Client(base_url=f"http://127.0.0.1:{WEB_PORT}", trust_env=False) as client:
        client.get("/", params={"token": "password"}).raise_for_status()
        client.cookies["_mitmproxy_xsrf"] = client.headers["X-XSRFToken"] = "ab" * 16
        yield client


@pytest.mark.parametrize("host", ["mitmweb"], indirect=True)
def test_option_while_it_runs(web: httpx.Client, host: Daemon, upstream: Recording) -> None:
    """In mitmweb an option that would break a promise cannot be set while the proxy runs."""
    for option, value in {"map_remote": ["|a|b"], "keep_host_header": False, "signer_config": "other.toml"}.items():
        assert web.put("/options", json={option: value}).status_code == 400, option
    assert ask(host.port, request(host.port, "GET", "/")).status == 200


@pytest.mark.parametrize("host", ["mitmweb"], indirect=True)
def test_replay(web: httpx.Client, host: Daemon, upstream: Recording) -> None:
    """A request that is replayed in mitmweb leaves once more, signed afresh with the profile it had."""
    web.post("/clear").raise_for_status()
    assert ask(host.port, request(host.port, "GET", "/replayed", "Signer-Profile: writer")).status == 200
    (flow,) = web.get("/flows").raise_for_status().json()
    web.post(f"/flows/{flow['id']}/replay").raise_for_status()
    end = time.monotonic() + PATIENCE
    while len(upstream.requests) < 2:
        assert time.monotonic() < end, host.output
    assert all(b"clientId=WRITER&" in raw and b"\r\nSignature: " in raw for raw in upstream.requests)
