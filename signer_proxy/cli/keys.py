"""`signer-proxy keys`: makes an RSA key pair and shows the half of it that others may have."""

import os
from pathlib import Path
from typing import Final

import click

from signer_proxy.cli.failure import Failure
from signer_proxy.cli.private_key import load, passphrase, passphrase_options
from signer_proxy.rsa_key import SIZES, PrivateKey, PublicKey, RsaKeyError
from signer_proxy.settings import regular_file
from signer_proxy.settings.unreadable import UnreadableError

_PATH: Final = click.Path(path_type=Path)


@click.group("keys")
def command() -> None:
    """Make an RSA key pair, and show its public half."""


@command.command("new")
@click.option("--bits", type=click.Choice([str(size) for size in SIZES]), default=str(SIZES[0]), show_default=True)
@passphrase_options
@click.argument("path", type=_PATH)
def _new(path: Path, bits: str, ask: bool, passphrase_env: str | None, passphrase_file: str | None) -> None:
    """Write a new private key to PATH, which must not exist, and print its public half."""
    secret = passphrase(ask=ask, env=passphrase_env, file=passphrase_file, new=True)
    if os.path.lexists(path):
        raise _exists(path)
    click.echo(f"keys: making a key of {bits} bits ...", err=True)
    key = PrivateKey.new(int(bits))
    _write(path, key.pem(secret))
    click.echo(f"keys: {path} holds the private key {key.fingerprint}; this is its public half:", err=True)
    click.echo(key.public.line())


@command.command("public")
@passphrase_options
@click.argument("path", type=_PATH)
def _public(path: Path, ask: bool, passphrase_env: str | None, passphrase_file: str | None) -> None:
    """Print the public half of the private key in PATH: the ssh-rsa line that registerUser wants."""
    click.echo(load(path, passphrase(ask=ask, env=passphrase_env, file=passphrase_file)).public.line())


@command.command("show")
@passphrase_options
@click.argument("path", type=_PATH)
def _show(path: Path, ask: bool, passphrase_env: str | None, passphrase_file: str | None) -> None:
    """Print size and fingerprint of the key in PATH, private or public, as `ssh-keygen -l` does."""
    key, comment = _public_file(path) or (
        load(path, passphrase(ask=ask, env=passphrase_env, file=passphrase_file)).public,
        "",
    )
    click.echo(f"{key.bits} {key.fingerprint} {comment or 'no comment'} (RSA)")


def _public_file(path: Path) -> tuple[PublicKey, str] | None:
    """Return the public key and its comment where a file holds an ssh-rsa line; such a file is no secret."""
    try:
        content, _ = regular_file.read(path)
        if not content.startswith(b"ssh-rsa "):
            return None
        line = content.decode(errors="replace")
        comment = "".join(line.split(maxsplit=2)[2:]).strip()
        return PublicKey.load(line), "".join(c if c.isprintable() else "?" for c in comment)
    except UnreadableError as e:
        raise Failure(str(e)) from e
    except RsaKeyError as e:
        raise Failure(f"{path}: {e}") from e


def _write(path: Path, content: bytes) -> None:
    """Write a file that was not there and that nobody else could ever open, whole or not at all."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as e:
        raise _exists(path) from e
    except OSError as e:
        raise Failure(f"{path} cannot be made: {e.strerror} (name a file in a directory of yours)") from e
    try:
        with open(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o600)  # whatever the umask took away
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    except OSError as e:
        path.unlink()
        raise Failure(f"{path} cannot be written: {e.strerror} (see `df`)") from e


def _exists(path: Path) -> Failure:
    return Failure(f"{path} exists, and a key is never overwritten (name another file)")
