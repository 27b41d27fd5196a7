"""`signer-proxy service`: the daemon as a service of the user's, started at login and again when it fails."""

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from signer_proxy.errors import StartError
from signer_proxy.service import installation
from signer_proxy.service.definition import NETWORK, Definition
from signer_proxy.service.manager import MANAGERS, Command
from signer_proxy.service.marker import marked
from signer_proxy.service.program import program
from signer_proxy.settings.configuration import draft
from signer_proxy.settings.home import state_home
from signer_proxy.settings.whereabouts import find

_PATIENCE: Final = 120.0
"""Seconds; to start a service is to wait until the daemon is ready."""

_config = click.option("--config", "path", type=click.Path(path_type=Path), help="The config file.")
_manager = click.option(
    "--manager",
    "name",
    type=click.Choice(list(MANAGERS)),
    default="launchd" if sys.platform == "darwin" else "systemd",
    show_default=True,
    help="Who starts it.",
)


@click.group("service")
def command() -> None:
    """Start the daemon at login, and again when it fails."""


@command.command("print")
@_config
@_manager
def print_(path: Path | None, name: str) -> None:
    """Print what `install` would write."""
    click.echo(marked(MANAGERS[name].text(_define(path))), nl=False)


@command.command("install")
@_config
@_manager
def install(path: Path | None, name: str) -> None:
    """Write the service's file, and start the service; the one that was there is replaced."""
    manager, definition = MANAGERS[name], _define(path)
    file, text = manager.file(os.environ), marked(manager.text(definition))
    is_new = not file.exists()
    installation.write(file, text)
    definition.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    click.echo(str(file))
    for variable in definition.variables:
        _say(f"the service does not see your shell's {variable} (use {{ file = … }} or {{ keyring = … }})")
    for variable in NETWORK:
        if os.environ.get(variable):
            _say(f"the service does not see your shell's {variable} ({manager.adding.format(variable)})")
    if not is_new:
        _is_done(manager.stopping)
    reaching, *others = manager.starting(file)
    if not _is_done(reaching):
        _leave_to_the_user((reaching, *others))
    elif not all(_is_done(one) for one in others):
        raise StartError(f"service: it is installed, and does not start (see `{manager.log(definition)}`)")


@command.command("uninstall")
@_manager
def uninstall(name: str) -> None:
    """Stop the service, and remove its file; config and state stay."""
    manager = MANAGERS[name]
    file = manager.file(os.environ)
    installation.require(file)
    is_stopped = _is_done(manager.stopping)
    installation.remove(file)
    click.echo(str(file))
    if not is_stopped:
        _leave_to_the_user((manager.stopping, *manager.forgetting))
    for one in manager.forgetting:
        _is_done(one)


def _define(path: Path | None) -> Definition:
    config = find(path, os.environ, Path.cwd())
    if config is None:
        raise StartError(
            "service: must have a config, got none: the variables of your shell are not a service's "
            "(write one, such as ~/.config/signer-proxy/config.toml, or name it with --config)"
        )
    state = state_home(os.environ).absolute()
    return Definition.of(program(os.environ), config.absolute(), state, draft(config), os.environ)


def _is_done(command: Command) -> bool:
    """Run a command of the service manager; tell whether it was there and did what it should."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=_PATIENCE)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _leave_to_the_user(commands: Sequence[Command]) -> None:
    _say(f"{commands[0][0]} cannot be had from here; where it can, type:")
    for one in commands:
        click.echo(f"  {shlex.join(one)}", err=True)


def _say(sentence: str) -> None:
    click.echo(f"signer-proxy: {sentence}", err=True)
