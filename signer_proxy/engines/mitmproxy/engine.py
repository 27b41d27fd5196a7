"""mitmproxy with our ordered list of addons, on the ports of the runtime in use."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Final

from mitmproxy import ctx
from mitmproxy.addons.core import Core
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.master import Master
from mitmproxy.options import Options

from signer_proxy import route
from signer_proxy.audit.audit import Audit
from signer_proxy.control import Lease
from signer_proxy.engines.mitmproxy.forwarder import Forwarder
from signer_proxy.engines.mitmproxy.gate import Gate
from signer_proxy.engines.mitmproxy.listeners import Listeners, free_port
from signer_proxy.engines.mitmproxy.tls_ends import TlsEnds
from signer_proxy.proxy.course import Exchange
from signer_proxy.proxy.proxy import Proxy
from signer_proxy.runtime import Runtime
from signer_proxy.settings.home import state_home
from signer_proxy.upstream.pool import open_pool

if TYPE_CHECKING:  # it brings a web server along
    from signer_proxy.engines.mitmproxy.inspector.inspector import Inspector

OPTIONS: Final[Mapping[str, object]] = {
    "connection_strategy": "lazy",  # eager dials before a hook has decided
    "keep_host_header": True,  # the guard judges the Host that the client sent
    "rawtcp": False,
    "websocket": False,
    "validate_inbound_headers": True,
    "stream_large_bodies": None,  # a streamed request leaves before it is signed
}


class Engine:
    """The listeners and the proxy behind them, changed together."""

    def __init__(self, proxy: Proxy, audit: Audit, ends: TlsEnds, inspector: "Inspector | None" = None) -> None:
        self._proxy = proxy
        self._ends = ends
        self._audit = audit
        self._inspector = inspector
        self._listeners = Listeners()

    async def put(self, runtime: Runtime) -> None:
        """Put a runtime in use: new ports open first, old ones close last. Raises StartError and changes nothing."""
        if self._inspector is not None:
            self._inspector.check(runtime)
        with self._audit.changing(runtime.audit), self._proxy.expecting(runtime):
            await self._listeners.open(runtime.host, runtime.ports)
        self._proxy.swap(runtime)
        ctx.options.update(body_size_limit=str(runtime.max_body))
        await self._listeners.keep(runtime.host, runtime.ports)

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Lease]:
        """Lend one more forward port, where hosts that are no upstream's are passed on to untouched, as `exec` has it.

        Raises StartError.
        """
        runtime, port = self._proxy.runtime, free_port()
        token = runtime.trust.client_token
        lease = Lease(
            port,
            tuple(upstream.origin for upstream in runtime.upstreams.values()),
            await asyncio.to_thread(self._ends.authorities, route.hosts(runtime)),
            None if token is None else token.get_secret_value(),
        )
        self._proxy.ports.lend(port)
        try:
            await self._listeners.lend(port)
            try:
                yield lease
            finally:
                await self._listeners.take_back(port)
        finally:
            self._proxy.ports.take_back(port)

    def reopen_audit(self) -> None:
        """Go on in the file that has the audit's name now: who rotates files from outside asks for it."""
        self._audit.reopen()

    @property
    def proxy(self) -> Proxy:
        """The proxy behind the listeners."""
        return self._proxy

    def is_listening(self) -> bool:
        """Tell whether connections are taken at every port."""
        return self._listeners.are_open()

    async def take_over(self, runtime: Runtime) -> None:
        """Put the first runtime in use inside a host program, which opened a port of its own at the start."""
        await self._listeners.close()
        await self.put(runtime)

    async def close(self, seconds: float) -> None:
        """Close the ports, and end what is under way within `seconds`."""
        end = time.monotonic() + seconds
        await self._listeners.close()
        await self._proxy.close(seconds)
        while self._listeners.are_writing() and time.monotonic() < end:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.01)


@asynccontextmanager
async def open_engine(
    runtime: Runtime,
    environ: Mapping[str, str],
    observe: Callable[[Exchange], None],
    inspector: "Inspector | None" = None,
) -> AsyncIterator[Engine]:
    """Open our own mitmproxy, which has no addon but those that it needs. Raises StartError for a port in use.

    The inspector is told of requests that come; that it is told how they went is up to `observe`.
    """
    with closing(Audit()) as audit:
        async with open_pool(environ) as pool:
            proxy = Proxy(runtime, pool, observe, audit.write)
            master = Master(Options()) if inspector is None else inspector.master(proxy)
            ends = TlsEnds(state_home(environ))
            master.addons.add(Core(), Proxyserver(), Gate(ends, proxy), Forwarder(proxy, inspector))
            master.options.update(mode=[], **OPTIONS)
            engine = Engine(proxy, audit, ends, inspector)
            await engine.put(runtime)
            await master.running()
            try:
                yield engine
            finally:
                if inspector is not None:
                    await inspector.settled()
                await master.done()
