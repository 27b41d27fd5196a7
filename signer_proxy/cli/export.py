"""`signer-proxy export`: what the running daemon's inspector keeps, for other tools."""

import json
from pathlib import Path

import click

from signer_proxy.cli.failure import Failure
from signer_proxy.cli.new_file import check_place, write_new
from signer_proxy.cli.running import running
from signer_proxy.control import ControlError

_WHAT = "what was exported before"


@click.command("export")
@click.option("--har", "file", type=click.Path(path_type=Path), required=True, help="The new file, in HAR 1.2.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="The config file.")
def command(file: Path, path: Path | None) -> None:
    """Write the exchanges that `run --web` keeps into a file of their own, without their secrets."""
    check_place(file, _WHAT)
    try:
        har = running(path).har()
    except ControlError as e:
        raise Failure(str(e)) from e
    write_new(file, json.dumps(har, indent=2, ensure_ascii=False).encode(errors="replace"), 0o600, _WHAT)
    click.echo(f"{len(har['log']['entries'])} exchanges are in {file}.", err=True)
