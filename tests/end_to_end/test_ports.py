"""Ports that come and go while the daemon runs: a new one opens before an old one goes, and no request is lost."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.background import Background
from tests.end_to_end.conftest import Sandbox, config
from tests.end_to_end.daemon import PATIENCE, Daemon, free_port, started
from tests.end_to_end.holding import Holding
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import ask, connected, read, request

IN_USE = "reload: the changed config is in use"
REFUSED = "reload: refused, the last good config stays in use"


@pytest.fixture
def daemon(sandbox: Sandbox, recorder: Recording, tmp_path: Path) -> Iterator[Daemon]:
    """Start a daemon of its own."""
    with started(config(sandbox, recorder), tmp_path) as daemon:
        yield daemon


def move(daemon: Daemon, port: int, awaited: str = IN_USE) -> int:
    """Move the first upstream to another port, wait for a line, and return the port that it had."""
    old, text, since = daemon.port, daemon.config.read_text("utf-8"), len(daemon.lines)
    daemon.config.write_text(text.replace(f"port = {old}", f"port = {port}"), "utf-8")
    daemon.wait_for(awaited, since=since)
    if awaited == IN_USE:
        daemon.ports["api"] = port
    return old


def is_open(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether somebody listens."""
    try:
        socket.create_connection((host, port), PATIENCE).close()
    except ConnectionRefusedError:
        return False
    return True


def test_kept_connection(daemon: Daemon, upstream: Recording) -> None:
    """A connection to a port that went is answered once more, and told to close; the port takes no new ones."""
    with connected(daemon.port) as kept:
        kept.sendall(request(daemon.port, "GET", "/before"))
        assert read(kept).all("Connection") == []
        old = move(daemon, free_port())
        assert not is_open(old)
        kept.sendall(request(old, "GET", "/after"))
        reply = read(kept)
        assert (reply.status, reply.all("Connection")) == (200, ["close"])
        assert kept.recv(1) == b""
    reply = ask(daemon.port, request(daemon.port, "GET", "/new"))
    assert (reply.status, reply.all("Connection")) == (200, [])
    assert len(upstream.requests) == 3


def test_other_address(daemon: Daemon, upstream: Recording) -> None:
    """The ports move to another address in one reload, and back where that one cannot be had."""
    text, since = daemon.config.read_text("utf-8"), len(daemon.lines)
    everywhere = text.replace("[proxy]", '[proxy]\nhost = "0.0.0.0"\nclient_token = "the-token"')
    daemon.config.write_text(everywhere, "utf-8")
    daemon.wait_for(IN_USE, since=since)
    assert is_open(daemon.port, "127.0.0.2")
    assert ask(daemon.port, request(daemon.port, "GET", "/", "Signer-Token: the-token")).status == 200
    since = len(daemon.lines)
    daemon.config.write_text(everywhere.replace("0.0.0.0", "192.0.2.1"), "utf-8")
    daemon.wait_for(r"cannot listen on 192\.0\.2\.1 port", since=since)
    assert is_open(daemon.port, "127.0.0.2")
    since = len(daemon.lines)
    daemon.config.write_text(text, "utf-8")
    daemon.wait_for(IN_USE, since=since)
    assert not is_open(daemon.port, "127.0.0.2")
    assert ask(daemon.port, request(daemon.port, "GET", "/")).status == 200


def test_request_under_way(daemon: Daemon, upstream: Recording, background: Background) -> None:
    """A request that is under way when its port goes gets its answer, and is told to close."""
    holding = Holding(background)
    upstream.begin(holding.serve)
    with connected(daemon.port) as kept:
        kept.sendall(request(daemon.port, "GET", "/under-way"))
        holding.wait_for_request()
        move(daemon, free_port())
        holding.release()
        reply = read(kept)
    assert (reply.status, reply.body, reply.all("Connection")) == (200, b"ok", ["close"])


def test_request_under_way_keeps_its_profile(daemon: Daemon, upstream: Recording, background: Background) -> None:
    """A request ends with the profile it began with, whatever the config says by then."""
    holding = Holding(background)
    upstream.begin(holding.serve)
    with connected(daemon.port) as kept:
        kept.sendall(request(daemon.port, "GET", "/under-way"))
        holding.wait_for_request()
        since, text = len(daemon.lines), daemon.config.read_text("utf-8")
        daemon.config.write_text(text.replace('default_profile = "partner"', 'default_profile = "writer"'), "utf-8")
        daemon.wait_for(IN_USE, since=since)
        holding.release()
        assert read(kept).all("Signer-Profile") == ["partner"]
        kept.sendall(request(daemon.port, "GET", "/next"))
        assert read(kept).all("Signer-Profile") == ["writer"]
    assert [b"clientId=CLIENT&" in raw for raw in upstream.requests] == [True, False]


def test_other_ports_stay(daemon: Daemon, upstream: Recording) -> None:
    """Connections to a port that stays are not touched when another one goes."""
    port = daemon.ports["second"]
    asked = request(port, "GET", "/a", "Signer-Profile: elsewhere")
    with connected(port) as kept:
        kept.sendall(asked)
        assert read(kept).status == 200
        move(daemon, free_port())
        kept.sendall(asked)
        reply = read(kept)
        assert (reply.status, reply.all("Connection")) == (200, [])


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_busy_port(daemon: Daemon, upstream: Recording, host: str) -> None:
    """A config with a port that is in use is refused whole, on whichever address, and taken once the port is free."""
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as other:
        busy = other.getsockname()[1]
        move(daemon, busy, awaited=REFUSED)
        daemon.wait_for(f"cannot listen on {host} port {busy}: it is in use")
        reply = ask(daemon.port, request(daemon.port, "GET", "/"))
        assert (reply.status, reply.all("Connection")) == (200, [])
        assert not is_open(busy, "::1" if host == "127.0.0.1" else "127.0.0.1")
    since = len(daemon.lines)
    daemon.config.touch()
    daemon.wait_for(IN_USE, since=since)
    assert ask(busy, request(busy, "GET", "/")).status == 200


async def test_new_port_is_ready_when_it_opens(daemon: Daemon, upstream: Recording) -> None:
    """Whoever gets a connection to a new port is served, from the very first one on."""
    for _ in range(5):
        port, since = free_port(), len(daemon.lines)
        asking = asyncio.create_task(asyncio.to_thread(ask_once_open, port))
        await asyncio.to_thread(move, daemon, port)
        assert await asking == 200, daemon.lines[since:]


def ask_once_open(port: int) -> int:
    """Connect as soon as it can be done, and return the status of the answer."""
    while not is_open(port):
        pass
    return ask(port, request(port, "GET", "/")).status


def test_ports_change_places(daemon: Daemon, upstream: Recording, sandbox: Sandbox) -> None:
    """Two upstreams can exchange their ports: each port stands for what the config says now."""
    text, since = daemon.config.read_text("utf-8"), len(daemon.lines)
    one, two = daemon.ports["api"], daemon.ports["sandbox"]
    swapped = text.replace(f"port = {one}", "port = X").replace(f"port = {two}", f"port = {one}")
    with connected(one) as kept:
        kept.sendall(request(one, "GET", "/snapTrade/partners"))
        assert read(kept).all("Sandbox-Verdict") == []
        daemon.config.write_text(swapped.replace("port = X", f"port = {two}"), "utf-8")
        daemon.wait_for(IN_USE, since=since)
        kept.sendall(request(one, "GET", "/snapTrade/partners"))
        assert read(kept).all("Sandbox-Verdict") == ["verified"]
    assert ask(two, request(two, "GET", "/")).all("Signer-Profile") == ["partner"]
