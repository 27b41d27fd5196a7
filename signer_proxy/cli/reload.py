"""`signer-proxy reload`: has the running daemon read its config anew, with every secret."""

from pathlib import Path

import click

from signer_proxy.cli.failure import Failure
from signer_proxy.cli.running import running
from signer_proxy.control import ControlError


@click.command("reload")
@click.option("--config", "path", type=click.Path(path_type=Path), help="The config file.")
def command(path: Path | None) -> None:
    """Put the config as it stands in use, and ask commands and the keyring for their secrets again."""
    try:
        problems = running(path).reload()
    except ControlError as e:
        raise Failure(str(e)) from e
    if problems:
        raise Failure("\n".join(["refused, the last good config stays in use", *problems]))
    click.echo("The config is in use, with its secrets read anew.")
