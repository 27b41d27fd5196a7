"""Upstreams on real sockets that note the raw bytes they get and answer as badly as a test wants."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

type Serve = Callable[[Talk], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(slots=True)
class FaultyUpstream:
    """What has arrived so far; a request is noted when its head is there, its body follows as it comes."""

    origin: str = ""
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    most_open: int = 0


@dataclass(slots=True)
class Talk:
    """One connection, seen from the upstream."""

    upstream: FaultyUpstream
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def head(self) -> bytes:
        """Read a request's head, and note it as a request."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        self.upstream.requests.append(head)
        return head

    async def request(self) -> bytes:
        """Read a whole request, framed by its Content-Length."""
        head = await self.head()
        lengths = [line.partition(b":")[2] for line in head.split(b"\r\n") if line.lower().startswith(b"content-len")]
        body = await self.reader.readexactly(sum(map(int, lengths)))
        self.upstream.requests[-1] = head + body
        return head + body

    async def say(self, *pieces: bytes) -> None:
        """Write bytes as they are."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def until_closed(self) -> None:
        """Hang until the other side closes."""
        await self.reader.read()

    def reset(self) -> None:
        """Break the connection with a TCP reset."""
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()


@asynccontextmanager
async def faulty_upstream(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[FaultyUpstream]:
    """Serve each connection with `serve`, and close it when that returns."""
    upstream = FaultyUpstream()
    writers: list[asyncio.StreamWriter] = []
    serving: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream.connections += 1
        upstream.open += 1
        upstream.most_open = max(upstream.most_open, upstream.open)
        writers.append(writer)
        if task := asyncio.current_task():
            serving.add(task)
            task.add_done_callback(serving.discard)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await serve(Talk(upstream, reader, writer))
        finally:
            upstream.open -= 1
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    upstream.origin = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield upstream
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        for task in serving:  # one that waits for something else than its connection
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        await server.wait_closed()


def saying(*pieces: bytes, then: Callable[[Talk], Awaitable[None]] | None = None) -> Serve:
    """Answer every request of a connection with the same bytes; `then` goes on after the first, else it is kept."""

    async def serve(talk: Talk) -> None:
        while True:
            await talk.request()
            await talk.say(*pieces)
            if then is not None:
                return await then(talk)

    return serve


async def closing(_talk: Talk) -> None:
    """Close the connection."""


async def hanging(talk: Talk) -> None:
    """Say no more."""
    await talk.until_closed()


async def resetting(talk: Talk) -> None:
    """Reset the connection."""
    talk.reset()
