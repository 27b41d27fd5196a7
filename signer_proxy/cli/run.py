"""`signer-proxy run`: the daemon, in the foreground."""

import asyncio
import logging
import os
import socket
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from signer_proxy.admin.admin_port import AdminPort
from signer_proxy.admin.claim import claimed
from signer_proxy.admin.door import open_door
from signer_proxy.admin.monitor import Monitor
from signer_proxy.admin.pages import create_pages
from signer_proxy.admin.station import Station
from signer_proxy.admin.steering import create_steering
from signer_proxy.assembly import build
from signer_proxy.audit import exchange_log
from signer_proxy.cli.hangup import reopening
from signer_proxy.cli.inspection import inspecting, introduce
from signer_proxy.cli.stopping import Signals, caught_signals
from signer_proxy.cli.talk import talk
from signer_proxy.control import socket_path
from signer_proxy.engines.mitmproxy.engine import Engine, open_engine
from signer_proxy.proxy.course import Exchange
from signer_proxy.reload.reload import Reloader
from signer_proxy.runtime import Runtime
from signer_proxy.service.supervision import Supervisor
from signer_proxy.settings.configuration import Configuration, load
from signer_proxy.settings.whereabouts import find

if TYPE_CHECKING:  # it brings a web server along
    from signer_proxy.engines.mitmproxy.inspector.inspector import Inspector

logger = logging.getLogger(__name__)

DRAIN: Final = 10.0
"""Seconds that requests under way have once the first signal came."""


@click.command("run")
@click.option("--config", "path", type=click.Path(path_type=Path), help="The config file.")
@click.option("--json", "as_json", is_flag=True, help="Log to stdout for programs: one JSON object a line.")
@click.option("--web", is_flag=True, help="Show each exchange on a web page, without its secrets.")
@click.option("--reveal", is_flag=True, help="Show the secrets on that page, too, until the daemon ends.")
def command(path: Path | None, *, as_json: bool, web: bool, reveal: bool) -> None:
    """Sign and forward what comes in on the upstreams' ports, until SIGINT or SIGTERM."""
    if reveal and not web:
        raise click.UsageError("--reveal is about the page of --web, got no --web (add it)")
    configuration = load(find(path, os.environ, Path.cwd()), os.environ)
    talk(as_json=as_json)
    with (
        claimed(socket_path(configuration.path, os.environ)) as control,
        inspecting(build(configuration).inspection, reveal=reveal) if web else nullcontext() as inspector,
    ):
        is_clean = asyncio.run(_run(configuration, control, inspector))
    sys.exit(0 if is_clean else 1)


async def _run(configuration: Configuration, control: socket.socket, inspector: "Inspector | None") -> bool:
    """Run until a signal; tell whether all that was under way could end."""
    monitor = Monitor()

    def observe(done: Exchange) -> None:
        exchange_log.tell(done)
        monitor.observe(done)
        if inspector is not None:
            inspector.observe(done)

    async with (
        caught_signals() as signals,
        open_engine(build(configuration), os.environ, observe, inspector) as engine,
        reopening(engine.reopen_audit, signals),
    ):
        return await _serve(configuration, control, monitor, engine, signals, inspector)


async def _serve(
    configuration: Configuration,
    control: socket.socket,
    monitor: Monitor,
    engine: Engine,
    signals: Signals,
    inspector: "Inspector | None",
) -> bool:
    station = Station(monitor, engine, inspector.settings.web_port if inspector is not None else None)
    admin_port = AdminPort(lambda: create_pages(station))

    async def put(runtime: Runtime) -> None:
        async with admin_port.moved(runtime.admin_port):
            await engine.put(runtime)

    supervisor = Supervisor.from_environ(os.environ)
    reloader = Reloader(configuration, os.environ, supervisor.reloading(put), monitor.observe_reload)
    async with (
        admin_port,
        open_door(create_steering(station, reloader, inspector), [control]),
    ):
        async with admin_port.moved(configuration.settings.proxy.admin_port):
            pass
        _introduce(configuration)
        if inspector is not None:
            introduce(inspector)
        async with supervisor.informed(engine.is_listening):
            reloading = asyncio.create_task(reloader.watch())
            await signals.next()
            reloading.cancel()
            station.stop()
        logger.info("stopping: requests under way have %g s (signal again to end at once)", DRAIN)
        return await signals.unless(engine.close(DRAIN))


def _introduce(configuration: Configuration) -> None:
    for warning in configuration.warnings:
        logger.warning("%s", warning)
    logger.info("config: %s", configuration.path or "built in, with the credentials of the environment")
    for name, upstream in configuration.settings.upstreams.items():
        logger.info("listening on http://127.0.0.1:%d for %s at %s", upstream.port, name, upstream.url)
    if (port := configuration.settings.proxy.forward_port) is not None:
        logger.info("listening on http://127.0.0.1:%d for all of them, as an explicit proxy", port)
    if (port := configuration.settings.proxy.admin_port) is not None:
        logger.info("status page: http://127.0.0.1:%d/", port)
