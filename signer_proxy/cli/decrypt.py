"""`signer-proxy decrypt`: opens an envelope with a private key of this machine."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from signer_proxy.cli.failure import Failure
from signer_proxy.cli.private_key import load, passphrase, passphrase_options
from signer_proxy.envelope import EnvelopeError, open_envelope
from signer_proxy.rsa_key import PrivateKey

LARGEST: Final = 64 << 20
"""Bytes of an envelope, as of an answer that the daemon takes."""


@click.command("decrypt")
@click.option("--key", "key_path", type=click.Path(path_type=Path), required=True, help="The private key's file.")
@passphrase_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the key that opened it.")
@click.argument("file")
def command(
    file: str, key_path: Path, ask: bool, passphrase_env: str | None, passphrase_file: str | None, as_json: bool
) -> None:
    """Print what is in the envelope in FILE, which is the API's answer as it came; - is stdin."""
    secret = passphrase(ask=ask, env=passphrase_env, file=passphrase_file)
    keys = [load(key_path, secret)]
    subject = "stdin" if file == "-" else file
    plaintext, key = _opened(_parsed(_read(file), subject), keys, subject)
    if as_json:
        details = {"plaintext": plaintext, "key": key.fingerprint, "bits": key.bits}
        plaintext = json.dumps(details, ensure_ascii=False)
    click.echo(plaintext.encode())  # as bytes: UTF-8 whatever the locale says


def _opened(value: object, keys: Sequence[PrivateKey], subject: str) -> tuple[str, PrivateKey]:
    """Try each key; where none opens the envelope, say why the last one did not."""
    problem = None
    for key in keys:
        try:
            return open_envelope(value, key), key
        except EnvelopeError as e:
            problem = e
    raise Failure(f"{subject}: {problem}")


def _parsed(content: bytes, subject: str) -> object:
    try:
        value: object = json.loads(content)
    except (ValueError, RecursionError):
        raise Failure(f"{subject} must hold an envelope in JSON, got something else (give the API's answer)") from None
    return value


def _read(file: str) -> bytes:
    try:
        if file == "-":
            content = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with open(file, "rb") as opened:
                content = opened.read(LARGEST + 1)
    except OSError as e:
        raise Failure(f"{file} cannot be read: {e.strerror} (name a file with an envelope)") from e
    if len(content) > LARGEST:
        raise Failure(f"{file} must have at most {LARGEST >> 20} MiB, got more (is it the right file?)")
    return content
