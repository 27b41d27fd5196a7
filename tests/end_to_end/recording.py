"""An upstream that stays for many tests: it keeps the raw bytes it gets, and answers as each test wants."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.end_to_end.background import Background
from tests.faulty_upstream import OK, FaultyUpstream, Serve, Talk, faulty_upstream, saying


@dataclass(slots=True)
class Recording:
    """What has come since the test began, and what is done with each connection."""

    background: Background
    upstream: FaultyUpstream = field(default_factory=FaultyUpstream)
    serve: Serve = field(default_factory=lambda: saying(OK))
    _talks: list[Talk] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return self.upstream.origin

    @property
    def requests(self) -> list[bytes]:
        """The requests since the test began, as raw bytes."""
        return self.upstream.requests

    def begin(self, serve: Serve) -> None:
        """Forget what was, break what is connected, and serve each new connection with `serve`."""
        self.background.run(self._begin(serve))

    async def _begin(self, serve: Serve) -> None:
        for talk in self._talks:
            talk.writer.transport.abort()
        await asyncio.gather(*(talk.writer.wait_closed() for talk in self._talks), return_exceptions=True)
        self._talks.clear()
        self.requests.clear()
        self.serve = serve

    async def talk(self, talk: Talk) -> None:
        """Serve a connection."""
        self._talks.append(talk)
        await self.serve(talk)


@asynccontextmanager
async def recording_upstream(background: Background) -> AsyncIterator[Recording]:
    """Open an upstream that says OK until it is told otherwise."""
    recording = Recording(background)
    async with faulty_upstream(recording.talk) as recording.upstream:
        yield recording
