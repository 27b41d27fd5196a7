"""The options that lead to a private key in a file: its passphrase never stands on a command line."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from signer_proxy.cli.failure import Failure
from signer_proxy.rsa_key import PrivateKey, RsaKeyError
from signer_proxy.settings import private_file
from signer_proxy.settings.secret_reference import EnvReference, FileReference
from signer_proxy.settings.secret_value import resolve
from signer_proxy.settings.unreadable import UnreadableError


def passphrase_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the three ways to a passphrase; what they lead to is read with `passphrase`."""
    for option in (
        click.option("--passphrase-file", metavar="F", help="The key's passphrase is in this file, of mode 0600."),
        click.option("--passphrase-env", metavar="NAME", help="The key's passphrase is in this environment variable."),
        click.option("--passphrase", "ask", is_flag=True, help="Ask for the key's passphrase."),
    ):
        command = option(command)
    return command


def passphrase(*, ask: bool, env: str | None, file: str | None, new: bool = False) -> str | None:
    """Return the passphrase that the options lead to, None where there are none; a new one is asked for twice."""
    if ask + (env is not None) + (file is not None) > 1:
        raise click.UsageError("take one of --passphrase, --passphrase-env and --passphrase-file")
    if ask:
        return _asked(new)
    try:
        if env is not None:
            return resolve(EnvReference(env=env), Path.cwd(), os.environ).get_secret_value()
        if file is not None:
            return resolve(FileReference(file=file), Path.cwd(), os.environ).get_secret_value()
    except ValidationError:  # From None: whoever mistakes the option for the passphrase itself shall not read it here.
        raise click.UsageError("--passphrase-env takes the name of a variable, --passphrase-file a path") from None
    except UnreadableError as e:
        raise Failure(f"passphrase: {e}") from e
    return None


def load(path: Path, secret: str | None) -> PrivateKey:
    """Read a private key from a file that is closed to others."""
    try:
        return PrivateKey.load(private_file.read(path), secret)
    except UnreadableError as e:
        raise Failure(str(e)) from e
    except RsaKeyError as e:
        raise Failure(f"{path}: {e}") from e


def _asked(new: bool) -> str:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError as e:
        raise Failure("passphrase: there is no terminal to ask on (use --passphrase-env or --passphrase-file)") from e
    answer: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=new, err=True)
    return answer
