"""The first signal lets what is under way end, the second ends at once."""

import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.background import Background
from tests.end_to_end.conftest import Sandbox, config
from tests.end_to_end.daemon import PATIENCE, Daemon, started
from tests.end_to_end.holding import Holding
from tests.end_to_end.recording import Recording
from tests.end_to_end.verdicts import assert_refused
from tests.end_to_end.wire import Reply, connected, read, request
from tests.faulty_upstream import saying

BOTH = [signal.SIGTERM, signal.SIGINT]
IMPATIENT = """
import signer_proxy.cli.main, signer_proxy.cli.run
signer_proxy.cli.run.DRAIN = 0.2
signer_proxy.cli.main.main()
"""


@pytest.fixture
def daemon(sandbox: Sandbox, recorder: Recording, tmp_path: Path) -> Iterator[Daemon]:
    """Start a daemon of its own."""
    with started(config(sandbox, recorder), tmp_path) as daemon:
        yield daemon


@pytest.fixture
def holding(background: Background, upstream: Recording) -> Holding:
    """Let the upstream hold its answers back."""
    holding = Holding(background)
    upstream.begin(holding.serve)
    return holding


def send(daemon: Daemon, number: signal.Signals) -> None:
    """Send the first signal, and wait until every port is closed."""
    daemon.process.send_signal(number)
    daemon.wait_for("stopping: requests under way have")
    end = time.monotonic() + PATIENCE
    for port in daemon.ports.values():
        while is_open(port):
            assert time.monotonic() < end


def is_open(port: int) -> bool:
    """Tell whether somebody listens."""
    try:
        socket.create_connection(("127.0.0.1", port), PATIENCE).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return False
    return True


def assert_cut(reply: Reply) -> None:
    """Check that the answer to a request that was cut says what is known of it."""
    assert_refused(reply, 502, "upstream-broke")
    assert "was sent and may have been received" in reply.problem["detail"]


@pytest.mark.parametrize("number", BOTH, ids=lambda number: number.name)
def test_first_signal(daemon: Daemon, holding: Holding, upstream: Recording, number: signal.Signals) -> None:
    """A request under way gets its whole answer, a new one over a connection that is open is refused."""
    with connected(daemon.port) as waiting, connected(daemon.ports["sandbox"]) as kept:
        kept.sendall(request(daemon.ports["sandbox"], "GET", "/snapTrade/partners"))
        assert read(kept).status == 200
        waiting.sendall(request(daemon.port, "POST", "/accounts", body=b"{}"))
        holding.wait_for_request()
        send(daemon, number)
        kept.sendall(request(daemon.ports["sandbox"], "GET", "/snapTrade/partners"))
        refused = read(kept)
        assert_refused(refused, 503, "shutting-down")
        assert refused.all("Connection") == ["close"]
        assert daemon.process.poll() is None
        holding.release()
        reply = read(waiting)
    assert (reply.status, reply.body, reply.all("Connection")) == (200, b"ok", ["close"])
    assert daemon.wait() == 0
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("number", BOTH, ids=lambda number: number.name)
def test_nothing_under_way(daemon: Daemon, upstream: Recording, number: signal.Signals) -> None:
    """Connections over which nothing is asked keep nobody waiting."""
    began = time.monotonic()
    with connected(daemon.port) as kept, connected(daemon.port) as fresh:
        kept.sendall(request(daemon.port, "GET", "/"))
        assert read(kept).status == 200
        assert daemon.stop(number) == 0
        assert (kept.recv(1), fresh.recv(1)) == (b"", b"")
    assert time.monotonic() - began < 5


def test_slow_reader(daemon: Daemon, upstream: Recording) -> None:
    """A client that takes its answer slowly gets all of it."""
    size = 20_000_000
    upstream.begin(saying(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size, bytes(size)))
    with connected(daemon.port) as slow:
        slow.sendall(request(daemon.port, "GET", "/big"))
        daemon.wait_for(r"/big .*\b200\b")
        send(daemon, signal.SIGTERM)
        assert daemon.process.poll() is None
        assert read(slow).body == bytes(size)
    assert daemon.wait() == 0


@pytest.mark.parametrize("number", BOTH, ids=lambda number: number.name)
def test_second_signal(daemon: Daemon, holding: Holding, number: signal.Signals) -> None:
    """The second signal ends at once, with exit code 1, whatever is under way."""
    with connected(daemon.port) as waiting:
        waiting.sendall(request(daemon.port, "GET", "/"))
        holding.wait_for_request()
        send(daemon, signal.SIGTERM)
        began = time.monotonic()
        assert daemon.stop(number) == 1
        assert time.monotonic() - began < 5
        assert_cut(read(waiting))


def test_end_of_patience(sandbox: Sandbox, recorder: Recording, holding: Holding, tmp_path: Path) -> None:
    """What has no answer when the time is over is cut, and the log says that it may have been received."""
    command = (sys.executable, "-c", IMPATIENT, "run")
    with started(config(sandbox, recorder), tmp_path, command=command) as daemon, connected(daemon.port) as waiting:
        waiting.sendall(request(daemon.port, "GET", "/"))
        holding.wait_for_request()
        daemon.process.send_signal(signal.SIGTERM)
        assert_cut(read(waiting))
        assert daemon.wait() == 0
        daemon.wait_for("1 request.* cut: .*may have been received")
