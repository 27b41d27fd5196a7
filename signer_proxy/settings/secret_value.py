"""The value of a secret: what its reference leads to, less one line end, as text that is not empty."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from signer_proxy.settings import private_file, program
from signer_proxy.settings.home import home
from signer_proxy.settings.secret_reference import (
    CommandReference,
    EnvReference,
    FileReference,
    KeyringReference,
)
from signer_proxy.settings.unreadable import UnreadableError

CREDENTIALS: Final = "$CREDENTIALS_DIRECTORY/"
"""How files begin that the service manager hands over: https://systemd.io/CREDENTIALS."""

type Reference = EnvReference | FileReference | KeyringReference | CommandReference | SecretStr


def resolve(reference: Reference, directory: Path, environ: Mapping[str, str]) -> SecretStr:
    """Return what a reference of a config in `directory` leads to; raises UnreadableError, which never shows it."""
    match reference:
        case EnvReference(env=name):
            return _checked(_variable(name, environ), f"environment variable {name}")
        case FileReference():
            path = file_path(reference.file, directory, environ)
            return _checked(_text(private_file.read(path), f"file {path}"), f"file {path}")
        case KeyringReference(keyring=entry):
            return _checked(_entry(entry), f"keyring entry {entry}")
        case CommandReference(command=command):
            subject = f"the output of program {command[0]}"
            return _checked(_text(program.output(command, directory, environ), subject), subject)
        case SecretStr():
            return _checked(reference.get_secret_value(), "the text")


def file_path(file: str, directory: Path, environ: Mapping[str, str]) -> Path:
    """Return the absolute path of a file that a config in `directory` names; links are not followed."""
    if file.startswith("~/"):
        return (home(environ) / file.removeprefix("~/")).absolute()
    if file.startswith(CREDENTIALS) and "CREDENTIALS_DIRECTORY" in environ:
        return (Path(environ["CREDENTIALS_DIRECTORY"]) / file.removeprefix(CREDENTIALS)).absolute()
    return (directory / file).absolute()


def _variable(name: str, environ: Mapping[str, str]) -> str:
    if name not in environ:
        raise UnreadableError(f"environment variable {name} is not set (export it, or use {{ file = … }})")
    return environ[name]


def _text(content: bytes, subject: str) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        # From None: the error holds all that was read.
        raise UnreadableError(f"{subject} must be UTF-8 text, got other bytes (store the secret as text)") from None
    # One line end, which editors and programs add; nothing else, since it could be part of the secret.
    return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text


def _checked(text: str, subject: str) -> SecretStr:
    if not text:
        raise UnreadableError(f"{subject} must not be empty, got nothing (put the value there)")
    try:
        text.encode()
    except UnicodeEncodeError:  # how Python shows bytes of the environment that are not UTF-8
        raise UnreadableError(f"{subject} must be UTF-8 text, got other bytes (store the secret as text)") from None
    return SecretStr(text)


def _entry(entry: str) -> str:
    import keyring  # here, since it loads the system's backends, which a config without keyring never needs
    from keyring.errors import NoKeyringError

    service, _, name = entry.rpartition("/")
    read: Callable[[str, str], str | None] = keyring.get_password
    try:
        password = read(service, name)
    except NoKeyringError as e:
        raise UnreadableError("no keyring was found on this machine (use { file = … } or { env = … })") from e
    except Exception as e:
        raise UnreadableError(
            f"keyring entry {entry} cannot be read, got {type(e).__name__} (is the keyring unlocked?)"
        ) from e
    if password is None:
        raise UnreadableError(f"keyring entry {entry} does not exist (type `keyring set {service} {name}`)")
    return password
