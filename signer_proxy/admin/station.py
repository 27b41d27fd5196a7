"""The running daemon, as the admin port and the control socket know it."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from signer_proxy.admin import status
from signer_proxy.admin.gauges import Gauges
from signer_proxy.admin.monitor import Monitor
from signer_proxy.control import Lease
from signer_proxy.errors import ShuttingDownError
from signer_proxy.proxy.proxy import Proxy


class Engine(Protocol):
    """What carries the bytes, whichever it is."""

    @property
    def proxy(self) -> Proxy:
        """What it carries them for."""

    def is_listening(self) -> bool:
        """Tell whether connections are taken at every port."""

    def lease(self) -> AbstractAsyncContextManager[Lease]:
        """Open a forward port for one user, which takes other hosts through untouched."""


class Station:
    """Tells how the daemon is, and does what it is asked to, until it is stopped.

    `inspector_port` is that of the inspector, where one is open.
    """

    def __init__(self, monitor: Monitor, engine: Engine, inspector_port: int | None = None) -> None:
        self.monitor = monitor
        self._engine = engine
        self._inspector_port = inspector_port
        self._working: set[asyncio.Task[object]] = set()
        self._is_stopping = False
        monitor.metrics.registry.register(Gauges(engine.proxy, monitor.history))

    def status(self) -> dict[str, object]:
        """Return the status as it is now."""
        return status.document(self._engine.proxy, self.monitor.history, self._inspector_port)

    def is_ready(self) -> bool:
        """Tell whether requests are taken."""
        return not self._is_stopping and self._engine.is_listening()

    async def do[T](self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do something to its end, even if who asked for it goes away. Raises ShuttingDownError, and what it raises."""
        self._check()
        working = asyncio.create_task(work())
        self._working.add(working)
        working.add_done_callback(self._working.discard)
        return await asyncio.shield(working)

    def lease(self) -> AbstractAsyncContextManager[Lease]:
        """Return the opening of a forward port. Raises ShuttingDownError."""
        self._check()
        return self._engine.lease()

    def stop(self) -> None:
        """Begin nothing more, break off what was begun, and say that we are not ready."""
        self._is_stopping = True
        for working in self._working:
            working.cancel()
        self.monitor.feed.changed()

    def _check(self) -> None:
        if self._is_stopping:
            raise ShuttingDownError("the daemon is ending and begins nothing more (start it again)")
