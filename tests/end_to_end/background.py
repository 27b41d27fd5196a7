"""An event loop in a thread, where upstreams live on while the loops of single tests come and go."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from threading import Thread
from typing import Any


class Background:
    """The loop and what is open in it."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = Thread(target=self.loop.run_forever)
        self._thread.start()

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Do `work` in the loop, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    @contextmanager
    def opened[T](self, manager: AbstractAsyncContextManager[T]) -> Iterator[T]:
        """Keep a context manager open in the loop, entered and left by the same task."""
        inside, done = self.loop.create_future(), asyncio.Event()

        async def hold() -> None:
            try:
                async with manager as value:
                    inside.set_result(value)
                    await done.wait()
            except BaseException as e:
                if inside.done():
                    raise
                inside.set_exception(e)

        holding = asyncio.run_coroutine_threadsafe(hold(), self.loop)
        try:
            yield self.run(_result(inside))
        finally:
            self.loop.call_soon_threadsafe(done.set)
            holding.result(20)

    def close(self) -> None:
        """End the loop."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


async def _result[T](future: asyncio.Future[T]) -> T:
    return await future
