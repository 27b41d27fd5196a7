"""`signer-proxy keys`: makes a key pair, for SnapTrade or PTI, and shows the half of it that others may have."""

import json
import os
from pathlib import Path
from typing import Final, get_args

import click

from signer_proxy.cli import pti_key
from signer_proxy.cli.failure import Failure
from signer_proxy.cli.private_key import PassphraseSource, load, passphrase_source
from signer_proxy.jwk import Kind, PtiKey
from signer_proxy.rsa_key import SIZES, PrivateKey, PublicKey, RsaKeyError
from signer_proxy.settings import regular_file
from signer_proxy.settings.unreadable import UnreadableError

_PATH: Final = click.Path(path_type=Path)
_BITS: Final = click.Choice([str(size) for size in SIZES])
_KINDS: Final = click.Choice(get_args(Kind.__value__))


@click.group("keys")
def command() -> None:
    """Make a key pair, and show its public half."""


@command.command("new")
@click.option("--bits", type=_BITS, help=f"Of an RSA key for SnapTrade, as PEM; {SIZES[0]} where left out.")
@click.option("--jwk", "kind", type=_KINDS, help="A key for PTI, as JWK; an RSA key opens webhooks, too.")
@passphrase_source
@click.argument("path", type=_PATH)
def _new(path: Path, bits: str | None, kind: Kind | None, source: PassphraseSource) -> None:
    """Write a new private key to PATH, which must not exist, and print its public half.

    With --jwk the public half goes to a file beside it, X.public.jwk for X.jwk, and its thumbprint is printed.
    """
    if kind is None:
        _new_pem(path, int(bits or SIZES[0]), source)
    elif bits or source.given:
        raise click.UsageError("--jwk says the size itself, and a JWK has no passphrase: leave the other options out")
    else:
        _new_jwk(path, kind)


def _new_pem(path: Path, bits: int, source: PassphraseSource) -> None:
    _check_place(path)  # before anything is asked or takes time
    secret = source.passphrase(new=True)
    click.echo(f"keys: making a key of {bits} bits ...", err=True)
    key = PrivateKey.new(bits)
    _write(path, key.pem(secret), 0o600)
    click.echo(f"keys: {path} holds the private key {key.fingerprint}; this is its public half:", err=True)
    click.echo(key.public.line())


def _new_jwk(path: Path, kind: Kind) -> None:
    public = path.with_suffix(".public.jwk")
    _check_place(path)
    _check_place(public)
    click.echo(f"keys: making a key of the kind {kind} ...", err=True)
    key = PtiKey.new(kind)
    _write(path, f"{_shown(key.private_jwk())}\n".encode(), 0o600)
    try:
        _write(public, f"{_shown(key.public_jwk())}\n".encode(), 0o644)
    except Failure:
        path.unlink()
        raise
    click.echo(f"keys: {path} holds the private key; PTI is told what is in {public}, and this thumbprint:", err=True)
    click.echo(key.thumbprint)


@command.command("public")
@passphrase_source
@click.argument("path", type=_PATH)
def _public(path: Path, source: PassphraseSource) -> None:
    """Print the public half of the private key in PATH: the ssh-rsa line that registerUser wants, or PTI's JWK."""
    if pti_key.is_jwk(path):
        click.echo(_shown(pti_key.load(path).public_jwk()))
    else:
        click.echo(load(path, source.passphrase()).public.line())


@command.command("show")
@passphrase_source
@click.argument("path", type=_PATH)
def _show(path: Path, source: PassphraseSource) -> None:
    """Print size and fingerprint of the key in PATH, private or public, as `ssh-keygen -l`; of a JWK its thumbprint."""
    if pti_key.is_jwk(path):
        click.echo(pti_key.describe(path))
        return
    key, comment = _public_file(path) or (load(path, source.passphrase()).public, "")
    click.echo(f"{key.bits} {key.fingerprint} {comment or 'no comment'} (RSA)")


def _shown(jwk: dict[str, str]) -> str:
    return json.dumps(jwk, indent=2)


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


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write a file that was not there and that nobody else could open before it has its mode, whole or not at all."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as e:
        raise _exists(path) from e
    except OSError as e:
        raise _cannot_be_made(path, e) from e
    try:
        with open(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)  # whatever the umask took away
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    except OSError as e:
        path.unlink()
        raise Failure(f"{path} cannot be written: {e.strerror} (see `df`)") from e


def _check_place(path: Path) -> None:
    """Fail where a file cannot be made since it exists or its directory does not."""
    if os.path.lexists(path):
        raise _exists(path)
    try:
        os.stat(os.path.join(path.parent, ""))  # the slash, since a file in the directory's place will not do either
    except OSError as e:
        raise _cannot_be_made(path, e) from e


def _cannot_be_made(path: Path, error: OSError) -> Failure:
    return Failure(f"{path} cannot be made: {error.strerror} (name a file in a directory of yours)")


def _exists(path: Path) -> Failure:
    return Failure(f"{path} exists, and a key is never overwritten (name another file)")
