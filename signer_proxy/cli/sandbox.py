"""`signer-proxy sandbox`: SnapTrade's stand-in alone, or with a partner of it, or with PTI's beside it."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import click

from signer_proxy.cli.sandbox_clients import clients_of, pti_clients_of
from signer_proxy.cli.stopping import caught_signals
from signer_proxy.errors import StartError
from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.partner.application import create_partner
from signer_proxy.sandbox.pti.application import create_pti
from signer_proxy.sandbox.pti.clients import PtiClient
from signer_proxy.sandbox.server import serve
from signer_proxy.settings.configuration import Configuration, load
from signer_proxy.settings.ready_config import ready_config

PORT: Final = 8090
PTI_PATH: Final = "/v1"
ACCOUNTS: Final = {"alice": "alice-password", "bob": "bob-password"}
"""Who may log in at the partner; made up, and said by the command."""

_PORTS: Final = click.IntRange(0, 65535)


@click.command("sandbox")
@click.option("--port", type=_PORTS, default=PORT, show_default=True, help="0 takes a free one.")
@click.option(
    "--config", "path", type=click.Path(path_type=Path), help="Whose credentials it knows; else sandbox.toml's."
)
@click.option("--partner-port", type=_PORTS, help="Play the Partner of the first commercial client there, too.")
@click.option("--pti-port", type=_PORTS, help="Play PTI's API there, too, for the config's clients of it.")
@click.option("--token-life", type=click.IntRange(1), default=300, show_default=True, help="Of access tokens, in s.")
def command(port: int, path: Path | None, partner_port: int | None, pti_port: int | None, token_life: int) -> None:
    """Stand in for the SnapTrade API: verify every request, keep users and orders until SIGINT or SIGTERM."""
    configuration = load(path or ready_config("sandbox.toml"), os.environ)
    asyncio.run(_run(configuration, port, partner_port, pti_port, token_life))


async def _run(
    configuration: Configuration, port: int, partner_port: int | None, pti_port: int | None, token_life: int
) -> None:
    clients = clients_of(configuration)
    pti_clients = [] if pti_port is None else _of_pti(configuration)
    async with caught_signals() as signals, AsyncExitStack() as stack:
        bound = await stack.enter_async_context(serve(create_application(clients, token_life=token_life), port=port))
        url = f"http://127.0.0.1:{bound}"
        partner = None
        if partner_port is not None:
            backend = create_partner(url, _first_commercial(clients), ACCOUNTS)
            partner = await stack.enter_async_context(serve(backend, port=partner_port))
        pti = None
        if pti_port is not None:
            pti = await stack.enter_async_context(serve(create_pti(pti_clients, path=PTI_PATH), port=pti_port))
        click.echo(url)
        for client in clients:
            click.echo(f"sandbox: knows the {client.account} client {client.client_id}", err=True)
        if partner is not None:
            click.echo(f"http://127.0.0.1:{partner}")
            for name, password in ACCOUNTS.items():
                click.echo(f"partner: {name} logs in with the password {password}", err=True)
        if pti is not None:
            click.echo(f"http://127.0.0.1:{pti}{PTI_PATH}")
            for pti_client in pti_clients:
                click.echo(f"pti: knows the client {pti_client.client_id} by {', '.join(pti_client.keys)}", err=True)
        await signals.next()


def _first_commercial(clients: Sequence[Client]) -> Client:
    for client in clients:
        if client.account == "commercial":
            return client
    raise StartError(
        "partner: the config has no profile of a commercial client, whose users alone can have keys "
        '(add one with account = "commercial", or leave --partner-port out)'
    )


def _of_pti(configuration: Configuration) -> Sequence[PtiClient]:
    try:
        clients = pti_clients_of(configuration)
    except ValueError as e:
        raise StartError(str(e)) from e
    if clients:
        return clients
    raise StartError(
        "pti: the config has no profile of a client of PTI, whose public key would be known "
        '(add one with scheme = "pti-signature", or leave --pti-port out)'
    )
