"""The APIs' real host names, on this machine: whoever comes by a proxy of ours to either of them meets a sandbox.

The daemon takes the proxy for one that an organisation puts before the world. So every client can use the real URLs,
the daemon speaks TLS to them, and nothing leaves the machine.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from signer_proxy.sandbox.server import serve
from tests.certificates import server_context, write_certificate
from tests.connect_proxy import connect_proxy

SNAPTRADE: Final = "api.snaptrade.com"
PTI: Final = "api.staging.fiant.io"


@dataclass(slots=True)
class Arrival:
    """A request as a sandbox got it, and what it was answered."""

    host: str
    method: str
    path: str
    agent: str
    body: bytes = field(default=b"", repr=False)
    status: int | None = None
    verdict: str | None = None

    @property
    def content(self) -> Any:  # noqa: ANN401 - JSON
        """The body, read as JSON; None where there is none."""
        return json.loads(self.body) if self.body else None


@dataclass(slots=True)
class RealHosts:
    """ASGI application that hands a request to the sandbox of its host, and notes it."""

    opened: Callable[[], dict[str, ASGIApp]]
    """Makes sandboxes that nobody has used, by host."""
    sandboxes: dict[str, ASGIApp] = field(default_factory=dict, repr=False)
    arrivals: list[Arrival] = field(default_factory=list)
    proxy: str = ""
    """The URL of the proxy that leads here."""
    authority: Path = Path()
    """The certificate that the hosts show."""
    port: int = 0
    """Where whoever comes straight, and in the clear, meets the sandbox of SnapTrade."""

    def begin(self) -> None:
        """Forget what was."""
        self.sandboxes = self.opened()
        self.arrivals.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note a request, and let it be answered."""
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host = headers[b"host"]
        arrival = Arrival(host, scope["method"], scope["path"], headers.get(b"user-agent", ""))
        self.arrivals.append(arrival)

        async def received() -> Message:
            message = await receive()
            arrival.body += message.get("body", b"")
            return message

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                arrival.status = message["status"]
                marks = [value.decode() for name, value in message["headers"] if name.lower() == b"sandbox-verdict"]
                arrival.verdict = next(iter(marks), None)
            await send(message)

        await self.sandboxes[host if host in self.sandboxes else SNAPTRADE](scope, received, answered)


@asynccontextmanager
async def real_hosts(opened: Callable[[], dict[str, ASGIApp]], folder: Path) -> AsyncIterator[RealHosts]:
    """Open the hosts; their certificate is written into `folder`."""
    hosts = RealHosts(opened)
    hosts.authority = write_certificate(folder, names=[SNAPTRADE, PTI])
    async with (
        serve(hosts) as hosts.port,
        _speaking_tls(hosts.port, server_context(hosts.authority)) as tls_port,
        connect_proxy(tls_port) as proxy,
    ):
        hosts.proxy = f"http://127.0.0.1:{proxy.port}"
        yield hosts


@asynccontextmanager
async def _speaking_tls(port: int, context: ssl.SSLContext) -> AsyncIterator[int]:
    """Serve TLS in front of a port that speaks none."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_copy(reader, forth), _copy(back, writer))

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await source.read(65536):
            sink.write(piece)
            await sink.drain()
    sink.close()
