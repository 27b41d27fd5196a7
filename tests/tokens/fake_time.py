"""A time that stands still until a test moves it."""

import asyncio
import heapq
from itertools import count

EPOCH = 1_800_000_000.0


class FakeTime:
    """Wall clock, monotonic clock and sleep, which agree unless a test says otherwise."""

    def __init__(self) -> None:
        self.now = EPOCH
        self.elapsed = 0.0
        self.sleeping: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()

    def clock(self) -> float:
        """Return epoch seconds."""
        return self.now

    def monotonic(self) -> float:
        """Return seconds since the test began."""
        return self.elapsed

    async def sleep(self, seconds: float) -> None:
        """Wait until the test has moved so far."""
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self.sleeping, (self.elapsed + seconds, next(self._order), woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Move on, wake whoever's time has come, in order, and let all run until they wait again."""
        end = self.elapsed + seconds
        await settle()
        while self.sleeping and self.sleeping[0][0] <= end:
            moment, _, woken = heapq.heappop(self.sleeping)
            if not woken.done():
                self._move_to(moment)
                woken.set_result(None)
                await settle()
        self._move_to(end)

    def _move_to(self, moment: float) -> None:
        self.now += moment - self.elapsed
        self.elapsed = moment


async def settle() -> None:
    """Let every task run until it waits for something that only the test can give."""
    for _ in range(10):
        await asyncio.sleep(0)
