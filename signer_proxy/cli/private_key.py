"""The options that lead to a private key in a file: its passphrase never stands on a command line."""

import functools
import os
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from pydantic import ValidationError

from signer_proxy.cli.failure import Failure
from signer_proxy.crypto.key_errors import RsaKeyError
from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.settings import key_file
from signer_proxy.settings.secret_reference import MODELS
from signer_proxy.settings.secret_value import Reference, resolve
from signer_proxy.settings.unreadable import UnreadableError

_ASK: Final = click.option("--passphrase", "ask", is_flag=True, help="Ask for the key's passphrase.")
_ENV: Final = click.option(
    "--passphrase-env", metavar="NAME", help="The key's passphrase is in this environment variable."
)
_FILE: Final = click.option(
    "--passphrase-file", metavar="F", help="The key's passphrase is in this file, of mode 0600."
)
_KEYRING: Final = click.option(
    "--passphrase-keyring", metavar="SERVICE/NAME", help="The key's passphrase is in this entry of the keyring."
)
_COMMAND: Final = click.option(
    "--passphrase-command", metavar="C", help="This program, quoted with its arguments, prints it; no shell, 30 s."
)

_WAYS: Final = "--passphrase, or --passphrase-env, -file, -keyring or -command"
_FORMS: Final = (
    "--passphrase-env takes the name of a variable, --passphrase-file a path, --passphrase-keyring service/name, "
    "--passphrase-command a program and its arguments"
)


@dataclass(frozen=True, slots=True, repr=False)
class PassphraseSource:
    """Where a key's passphrase is to be had: from whoever is asked, by a reference as in the config, or nowhere."""

    ask: bool
    reference: Reference | None

    @classmethod
    def of(cls, *, ask: bool, **ways: str | None) -> "PassphraseSource":
        """Take what stands behind the options, by their ends; raises UsageError where they do not go together."""
        given = {kind: text for kind, text in ways.items() if text is not None}
        if ask + len(given) > 1:
            raise click.UsageError(f"take one of {_WAYS}")
        return cls(ask, next((_reference(kind, text) for kind, text in given.items()), None))

    @property
    def given(self) -> bool:
        """Whether there is to be a passphrase."""
        return self.ask or self.reference is not None

    def passphrase(self, *, new: bool = False) -> str | None:
        """Return the passphrase, None where there is none; a new one is asked for twice."""
        if self.ask:
            return _asked(new)
        if self.reference is None:
            return None
        try:
            return resolve(self.reference, Path.cwd(), os.environ).get_secret_value()
        except UnreadableError as e:
            raise Failure(f"passphrase: {with_options(str(e))}") from e


def passphrase_source(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the five ways to a passphrase, as its argument `source`."""

    @functools.wraps(command)
    def with_source(
        *arguments: object,
        ask: bool,
        passphrase_env: str | None,
        passphrase_file: str | None,
        passphrase_keyring: str | None,
        passphrase_command: str | None,
        **options: object,
    ) -> None:
        source = PassphraseSource.of(
            ask=ask,
            env=passphrase_env,
            file=passphrase_file,
            keyring=passphrase_keyring,
            command=passphrase_command,
        )
        command(*arguments, source=source, **options)

    return _ASK(_ENV(_FILE(_KEYRING(_COMMAND(with_source)))))


def load(path: Path, secret: str | None) -> PrivateKey:
    """Read a private key from a file that is closed to others."""
    try:
        return PrivateKey.load(key_file.read(path), secret)
    except UnreadableError as e:
        raise Failure(str(e)) from e
    except RsaKeyError as e:
        raise Failure(f"{path}: {with_options(str(e))}") from e


def with_options(text: str) -> str:
    """Return an error whose way out is the command line's, where it was the config's."""
    text = text.replace("(give its passphrase)", f"(give its passphrase with {_WAYS})")
    return re.sub(r"\{ (env|file) = … \}", r"--passphrase-\1", text)


def _reference(kind: str, text: str) -> Reference:
    try:
        value = shlex.split(text) if kind == "command" else text
        reference: Reference = MODELS[kind].model_validate({kind: value})  # type: ignore[assignment]  # a Table in MODELS is one
    except (ValidationError, ValueError):
        # From None: whoever mistakes the option for the passphrase itself shall not read it here.
        raise click.UsageError(_FORMS) from None
    return reference


def _asked(new: bool) -> str:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError as e:
        raise Failure("passphrase: there is no terminal to ask on (use --passphrase-env or --passphrase-file)") from e
    answer: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=new, err=True)
    return answer
