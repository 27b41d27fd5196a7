"""mitmproxy with our ordered list of addons, on the ports of the runtime in use."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from mitmproxy import ctx
from mitmproxy.addons.core import Core
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.master import Master
from mitmproxy.options import Options

from signer_proxy.engines.mitmproxy.forwarder import Forwarder
from signer_proxy.engines.mitmproxy.gate import Gate
from signer_proxy.engines.mitmproxy.listeners import Listeners
from signer_proxy.proxy import Exchange, Proxy
from signer_proxy.runtime import Runtime
from signer_proxy.upstream.pool import open_pool

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

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._listeners = Listeners()

    async def put(self, runtime: Runtime) -> None:
        """Put a runtime in use: new ports open first, old ones close last. Raises StartError and changes nothing."""
        self._proxy.expect(runtime)
        await self._listeners.open(runtime.ports)
        self._proxy.swap(runtime)
        ctx.options.update(body_size_limit=str(runtime.max_body))
        await self._listeners.keep(runtime.ports)

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
    runtime: Runtime, environ: Mapping[str, str], observe: Callable[[Exchange], None]
) -> AsyncIterator[Engine]:
    """Open our own mitmproxy, which has no addon but those that it needs. Raises StartError for a port in use."""
    async with open_pool(environ) as pool:
        proxy = Proxy(runtime, pool, observe)
        master = Master(Options())
        master.addons.add(Core(), Proxyserver(), Gate(), Forwarder(proxy))
        master.options.update(mode=[], **OPTIONS)
        engine = Engine(proxy)
        await engine.put(runtime)
        await master.running()
        try:
            yield engine
        finally:
            await master.done()
