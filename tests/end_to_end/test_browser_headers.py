"""What browsers are told, byte by byte: preflights that end here, and answers with what lets a page read them."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.end_to_end.conftest import Sandbox, config
from tests.end_to_end.daemon import PATIENCE, Daemon, free_port, started
from tests.end_to_end.recording import Recording
from tests.end_to_end.verdicts import assert_nothing_sent, assert_refused
from tests.end_to_end.wire import Reply, ask, request
from tests.faulty_upstream import saying

PAGE = "http://localhost:3000"
ORIGIN = f"Origin: {PAGE}"
WANTS = "Access-Control-Request-Method: POST"
HEADERS = "Access-Control-Request-Headers: content-type,signer-token"
FORWARD = free_port()
FROM_API = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nX-A: 1\r\nVary: Accept\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(scope="module")
def daemon(sandbox: Sandbox, recorder: Recording, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Start a daemon that a page may call."""
    with started(config(sandbox, recorder, f'allowed_origins = ["{PAGE}"]'), tmp_path_factory.mktemp("cors")) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def strict(recorder: Recording, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Start one that asks for a token, too, with a forward port."""
    text = f"""
        version = 1
        [proxy]
        forward_port = {FORWARD}
        allowed_origins = ["{PAGE}"]
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
    """
    with started(text, tmp_path_factory.mktemp("strict"), {"TOKEN": "hush"}) as daemon:
        yield daemon


def ours(reply: Reply) -> dict[str, str]:
    """Return the headers for the browser, each of which stands there once."""
    found = [(name, value) for name, value in reply.headers if name.lower().startswith("access-control-")]
    assert len(dict(found)) == len(found)
    return dict(found)


PERMISSIONS = {
    "Access-Control-Allow-Origin": PAGE,
    "Access-Control-Allow-Methods": "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
    "Access-Control-Allow-Headers": "content-type,signer-token",
    "Access-Control-Max-Age": "600",
}


def test_preflight(daemon: Daemon, upstream: Recording) -> None:
    """A preflight of an allowed page is granted without a body, and nothing leaves."""
    reply = ask(daemon.port, request(daemon.port, "OPTIONS", "/accounts", ORIGIN, WANTS, HEADERS))
    assert (reply.status, reply.body, ours(reply), reply.all("Vary")) == (204, b"", PERMISSIONS, ["Origin"])
    assert_nothing_sent(daemon, upstream)


def test_preflight_of_a_public_page(daemon: Daemon) -> None:
    """A browser that asks for the way from a public page to this machine gets it with the rest."""
    asked = "Access-Control-Request-Private-Network: true"
    reply = ask(daemon.port, request(daemon.port, "OPTIONS", "/accounts", ORIGIN, WANTS, HEADERS, asked))
    assert ours(reply) == {**PERMISSIONS, "Access-Control-Allow-Private-Network": "true"}


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://LOCALHOST:3000", "http://localhost:30000"])
def test_preflight_of_another_page(daemon: Daemon, upstream: Recording, origin: str) -> None:
    """A preflight of another page is refused and grants nothing, and nothing leaves."""
    reply = ask(daemon.port, request(daemon.port, "OPTIONS", "/accounts", f"Origin: {origin}", WANTS, HEADERS))
    assert_refused(reply, 403, "guard-origin")
    assert ours(reply) == {}
    assert_nothing_sent(daemon, upstream)


def test_preflight_needs_no_token(strict: Daemon, upstream: Recording) -> None:
    """A browser cannot send the token yet; what the page itself sends without it is refused, and readable."""
    reply = ask(strict.port, request(strict.port, "OPTIONS", "/accounts", ORIGIN, WANTS, HEADERS))
    assert (reply.status, ours(reply)) == (204, PERMISSIONS)
    reply = ask(strict.port, request(strict.port, "POST", "/accounts", ORIGIN))
    assert_refused(reply, 401, "guard-token")
    assert ours(reply)["Access-Control-Allow-Origin"] == PAGE
    assert upstream.requests == []


def test_preflight_on_the_forward_port(strict: Daemon, upstream: Recording) -> None:
    """A browser that uses us as its proxy asks there in the same way."""
    lines = [f"OPTIONS {upstream.origin}/accounts HTTP/1.1", f"Host: {upstream.origin[7:]}", ORIGIN, WANTS, HEADERS]
    reply = ask(FORWARD, "\r\n".join([*lines, "", ""]).encode())
    assert (reply.status, ours(reply)) == (204, PERMISSIONS)
    assert upstream.requests == []


def test_preflight_over_http2(daemon: Daemon, upstream: Recording) -> None:
    """HTTP/2 changes nothing but the case of the names."""
    asked = [argument for header in (ORIGIN, WANTS, HEADERS) for argument in ("--header", header)]
    command = [
        "curl",
        "--silent",
        "--include",
        "--noproxy",
        "*",
        "--http2-prior-knowledge",
        "--request",
        "OPTIONS",
        *asked,
    ]
    url = f"http://127.0.0.1:{daemon.port}/accounts"
    done = subprocess.run([*command, url], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout.startswith("HTTP/2 204")
    assert {f"{name.lower()}: {value}" for name, value in PERMISSIONS.items()} <= set(done.stdout.splitlines())
    assert upstream.requests == []


@pytest.mark.parametrize("headers", [(), (ORIGIN,), (WANTS,)], ids=["plain", "no-method", "no-origin"])
def test_options_of_the_api(daemon: Daemon, upstream: Recording, headers: tuple[str, ...]) -> None:
    """An OPTIONS that is no preflight is the API's to answer."""
    assert ask(daemon.port, request(daemon.port, "OPTIONS", "/accounts", *headers)).status == 200
    assert upstream.requests[0].startswith(b"OPTIONS /accounts?")


def test_answer_to_the_page(daemon: Daemon, upstream: Recording) -> None:
    """The page is named, every header is exposed, and what the API says of pages is gone."""
    upstream.begin(saying(FROM_API))
    reply = ask(daemon.port, request(daemon.port, "GET", "/accounts", ORIGIN, "Sec-Fetch-Site: cross-site"))
    assert ours(reply) == {
        "Access-Control-Allow-Origin": PAGE,
        "Access-Control-Expose-Headers": "X-A, Vary, Content-Length, Signer-Profile",
    }
    assert reply.all("Vary") == ["Accept", "Origin"]


def test_answer_to_a_tool(daemon: Daemon, upstream: Recording) -> None:
    """A tool gets what the API said, and a cache learns that a page gets something else."""
    upstream.begin(saying(FROM_API))
    reply = ask(daemon.port, request(daemon.port, "GET", "/accounts"))
    assert ours(reply) == {"Access-Control-Allow-Origin": "*"}
    assert reply.all("Vary") == ["Accept", "Origin"]


def test_reload(daemon: Daemon, upstream: Recording) -> None:
    """A page that is no longer allowed is refused from the reload on."""
    text, since = daemon.config.read_text("utf-8"), len(daemon.lines)
    daemon.config.write_text(text.replace(PAGE, "http://localhost:4000"), "utf-8")
    daemon.wait_for("reload: the changed config is in use", since=since)
    try:
        reply = ask(daemon.port, request(daemon.port, "OPTIONS", "/accounts", ORIGIN, WANTS))
        assert_refused(reply, 403, "guard-origin")
        assert ask(daemon.port, request(daemon.port, "GET", "/", "Origin: http://localhost:4000")).status == 200
    finally:
        since = len(daemon.lines)
        daemon.config.write_text(text, "utf-8")
        daemon.wait_for("reload: the changed config is in use", since=since)
