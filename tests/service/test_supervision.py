"""The watchdog hears of a daemon that serves, and of no other."""

import asyncio
import os
import socket
import tempfile
from collections.abc import Iterator

import pytest

from signer_proxy.service.supervision import Supervisor


@pytest.fixture(name="above")
def manager_above() -> Iterator[socket.socket]:
    """Listen as a service manager does, at a path short enough for a socket."""
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as above,
    ):
        above.bind(f"{folder}/notify")
        yield above


async def test_ports_that_are_closed(above: socket.socket) -> None:
    """While a port is missing no ping comes; as soon as it is open again one does."""
    looks: list[bool] = []
    asked = asyncio.Event()

    def is_serving() -> bool:
        looks.append(len(looks) >= 3)
        asked.set()
        return looks[-1]

    environ = {"NOTIFY_SOCKET": above.getsockname(), "WATCHDOG_USEC": "100000", "WATCHDOG_PID": str(os.getpid())}
    loop = asyncio.get_running_loop()
    async with Supervisor.from_environ(environ).informed(is_serving):
        assert await loop.sock_recv(above, 99) == b"READY=1"
        await asked.wait()
        assert await loop.sock_recv(above, 99) == b"WATCHDOG=1"
        assert looks[:4] == [False, False, False, True]
    assert await loop.sock_recv(above, 99) == b"STOPPING=1"


async def test_end_by_an_error(above: socket.socket) -> None:
    """A daemon that ends by an error says that it stops, too."""
    loop = asyncio.get_running_loop()
    supervisor = Supervisor.from_environ({"NOTIFY_SOCKET": above.getsockname()})
    with pytest.raises(RuntimeError):
        async with supervisor.informed(lambda: True):
            raise RuntimeError
    assert [await loop.sock_recv(above, 99) for _ in range(2)] == [b"READY=1", b"STOPPING=1"]
