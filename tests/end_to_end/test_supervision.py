"""The service manager hears when the daemon is ready, reloads, lives and stops, and nothing while it hangs."""

import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Sandbox, config
from tests.end_to_end.daemon import PATIENCE, launched, started
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import connected, read, request

INTERVAL = 0.2
"""Seconds that the manager waits for a ping; half of it should pass between two."""
HANGING = """
import signer_proxy.cli.main, signer_proxy.audit.exchange_log
signer_proxy.audit.exchange_log.tell = lambda done: open("released").read()
signer_proxy.cli.main.main()
"""
"""What is told of each exchange waits, in the event loop, until somebody writes."""


@dataclass(frozen=True, slots=True)
class Manager:
    """What the daemon takes for its service manager."""

    address: str
    socket: socket.socket

    def heard(self) -> str:
        """Wait for the next message that is no ping, and return its first line."""
        while (message := self.message()) == "WATCHDOG=1":
            pass
        return message

    def message(self, patience: float = PATIENCE) -> str:
        """Wait for the next message, and return its first line."""
        self.socket.settimeout(patience)
        return self.socket.recv(4096).decode().partition("\n")[0]

    def environ(self, **more: str) -> dict[str, str]:
        """Return the variables that a manager sets."""
        return {"NOTIFY_SOCKET": self.address, **more}


@contextmanager
def manager(address: str) -> Iterator[Manager]:
    """Listen at an address, written as systemd does: `@` begins an abstract name."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        yield Manager(address, listening)


@pytest.fixture(name="above")
def manager_above() -> Iterator[Manager]:
    """Listen at a path, short enough for a socket."""
    with tempfile.TemporaryDirectory() as folder, manager(f"{folder}/notify") as above:
        yield above


def watchdog(seconds: float) -> dict[str, str]:
    """Return the variable that asks for pings."""
    return {"WATCHDOG_USEC": str(round(seconds * 1_000_000))}


@pytest.mark.parametrize(
    "kind",
    [
        "path",
        pytest.param("abstract", marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has them")),
    ],
)
def test_life(sandbox: Sandbox, recorder: Recording, tmp_path: Path, kind: str) -> None:
    """The manager hears that the daemon is ready once its ports are open, of each reload, and that it stops."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"{folder}/notify" if kind == "path" else f"@signer-proxy-{os.getpid()}"
        with manager(address) as above, launched(config(sandbox, recorder), tmp_path, above.environ()) as daemon:
            assert above.heard() == "READY=1"
            for port in daemon.ports.values():
                with connected(port):
                    pass
            daemon.config.write_text(daemon.config.read_text("utf-8").replace("64 KiB", "65 KiB"), "utf-8")
            assert [above.heard(), above.heard()] == ["RELOADING=1", "READY=1"]
            assert daemon.stop() == 0
            assert above.heard() == "STOPPING=1"
            with pytest.raises(TimeoutError):
                above.message(0.01)


def test_pings(sandbox: Sandbox, recorder: Recording, tmp_path: Path, above: Manager) -> None:
    """Pings come as long as the daemon serves."""
    with started(config(sandbox, recorder), tmp_path, above.environ(**watchdog(INTERVAL))):
        messages = [above.message() for _ in range(6)]
        assert messages[0] in ("READY=1", "WATCHDOG=1")
        assert messages.count("WATCHDOG=1") == 5


def test_no_ping_while_it_hangs(sandbox: Sandbox, upstream: Recording, tmp_path: Path, above: Manager) -> None:
    """While the event loop hangs no ping comes, so that the manager can end it; after it they come again."""
    os.mkfifo(tmp_path / "released")
    command = (sys.executable, "-c", HANGING, "run")
    with started(config(sandbox, upstream), tmp_path, above.environ(**watchdog(INTERVAL)), command) as daemon:
        with connected(daemon.port) as hanging:
            hanging.sendall(request(daemon.port, "GET", "/accounts"))
            silent_after = 0
            while silent_after < 100:
                try:
                    above.message(5 * INTERVAL)
                except TimeoutError:
                    break
                silent_after += 1
            assert silent_after < 100
            (tmp_path / "released").write_text("now")
            assert read(hanging).status == 200
        assert above.message() == "WATCHDOG=1"


OTHERS = {
    "nobody listens": {"NOTIFY_SOCKET": "/nowhere/notify"},
    "another family": {"NOTIFY_SOCKET": "vsock:2:1234"},
    "no number": {"WATCHDOG_USEC": "soon"},
    "another process": {"WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"},
}


@pytest.mark.parametrize("environ", OTHERS.values(), ids=OTHERS)
def test_no_manager(
    sandbox: Sandbox, upstream: Recording, tmp_path: Path, above: Manager, environ: dict[str, str]
) -> None:
    """A manager that is not there, or asks another process, keeps the daemon from nothing."""
    with started(config(sandbox, upstream), tmp_path, {**above.environ(), **environ}) as daemon:
        with connected(daemon.port) as client:
            client.sendall(request(daemon.port, "GET", "/accounts"))
            assert read(client).status == 200
        assert daemon.stop() == 0
    while "NOTIFY_SOCKET" not in environ and (message := above.message()) != "STOPPING=1":
        assert message == "READY=1"
