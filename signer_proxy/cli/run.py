"""`signer-proxy run`: the daemon, in the foreground."""

import asyncio
import logging
import os
import sys
from pathlib import Path
from typing import Final

import click

from signer_proxy import exchange_log
from signer_proxy.assembly import build
from signer_proxy.cli.stopping import caught_signals
from signer_proxy.cli.talk import talk
from signer_proxy.engines.mitmproxy.engine import open_engine
from signer_proxy.proxy import Exchange
from signer_proxy.reload import Reloader
from signer_proxy.settings.configuration import Configuration, find, load

logger = logging.getLogger(__name__)

DRAIN: Final = 10.0
"""Seconds that requests under way have once the first signal came."""


@click.command("run")
@click.option("--config", "path", type=click.Path(path_type=Path), help="The config file.")
def command(path: Path | None) -> None:
    """Sign and forward what comes in on the upstreams' ports, until SIGINT or SIGTERM."""
    configuration = load(find(path, os.environ, Path.cwd()), os.environ)
    talk()
    sys.exit(0 if asyncio.run(_run(configuration)) else 1)


async def _run(configuration: Configuration) -> bool:
    """Run until a signal; tell whether all that was under way could end."""
    async with caught_signals() as signals, open_engine(build(configuration), os.environ, _log) as engine:
        _introduce(configuration)
        reloading = asyncio.create_task(Reloader(configuration, os.environ, engine.put).watch())
        await signals.next()
        reloading.cancel()
        logger.info("stopping: requests under way have %g s (signal again to end at once)", DRAIN)
        return await signals.unless(engine.close(DRAIN))


def _introduce(configuration: Configuration) -> None:
    for warning in configuration.warnings:
        logger.warning("%s", warning)
    logger.info("config: %s", configuration.path or "built in, with the credentials of the environment")
    for name, upstream in configuration.settings.upstreams.items():
        logger.info("listening on http://127.0.0.1:%d for %s at %s", upstream.port, name, upstream.url)


def _log(done: Exchange) -> None:
    logger.info("%s", exchange_log.line(done))
