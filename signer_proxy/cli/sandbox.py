"""`signer-proxy sandbox`: the API's stand-in alone."""

import asyncio
import os
from pathlib import Path
from typing import Final

import click

from signer_proxy.cli.stopping import caught_signals
from signer_proxy.ready_config import ready_config
from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.registration import clients_of
from signer_proxy.sandbox.server import serve
from signer_proxy.settings.configuration import Configuration, load

PORT: Final = 8090


@click.command("sandbox")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 takes a free one.")
@click.option(
    "--config", "path", type=click.Path(path_type=Path), help="Whose credentials it knows; else sandbox.toml's."
)
def command(port: int, path: Path | None) -> None:
    """Stand in for the SnapTrade API: verify every signature, keep users and orders until SIGINT or SIGTERM."""
    asyncio.run(_run(load(path or ready_config("sandbox.toml"), os.environ), port))


async def _run(configuration: Configuration, port: int) -> None:
    clients = clients_of(configuration)
    async with caught_signals() as signals, serve(create_application(clients), port=port) as bound:
        click.echo(f"http://127.0.0.1:{bound}")
        for client in clients:
            click.echo(f"sandbox: knows the {client.account} client {client.client_id}", err=True)
        await signals.next()
