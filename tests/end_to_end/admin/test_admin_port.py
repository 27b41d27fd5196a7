"""The admin port: for this machine's tools and its own page, and nothing there changes anything."""

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from signer_proxy.control import ControlError
from tests.end_to_end.admin.watched import Watched, watched
from tests.end_to_end.background import Background
from tests.end_to_end.conftest import Sandbox, config
from tests.end_to_end.daemon import PATIENCE
from tests.end_to_end.holding import Holding
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import ask, connected, read, request

LET_IN = {
    "tool": (),
    "address-bar": ("Sec-Fetch-Site: none",),
    "own-page": ("Sec-Fetch-Site: same-origin", "Origin: http://127.0.0.1:PORT"),
}
KEPT_OUT = {
    "foreign-page": (("Origin: https://evil.example",), "guard-origin"),
    "null-page": (("Origin: null",), "guard-origin"),
    "other-port": (("Origin: http://127.0.0.1:1",), "guard-origin"),
    "other-name": (("Origin: http://localhost:PORT",), "guard-origin"),
    "other-scheme": (("Origin: https://127.0.0.1:PORT",), "guard-origin"),
    "foreign-link": (("Sec-Fetch-Site: cross-site",), "guard-origin"),
    "same-site": (("Sec-Fetch-Site: same-site",), "guard-origin"),
}
PATHS = ("/", "/page.js", "/healthz", "/readyz", "/metrics", "/status.json", "/events")
HOSTS = {
    "localhost": ("localhost:PORT", 200),
    "below-localhost": ("status.localhost:PORT", 200),
    "ipv6": ("[::1]:PORT", 200),
    "rebound": ("evil.example:PORT", 403),
    "no-port": ("127.0.0.1", 403),
    "other-port": ("127.0.0.1:1", 403),
    "other-machine": ("192.168.1.7:PORT", 403),
}


def put_port(running: Watched, text: str) -> str:
    """Put the admin port where a text has PORT."""
    return text.replace("PORT", str(running.port))


@pytest.mark.parametrize("headers", LET_IN.values(), ids=LET_IN)
def test_let_in(running: Watched, headers: tuple[str, ...]) -> None:
    """Tools and the port's own page are answered, and nobody is told that another page may read it."""
    reply = running.get("/status.json", *(put_port(running, header) for header in headers))
    assert reply.status == 200
    assert [name for name, _ in reply.headers if name.lower().startswith("access-control-")] == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("headers", "code"), KEPT_OUT.values(), ids=KEPT_OUT)
def test_kept_out(running: Watched, path: str, headers: tuple[str, ...], code: str) -> None:
    """No other page is told anything, wherever it asks."""
    reply = running.get(path, *(put_port(running, header) for header in headers))
    assert (reply.status, reply.code) == (403, code)
    assert reply.problem["detail"] == f"this port answers tools and its own page alone (open {running.url})"


@pytest.mark.parametrize(("host", "status"), HOSTS.values(), ids=HOSTS)
def test_host(running: Watched, host: str, status: int) -> None:
    """A name that is not this machine's is refused: a page could have it rebound to us."""
    asked = f"GET /status.json HTTP/1.1\r\nHost: {put_port(running, host)}\r\n\r\n".encode()
    assert ask(running.port, asked).status == status


def test_own_addresses(running: Watched) -> None:
    """It listens on both loopback addresses, and on no other of this machine."""
    with socket.create_connection(("::1", running.port), PATIENCE):
        pass
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.2", running.port), PATIENCE):
        pass


@pytest.mark.parametrize("path", ["/reload", "/lease", "/status.json"])
def test_read_only(running: Watched, path: str) -> None:
    """What changes something cannot be asked for here."""
    reply = ask(running.port, request(running.port, "POST", path))
    assert reply.status == (405 if path == "/status.json" else 404)


@pytest.mark.parametrize("path", PATHS[:-1])
def test_headers(running: Watched, path: str) -> None:
    """Every answer forbids what its page does not need."""
    reply = running.get(path)
    assert reply.status == 200
    assert reply.all("Content-Security-Policy")[0].startswith("default-src 'none'; script-src 'self';")
    expected = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Server": "signer-proxy"}
    assert {name: reply.all(name) for name in expected} == {name: [value] for name, value in expected.items()}


@contextmanager
def events(running: Watched) -> Iterator[HTTPResponse]:
    """Listen to what pages are told."""
    connection = HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)
    try:
        connection.request("GET", "/events")
        yield connection.getresponse()
    finally:
        connection.close()


def next_status(stream: HTTPResponse) -> dict[str, Any]:
    """Return the status in the next event."""
    line = stream.readline()
    assert line.startswith(b"data: ")
    assert stream.readline() == b"\n"
    return dict(json.loads(line.removeprefix(b"data: ")))


def test_events(running: Watched) -> None:
    """An event tells the status at once, and again when something has happened."""
    port = running.daemon.ports["sandbox"]
    with events(running) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        before = next_status(stream)
        ask(port, request(port, "GET", "/snapTrade/partners?mark=1"))
        after = next_status(stream)
    assert after["counts"]["answered"] == before["counts"]["answered"] + 1
    done = after["exchanges"][0]
    assert (done["method"], done["path"], done["profile"]) == ("GET", "/snapTrade/partners", "verified")
    assert (done["status"], done["outcome"]) == (200, "answered")
    assert done["added"] == ["clientId", "timestamp", "Signature"]


def test_events_without_a_body(running: Watched) -> None:
    """A HEAD of what never ends is refused: its answer would not end either."""
    assert ask(running.port, request(running.port, "HEAD", "/events"), "HEAD").status == 405


def test_last_hundred(running: Watched) -> None:
    """The last 100 exchanges are kept, the newest first."""
    port = running.daemon.ports["sandbox"]
    for number in range(101):
        ask(port, request(port, "GET", f"/nowhere/{number}"))
    kept = [done["path"] for done in running.status()["exchanges"]]
    assert kept == [f"/nowhere/{number}" for number in range(100, 0, -1)]


def test_ending(background: Background, sandbox: Sandbox, upstream: Recording, tmp_path: Path) -> None:
    """While requests under way are ended the process is healthy and not ready, and takes up nothing new."""
    held = Holding(background)
    upstream.begin(held.serve)
    with (
        watched(config(sandbox, upstream, "admin_port = ADMIN"), tmp_path) as ending,
        connected(ending.daemon.port) as waiting,
    ):
        assert ending.get("/readyz").status == 200
        waiting.sendall(request(ending.daemon.port, "GET", "/accounts"))
        held.wait_for_request()
        ending.daemon.process.send_signal(signal.SIGTERM)
        ending.daemon.wait_for("stopping: requests under way have")
        assert [ending.get(path).status for path in ("/healthz", "/readyz")] == [200, 503]
        with pytest.raises(ControlError, match="the daemon is ending"):
            ending.control.reload()
        with pytest.raises(ControlError, match="the daemon is ending"), ending.control.lease():
            pass
        held.release()
        assert read(waiting).status == 200
        assert ending.daemon.wait() == 0
