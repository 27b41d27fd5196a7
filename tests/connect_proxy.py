"""A small proxy as organisations have them: it tunnels what it is asked for by CONNECT, and remembers it."""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass(slots=True)
class ConnectProxy:
    """Where it listens, where its tunnels lead, whatever name they are asked for by, and what it was asked."""

    leads_to: int
    """The port on this machine where every tunnel ends."""
    credentials: str | None = None
    """USER:PASSWORD that it insists on."""
    end: ssl.SSLContext | None = None
    """What ends the TLS inside the tunnels, where they lead to plain HTTP."""
    answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n"
    port: int = 0
    asked: list[str] = field(default_factory=list)
    """The request lines."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        with suppress(OSError, EOFError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.asked.append(head.partition("\r\n")[0])
            proof = b64encode((self.credentials or "").encode()).decode()
            if self.credentials is not None and f"Proxy-Authorization: Basic {proof}\r\n" not in head:
                writer.write(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")
            else:
                writer.write(self.answer)
                if b" 200 " in self.answer:
                    await self._tunnel(reader, writer)

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.end is not None:
            await writer.drain()
            await writer.start_tls(self.end)
        back, forth = await asyncio.open_connection("127.0.0.1", self.leads_to)
        try:
            await asyncio.gather(_copy(reader, forth), _copy(back, writer))
        finally:
            forth.transport.abort()


@asynccontextmanager
async def connect_proxy(
    leads_to: int,
    tls: ssl.SSLContext | None = None,
    *,
    credentials: str | None = None,
    end: ssl.SSLContext | None = None,
    answer: bytes | None = None,
) -> AsyncIterator[ConnectProxy]:
    """Open a proxy whose tunnels all lead to one port of this machine."""
    proxy = ConnectProxy(leads_to, credentials, end)
    if answer is not None:
        proxy.answer = answer
    serving: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        try:
            await proxy.serve(reader, writer)
        finally:
            writer.close()
            serving.discard(task)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        await server.wait_closed()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await source.read(65536):
            sink.write(piece)
            await sink.drain()
    sink.close()
