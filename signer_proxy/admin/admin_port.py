"""The admin port: open where the config has one, and moved without a moment in which neither is open."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Self

from aiohttp import web

from signer_proxy.admin.door import open_door
from signer_proxy.admin.loopback import listen


class AdminPort:
    """The open port, if there is one, closed at the end; `create` makes the application that answers there."""

    def __init__(self, create: Callable[[], web.Application]) -> None:
        self._create = create
        self._port: int | None = None
        self._open = AsyncExitStack()

    @asynccontextmanager
    async def moved(self, port: int | None) -> AsyncIterator[None]:
        """Open another port before the block and close the old one after it; a block that raises changes nothing.

        Raises StartError where the port cannot be opened.
        """
        if port == self._port:
            yield
            return
        async with AsyncExitStack() as opening:
            if port is not None:
                await opening.enter_async_context(open_door(self._create(), listen(port)))
            yield
            before, self._open, self._port = self._open, opening.pop_all(), port
        await before.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()
