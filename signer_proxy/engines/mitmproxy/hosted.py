"""The same daemon inside mitmdump or mitmweb, as a script: their signals, logs and inspector, our answers."""

import asyncio
import logging
import os
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader
from mitmproxy.exceptions import OptionsError

from signer_proxy.assembly import build
from signer_proxy.audit import exchange_log
from signer_proxy.audit.audit import Audit
from signer_proxy.engines.mitmproxy.engine import OPTIONS, Engine
from signer_proxy.engines.mitmproxy.forwarder import Forwarder
from signer_proxy.engines.mitmproxy.gate import Gate
from signer_proxy.engines.mitmproxy.listeners import Listeners
from signer_proxy.engines.mitmproxy.tls_ends import TlsEnds
from signer_proxy.errors import ConfigError, StartError
from signer_proxy.proxy.course import Exchange
from signer_proxy.proxy.proxy import Proxy
from signer_proxy.reload.reload import Reloader
from signer_proxy.settings.configuration import Configuration, load
from signer_proxy.settings.home import state_home
from signer_proxy.settings.whereabouts import find
from signer_proxy.upstream.pool import open_pool

logger = logging.getLogger(__name__)

# What would let traffic pass by our hooks, change it behind them, or write it with its secrets to a file.
_REFUSED: Final[Mapping[str, object]] = {
    "stream_large_bodies": None,
    "ignore_hosts": [],
    "allow_hosts": [],
    "tcp_hosts": [],
    "udp_hosts": [],
    "block_list": [],
    "map_local": [],
    "map_remote": [],
    "modify_body": [],
    "modify_headers": [],
    "server_replay": [],
    "proxyauth": None,
    "anticache": False,
    "anticomp": False,
    "save_stream_file": None,
    "hardump": "",
}
_FORCED: Final[Mapping[str, object]] = {**OPTIONS, "onboarding": False}  # it answers for its own host before the guard


class HostedSigner:
    """The addon that loads the config, opens its ports in place of the host's own, and keeps both current."""

    name = "signer"

    def __init__(self) -> None:
        self._ends = TlsEnds(state_home(os.environ))
        self._forwarder, self._gate = Forwarder(), Gate(self._ends)
        self._configuration: Configuration | None = None
        self._serving: asyncio.Task[None] | None = None
        self.addons = [self._gate, self._forwarder]

    def load(self, loader: Loader) -> None:
        """Declare the option that names the config."""
        loader.add_option("signer_config", str, "", "The config of signer-proxy; found as `signer-proxy run` does.")

    def configure(self, updated: set[str]) -> None:
        """Load the config once, and check the host's options now and whenever they change. Raises OptionsError."""
        try:
            self._configure(updated)
        except OptionsError as e:
            if self._serving is not None:
                raise
            # A script that raises at the start gets a traceback of mitmproxy's; an error that is logged ends it, too.
            self._configuration = None
            for line in str(e).splitlines():
                logger.error("%s", line)

    def _configure(self, updated: set[str]) -> None:
        _check(_REFUSED)
        if self._configuration is None:
            self._configuration = _load(ctx.options.signer_config)
            runtime = build(self._configuration)
            ctx.options.update(mode=Listeners().modes(runtime.host, runtime.ports), server=True, **_FORCED)
        _check(_FORCED)
        if "signer_config" in updated and self._serving is not None:
            raise OptionsError("signer-proxy: signer_config cannot change while the proxy runs (start it anew)")

    def running(self) -> None:
        """Begin to serve."""
        if self._configuration is not None:
            self._serving = asyncio.create_task(self._serve(self._configuration))

    def done(self) -> None:
        """End."""
        if self._serving is not None:
            self._serving.cancel()

    async def _serve(self, configuration: Configuration) -> None:
        runtime = build(configuration)
        with closing(Audit()) as audit:
            async with open_pool(os.environ) as pool:
                self._forwarder.proxy = self._gate.proxy = proxy = Proxy(runtime, pool, _log, audit.write)
                engine = Engine(proxy, audit, self._ends)
                try:
                    await engine.take_over(runtime)
                except StartError as e:
                    logger.error("signer-proxy: %s", e)
                    ctx.master.shutdown()
                    return
                with suppress(asyncio.CancelledError):
                    await Reloader(configuration, os.environ, engine.put).watch()


def _check(harmless: Mapping[str, object]) -> None:
    for name, value in harmless.items():
        if getattr(ctx.options, name) not in (value, None):
            raise OptionsError(f"signer-proxy: option {name} would break what the proxy promises (leave it out)")


def _load(named: str) -> Configuration:
    try:
        configuration = load(find(Path(named) if named else None, os.environ, Path.cwd()), os.environ)
    except ConfigError as e:
        raise OptionsError("\n".join(f"signer-proxy: {problem}" for problem in e.problems)) from None
    for warning in configuration.warnings:
        logger.warning("%s", warning)
    return configuration


def _log(done: Exchange) -> None:
    logger.info("%s", exchange_log.line(done))
