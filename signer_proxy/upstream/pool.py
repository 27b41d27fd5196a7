"""The way upstream: one pool of connections for all clients, each request written once and byte for byte.

aiohttp connects, verifies, pools and parses answers. Its client session is left out: it would rewrite targets and
headers, keep cookies, and repeat idempotent requests when a pooled connection breaks. A request here is written once or
not at all, whatever its method.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakSet

import aiohttp
import certifi
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import HttpProcessingError
from yarl import URL

from signer_proxy.errors import StartError, TooBusyError, UpstreamUnreachableError
from signer_proxy.message import Answer
from signer_proxy.upstream import corporate_proxy
from signer_proxy.upstream.connection import StaleConnectionError, exchange_on
from signer_proxy.upstream.failure import meaning
from signer_proxy.upstream.outgoing import Limits, Outgoing
from signer_proxy.upstream.verified import Verified

logger = logging.getLogger(__name__)

_KEEP_IDLE: Final = 30.0


class Pool:
    """Connections to the upstreams, shared by all requests; at most `per_upstream` of them to each.

    Those to other machines go by the `corporate` proxy, where there is one.
    """

    def __init__(
        self,
        connector: aiohttp.TCPConnector,
        per_upstream: int,
        corporate: corporate_proxy.CorporateProxy | None = None,
    ) -> None:
        self._connector = connector
        self._per_upstream = per_upstream
        self._corporate = corporate
        self._is_ours: Callable[[int], bool] = lambda _: False
        self._has_warned = False
        self._places: dict[str, asyncio.Semaphore] = {}
        self._used: WeakSet[ResponseHandler] = WeakSet()

    def avoid(self, is_ours: Callable[[int], bool]) -> None:
        """Ask `is_ours` which ports are our own at the moment: what goes upstream never comes back by them."""
        self._is_ours = is_ours

    def check(self, origins: Collection[str]) -> None:
        """Make sure that `origins` can be sent to.

        Raises StartError for a corporate proxy that is needed and cannot be used.
        """
        if self._corporate and self._corporate.url is None and any(map(self._corporate.is_for, origins)):
            raise StartError(self._corporate.problem)

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
        via = None
        try:
            via = await self._way(outgoing.origin)
            return await self._on_some_connection(outgoing, limits, via)
        except (aiohttp.ClientError, HttpProcessingError, OSError) as e:
            raise meaning(e, outgoing, limits, via) from e
        finally:
            places.release()

    async def greet(self, origin: str, limits: Limits) -> Verified | None:
        """Connect, send nothing, and return what the upstream was verified by; None for plain HTTP.

        Raises UpstreamUnreachableError.
        """
        via = None
        try:
            via = await self._way(origin)
            connection = await self._connect(origin, limits, via)
        except (aiohttp.ClientError, HttpProcessingError, OSError) as e:
            raise meaning(e, Outgoing(origin, "GET", b"", (), b"", lambda: True), limits, via) from e
        try:
            tls = connection.transport.get_extra_info("ssl_object") if connection.transport else None
            return Verified.of(tls) if tls is not None else None
        finally:
            connection.close()

    async def _way(self, origin: str) -> corporate_proxy.CorporateProxy | None:
        via = self._corporate
        if via is None or not via.is_for(origin):
            return None
        if via.url is not None and self._is_ours(via.url.port or 0) and await via.is_here():
            if not self._has_warned:
                logger.warning("%s names this very proxy: upstreams are called without it", via.variable)
            self._has_warned = True
            return None
        return via

    async def _on_some_connection(
        self, outgoing: Outgoing, limits: Limits, via: corporate_proxy.CorporateProxy | None
    ) -> Answer:
        while True:
            connection = await self._connect(outgoing.origin, limits, via)
            try:
                return await self._on(connection, outgoing, limits)
            except StaleConnectionError:
                continue  # it is out of the pool now, so this ends
            finally:
                connection.close()  # does nothing to one that went back into the pool

    async def _connect(
        self, origin: str, limits: Limits, via: corporate_proxy.CorporateProxy | None
    ) -> aiohttp.connector.Connection:
        if via is not None and via.url is None:  # of a host that was not expected, such as a token's
            raise UpstreamUnreachableError(f"{origin}: {via.problem} (nothing was sent)")
        timeout = aiohttp.ClientTimeout(total=None, connect=limits.connect_timeout)
        # aiohttp's connector takes address and TLS from a request of its own, and writes into its headers for a proxy;
        # nothing else of this one is used.
        address = aiohttp.ClientRequest(
            "GET",
            URL(origin),
            loop=asyncio.get_running_loop(),
            proxy=via.url if via else None,
            proxy_headers=via.headers if via else None,
        )
        return await self._connector.connect(address, traces=[], timeout=timeout)

    async def _on(self, connection: aiohttp.connector.Connection, outgoing: Outgoing, limits: Limits) -> Answer:
        protocol = connection.protocol
        used = protocol in self._used
        if protocol is not None:
            self._used.add(protocol)
        return await exchange_on(connection, outgoing, limits, used=used)


@asynccontextmanager
async def open_pool(environ: Mapping[str, str], per_upstream: int = 100) -> AsyncIterator[Pool]:
    """Open a pool that verifies upstreams against `SSL_CERT_FILE`, or certifi's authorities, with TLS 1.2 or newer.

    What it sends to other machines goes by the proxy that `environ` names, but for the exceptions of `NO_PROXY`.

    Raises StartError for a `SSL_CERT_FILE` that cannot be used.
    """
    context = _tls(environ.get("SSL_CERT_FILE"))
    connector = aiohttp.TCPConnector(ssl=context, limit=0, keepalive_timeout=_KEEP_IDLE)
    async with connector:
        yield Pool(connector, per_upstream, corporate_proxy.named_by(environ))


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
