"""Clients that go away: at most one request goes upstream, and the daemon serves the next client."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable

import pytest

from tests.end_to_end.daemon import PATIENCE, Daemon
from tests.end_to_end.http2_wire import http2
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import ask, connected, read, request
from tests.faulty_upstream import OK, Serve, Talk, saying


def reset(connection: socket.socket) -> None:
    """Close with a TCP reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


LEAVING: dict[str, Callable[[socket.socket], None]] = {"closes": socket.socket.close, "resets": reset}


class Held:
    """An upstream that answers when it is told to."""

    def __init__(self) -> None:
        self.came = threading.Event()
        self.answer = asyncio.Event()
        self.is_answered = threading.Event()

    def serve(self) -> Serve:
        """Return what serves a connection."""

        async def held(talk: Talk) -> None:
            while True:
                await talk.request()
                self.came.set()
                await self.answer.wait()
                await talk.say(OK)
                self.is_answered.set()

        return held


@pytest.mark.parametrize("leave", LEAVING.values(), ids=LEAVING)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_while_the_upstream_works(
    daemon: Daemon, upstream: Recording, method: str, leave: Callable[[socket.socket], None]
) -> None:
    """A client that leaves while its request is upstream changes nothing there: the exchange ends, and is told."""
    held, before = Held(), len(daemon.lines)
    upstream.begin(held.serve())
    with connected(daemon.port) as connection:
        connection.sendall(request(daemon.port, method, "/held", body=b"{}"))
        assert held.came.wait(PATIENCE)
        leave(connection)
    upstream.background.loop.call_soon_threadsafe(held.answer.set)
    daemon.wait_for(rf"{method} \S+/held partner snaptrade-signature 200 ", since=before)
    assert ask(daemon.port, request(daemon.port, "GET", "/next")).status == 200
    assert len(upstream.requests) == 2


@pytest.mark.parametrize("leave", LEAVING.values(), ids=LEAVING)
@pytest.mark.parametrize("share", [0.2, 0.6, 0.9, 0.99])
def test_within_a_request(
    daemon: Daemon, upstream: Recording, share: float, leave: Callable[[socket.socket], None]
) -> None:
    """A client that leaves before its request is whole sends nothing."""
    raw = request(daemon.port, "POST", "/cut", body=b'{"a": "' + b"x" * 1000 + b'"}')
    with connected(daemon.port) as connection:
        connection.sendall(raw[: int(len(raw) * share)])
        leave(connection)
    assert ask(daemon.port, request(daemon.port, "GET", "/next")).status == 200
    assert [raw.split(b"?")[0] for raw in upstream.requests] == [b"GET /next"]


@pytest.mark.parametrize("leave", LEAVING.values(), ids=LEAVING)
def test_at_once(daemon: Daemon, upstream: Recording, leave: Callable[[socket.socket], None]) -> None:
    """Of many clients that leave with their last byte, each has at most one request upstream."""
    for number in range(50):
        with connected(daemon.port) as connection:
            connection.sendall(request(daemon.port, "POST", f"/{number}", body=b"{}"))
            leave(connection)
    assert ask(daemon.port, request(daemon.port, "GET", "/next")).status == 200
    came = [raw.split(b"?")[0] for raw in upstream.requests]
    assert len(came) == len(set(came))


def test_stream_that_is_reset(daemon: Daemon, upstream: Recording) -> None:
    """An HTTP/2 client that takes one request back keeps its connection for the others."""
    held = Held()
    upstream.begin(held.serve())
    with http2(daemon.port) as client:
        stream = client.send(client.head("GET", "/held"))
        assert held.came.wait(PATIENCE)
        client.h2.reset_stream(stream)
        client.flush()
        upstream.background.loop.call_soon_threadsafe(held.answer.set)
        reply = client.ask(client.head("GET", "/next"))
    assert reply is not None
    assert reply.status == 200
    assert len(upstream.requests) == 2


def test_client_that_has_said_all(daemon: Daemon, upstream: Recording) -> None:
    """A client that closes its own direction after the request, as `nc -N` does, sends it at most once."""
    with connected(daemon.port) as connection:
        connection.sendall(request(daemon.port, "GET", "/said"))
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1000):
            pass
    assert len(upstream.requests) <= 1
    assert ask(daemon.port, request(daemon.port, "GET", "/next")).status == 200


def test_idle_connections(daemon: Daemon, upstream: Recording) -> None:
    """A connection serves one request after the other, also those that come before the answer to the first."""
    upstream.begin(saying(OK))
    with connected(daemon.port) as connection:
        connection.sendall(b"".join(request(daemon.port, "GET", f"/{number}") for number in range(5)))
        for _ in range(5):
            assert read(connection).status == 200
    assert [raw.split(b"?")[0] for raw in upstream.requests] == [b"GET /%d" % number for number in range(5)]
