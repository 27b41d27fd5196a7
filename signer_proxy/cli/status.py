"""`signer-proxy status`: asks the running daemon how it is."""

import json
import time
from pathlib import Path

import click

from signer_proxy.cli.failure import Failure
from signer_proxy.cli.running import running
from signer_proxy.cli.status_view import view
from signer_proxy.control import ControlError


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="For programs: what /status.json says.")
@click.option("--inspector", is_flag=True, help="Only the link that opens the inspector, with its password.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="The config file.")
def command(path: Path | None, *, as_json: bool, inspector: bool) -> None:
    """Show listeners, profiles with their tokens, rate limits, the last reload and counts of requests."""
    if as_json and inspector:
        raise click.UsageError("--json and --inspector must not come together, got both (leave one out)")
    try:
        daemon = running(path)
        if inspector:
            click.echo(daemon.inspector())
            return
        status = daemon.status()
    except ControlError as e:
        raise Failure(str(e)) from e
    click.echo(json.dumps(status, indent=2) if as_json else view(status, time.time()))
