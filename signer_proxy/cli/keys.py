"""`signer-proxy keys`: makes a key pair, for SnapTrade or PTI, and shows the half of it that others may have."""

import json
from pathlib import Path
from typing import Final, get_args

import click

from signer_proxy.cli import pti_key
from signer_proxy.cli.failure import Failure
from signer_proxy.cli.new_file import check_place, write_new
from signer_proxy.cli.private_key import PassphraseSource, load, passphrase_source
from signer_proxy.crypto.jwk import Kind, PtiKey
from signer_proxy.crypto.key_errors import RsaKeyError
from signer_proxy.crypto.rsa_key import SIZES, PrivateKey, PublicKey
from signer_proxy.settings import regular_file
from signer_proxy.settings.unreadable import UnreadableError

_PATH: Final = click.Path(path_type=Path)
_BITS: Final = click.Choice([str(size) for size in SIZES])
_KEY: Final = "a key"
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
    check_place(path, _KEY)  # before anything is asked or takes time
    secret = source.passphrase(new=True)
    click.echo(f"keys: making a key of {bits} bits ...", err=True)
    key = PrivateKey.new(bits)
    write_new(path, key.pem(secret), 0o600, _KEY)
    click.echo(f"keys: {path} holds the private key {key.fingerprint}; this is its public half:", err=True)
    click.echo(key.public.line())


def _new_jwk(path: Path, kind: Kind) -> None:
    public = path.with_suffix(".public.jwk")
    check_place(path, _KEY)
    check_place(public, _KEY)
    click.echo(f"keys: making a key of the kind {kind} ...", err=True)
    key = PtiKey.new(kind)
    write_new(path, f"{_shown(key.private_jwk())}\n".encode(), 0o600, _KEY)
    try:
        write_new(public, f"{_shown(key.public_jwk())}\n".encode(), 0o644, _KEY)
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
