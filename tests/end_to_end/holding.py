"""An upstream that holds its answers back until a test says so."""

import asyncio
from dataclasses import dataclass, field
from threading import Semaphore

from tests.end_to_end.background import Background
from tests.end_to_end.daemon import PATIENCE
from tests.faulty_upstream import OK, Talk


@dataclass(slots=True)
class Holding:
    """Give its `serve` to a recording upstream."""

    background: Background
    answer: bytes = OK
    _arrived: Semaphore = field(default_factory=lambda: Semaphore(0))
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, talk: Talk) -> None:
        """Take requests and answer each of them once all are released."""
        while True:
            await talk.request()
            self._arrived.release()
            await self._released.wait()
            await talk.say(self.answer)

    def wait_for_request(self) -> None:
        """Wait until one more request has come."""
        assert self._arrived.acquire(timeout=PATIENCE)

    def release(self) -> None:
        """Answer what has come and what will come."""
        self.background.loop.call_soon_threadsafe(self._released.set)
