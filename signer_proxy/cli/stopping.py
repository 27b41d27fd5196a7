"""SIGINT and SIGTERM: the first ends what is under way, the second ends at once."""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


class Signals:
    """The signals that have come; each is taken once."""

    def __init__(self) -> None:
        self._came: asyncio.Queue[signal.Signals] = asyncio.Queue()

    def put(self, number: signal.Signals) -> None:
        """Note a signal."""
        self._came.put_nowait(number)

    async def next(self) -> signal.Signals:
        """Wait for the next signal."""
        return await self._came.get()

    async def unless(self, work: Coroutine[Any, Any, None]) -> bool:
        """Do `work` until it is done or the next signal comes; tell whether it was done."""
        task, waiting = asyncio.create_task(work), asyncio.create_task(self.next())
        await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
        if is_done := task.done():
            task.result()
        for each in (task, waiting):
            each.cancel()
        await asyncio.gather(task, waiting, return_exceptions=True)
        return is_done


@asynccontextmanager
async def caught_signals() -> AsyncIterator[Signals]:
    """Catch SIGINT and SIGTERM in the running loop."""
    signals, loop = Signals(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, signals.put, number)
    try:
        yield signals
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
