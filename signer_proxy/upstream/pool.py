"""The way upstream: one pool of connections for all clients, each request written once and byte for byte.

aiohttp connects, verifies, pools and parses answers. Its client session is left out: it would rewrite targets and
headers, keep cookies, and repeat idempotent requests when a pooled connection breaks. A request here is written once or
not at all, whatever its method.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakSet

import aiohttp
import certifi
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import HttpProcessingError
from yarl import URL

from signer_proxy.errors import StartError, TooBusyError
from signer_proxy.message import Answer
from signer_proxy.upstream.connection import StaleConnectionError, exchange_on
from signer_proxy.upstream.failure import meaning
from signer_proxy.upstream.outgoing import Limits, Outgoing

_KEEP_IDLE: Final = 30.0


class Pool:
    """Connections to the upstreams, shared by all requests; at most `per_upstream` of them to each."""

    def __init__(self, connector: aiohttp.TCPConnector, per_upstream: int) -> None:
        self._connector = connector
        self._per_upstream = per_upstream
        self._places: dict[str, asyncio.Semaphore] = {}
        self._used: WeakSet[ResponseHandler] = WeakSet()

    async def send(self, outgoing: Outgoing, limits: Limits) -> Answer:
        """Send a request and return the whole answer.

        Raises TooBusyError and UpstreamUnreachableError, when nothing was sent; UpstreamBrokeError,
        UpstreamTimeoutError and AnswerTooLargeError, when it was; ClientGoneError, when nobody waits for it any more.
        """
        places = self._places.setdefault(outgoing.origin, asyncio.Semaphore(self._per_upstream))
        try:
            async with asyncio.timeout(limits.connect_timeout):
                await places.acquire()
        except TimeoutError as e:
            raise TooBusyError(
                f"all {self._per_upstream} connections to {outgoing.origin} are in use (nothing was sent; try again)"
            ) from e
        try:
            return await self._on_some_connection(outgoing, limits)
        except (aiohttp.ClientError, HttpProcessingError, OSError) as e:
            raise meaning(e, outgoing, limits) from e
        finally:
            places.release()

    async def _on_some_connection(self, outgoing: Outgoing, limits: Limits) -> Answer:
        timeout = aiohttp.ClientTimeout(total=None, connect=limits.connect_timeout)
        # aiohttp's connector takes address and TLS from a request of its own; nothing else of this one is used.
        address = aiohttp.ClientRequest("GET", URL(outgoing.origin), loop=asyncio.get_running_loop())
        while True:
            connection = await self._connector.connect(address, traces=[], timeout=timeout)
            try:
                return await self._on(connection, outgoing, limits)
            except StaleConnectionError:
                continue  # it is out of the pool now, so this ends
            finally:
                connection.close()  # does nothing to one that went back into the pool

    async def _on(self, connection: aiohttp.connector.Connection, outgoing: Outgoing, limits: Limits) -> Answer:
        protocol = connection.protocol
        used = protocol in self._used
        if protocol is not None:
            self._used.add(protocol)
        return await exchange_on(connection, outgoing, limits, used=used)


@asynccontextmanager
async def open_pool(environ: Mapping[str, str], per_upstream: int = 100) -> AsyncIterator[Pool]:
    """Open a pool that verifies upstreams against `SSL_CERT_FILE`, or certifi's authorities, with TLS 1.2 or newer.

    Raises StartError for a `SSL_CERT_FILE` that cannot be used.
    """
    context = _tls(environ.get("SSL_CERT_FILE"))
    connector = aiohttp.TCPConnector(ssl=context, limit=0, keepalive_timeout=_KEEP_IDLE)
    async with connector:
        yield Pool(connector, per_upstream)


def _tls(authorities: str | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=authorities or certifi.where())
    except OSError as e:  # ssl.SSLError is one, too
        raise StartError(
            f"SSL_CERT_FILE: {authorities!r} holds no certificates that can be read (name a PEM file, or unset it)"
        ) from e
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context
