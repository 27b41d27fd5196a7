"""When to tell an open page how things are: at once, whenever they change, and now and then in between."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Final

_AT_LEAST: Final = 0.25
"""Seconds from one time to the next, however much happens."""
_AT_MOST: Final = 15.0
"""Seconds after which a page is told anyway, so that both ends know that the other is there."""


class Feed:
    """The pages that are open."""

    def __init__(self) -> None:
        self._pages: set[asyncio.Event] = set()

    def changed(self) -> None:
        """Say that there is something new to tell."""
        for page in self._pages:
            page.set()

    async def times(self) -> AsyncGenerator[None]:
        """Yield each time that a page is to be told."""
        page = asyncio.Event()
        self._pages.add(page)
        try:
            while True:
                page.clear()
                yield
                await asyncio.sleep(_AT_LEAST)
                with suppress(TimeoutError):
                    await asyncio.wait_for(page.wait(), _AT_MOST)
        finally:
            self._pages.discard(page)
