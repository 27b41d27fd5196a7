"""Clients that never stop asking, each on a connection that it keeps for as long as the proxy does."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from time import perf_counter

from tests.end_to_end.wire import Reply, request


@dataclass(frozen=True, slots=True)
class Served:
    """One answer: by which profile, over which port, and when it came (in the time of `perf_counter`)."""

    mark: str
    """What the request's query says as `n`."""
    port: int
    reply: Reply
    at: float

    @property
    def profile(self) -> str:
        """The profile that the proxy signed with."""
        return next(iter(self.reply.all("Signer-Profile")), "")


@dataclass(slots=True)
class Crowd:
    """The clients; who has to connect again goes to `port`."""

    port: int
    size: int
    served: list[Served] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _marks: Iterator[int] = field(default_factory=count)
    _now: dict[int, Served] = field(default_factory=dict)

    async def all_served_by(self, profile: str, port: int) -> None:
        """Wait until every client's last answer is `profile`'s and came over `port`."""
        async with self._news:
            await self._news.wait_for(
                lambda: (
                    len(self._now) == self.size
                    and all((each.profile, each.port) == (profile, port) for each in self._now.values())
                )
            )

    def first_served_by(self, profile: str, since: float) -> float:
        """Return the seconds from `since` to the first answer of `profile`'s after it."""
        return next(each.at for each in self.served if each.at > since and each.profile == profile) - since

    async def ask_on(self, number: int) -> None:
        """Be one client, until cancelled."""
        while True:
            port = self.port
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                while await self._ask(number, port, reader, writer):
                    pass
            finally:
                writer.close()

    async def _ask(self, number: int, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Ask once; tell whether the connection may be used again."""
        mark = f"{number}.{next(self._marks)}"
        writer.write(request(port, "GET", f"/snapTrade/partners?n={mark}"))
        served = Served(mark, port, await _read(reader), perf_counter())
        self.served.append(served)
        async with self._news:
            self._now[number] = served
            self._news.notify_all()
        return served.reply.all("Connection") != ["close"]


async def _read(reader: asyncio.StreamReader) -> Reply:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:] if line)]
    reply = Reply(int(lines[0].split(" ")[1]), headers, b"")
    (length,) = reply.all("Content-Length")
    return Reply(reply.status, headers, await reader.readexactly(int(length)))


@asynccontextmanager
async def crowd(port: int, size: int) -> AsyncIterator[Crowd]:
    """Keep `size` clients asking; whatever goes wrong for one of them is raised at the end."""
    clients = Crowd(port, size)
    asking = [asyncio.create_task(clients.ask_on(number)) for number in range(size)]
    try:
        yield clients
    finally:
        for each in asking:
            each.cancel()
        ends = await asyncio.gather(*asking, return_exceptions=True)
    assert [end for end in ends if not isinstance(end, asyncio.CancelledError)] == []
