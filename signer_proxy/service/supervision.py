"""Tell the service manager how we are: ready, reloading, alive, stopping. The protocol is the one of sd_notify(3).

The libraries for it are one that is no longer kept (sdnotify) and two that bind to libsystemd: for a datagram each.
"""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Self

from signer_proxy.runtime import Runtime


class Supervisor:
    """The service manager above us; with no `address` there is none, and with no `watchdog` it counts no seconds."""

    def __init__(self, address: str | None, watchdog: float | None) -> None:
        self._address = address
        self._watchdog = watchdog

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Return the one that the environment names, in the variables of sd_notify(3) and sd_watchdog_enabled(3)."""
        address = environ.get("NOTIFY_SOCKET", "")
        microseconds, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", str(os.getpid()))
        is_watched = microseconds.isdecimal() and int(microseconds) > 0 and pid == str(os.getpid())
        return cls(address if address[:1] in ("/", "@") else None, int(microseconds) / 1e6 if is_watched else None)

    @asynccontextmanager
    async def informed(self, is_serving: Callable[[], bool]) -> AsyncIterator[None]:
        """Say that we are ready, ping while the event loop runs and `is_serving` says so, and say that we stop."""
        pinging = asyncio.create_task(self._ping(is_serving))
        self._tell("READY=1")
        try:
            yield
        finally:
            pinging.cancel()
            self._tell("STOPPING=1")

    def reloading(self, put: Callable[[Runtime], Awaitable[None]]) -> Callable[[Runtime], Awaitable[None]]:
        """Return `put`, with a word before and after it."""

        async def told(runtime: Runtime) -> None:
            self._tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
            try:
                await put(runtime)
            finally:
                self._tell("READY=1")

        return told

    async def _ping(self, is_serving: Callable[[], bool]) -> None:
        while self._watchdog is not None:
            if is_serving():
                self._tell("WATCHDOG=1")
                await asyncio.sleep(self._watchdog / 2)
            else:
                await asyncio.sleep(self._watchdog / 20)  # a port that opens this moment is no reason to be killed

    def _tell(self, message: str) -> None:
        if self._address is None:
            return
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        # Where nobody listens we go on: to serve matters more than to be seen.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.setblocking(False)
            out.sendto(message.encode(), address)
