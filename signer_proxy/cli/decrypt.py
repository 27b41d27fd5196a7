"""`signer-proxy decrypt`: opens an envelope with a private key of this machine."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import click

from signer_proxy.cli.content import read_content
from signer_proxy.cli.failure import Failure
from signer_proxy.cli.private_key import PassphraseSource, load, passphrase_source
from signer_proxy.cli.profile_option import profile_option
from signer_proxy.crypto.envelope import SHARED_KEY, EnvelopeError, open_envelope
from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.settings import configuration
from signer_proxy.settings.whereabouts import find


@click.command("decrypt")
@click.option("--key", "key_path", type=click.Path(path_type=Path), help="A file with the private key.")
@passphrase_source
@profile_option("Take this profile's private key.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="The config whose keys are meant.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the key that opened it.")
@click.argument("file")
def command(
    file: str,
    key_path: Path | None,
    source: PassphraseSource,
    profile: str | None,
    path: Path | None,
    as_json: bool,
) -> None:
    """Print what is in the envelope in FILE, which is the API's answer as it came; - is stdin.

    Without --key and --profile every private RSA key of the config is tried.
    """
    if key_path is None:
        if source.given:
            raise click.UsageError("a passphrase belongs to --key (the config names those of its own keys)")
        keys = _of_config(path, profile)
    elif profile is not None or path is not None:
        raise click.UsageError("take --key, or the keys of the config")
    else:
        keys = [load(key_path, source.passphrase())]
    content, subject = read_content(file, "an envelope")
    plaintext, key = _opened(_parsed(content, subject), keys, subject)
    if as_json:
        details = {"plaintext": plaintext, "key": key.fingerprint, "bits": key.bits}
        plaintext = json.dumps(details, ensure_ascii=False)
    click.echo(plaintext.encode())  # as bytes: UTF-8 whatever the locale says


def _of_config(path: Path | None, profile: str | None) -> list[PrivateKey]:
    """Return the private RSA keys of a config, each once, or that of one profile."""
    found = find(path, os.environ, Path.cwd())
    if found is None:
        raise Failure("no key: no config was found (name a key with --key, or a config with --config)")
    keys = configuration.load(found, os.environ).keys
    if profile is not None and profile not in keys:
        those = ", ".join(sorted(keys)) or "none"
        raise Failure(f"profile {profile!r} must have a private RSA key in {found} (profiles with one: {those})")
    if not keys:
        raise Failure(f"{found} must have a profile with a private RSA key, got none (name a key with --key)")
    named = keys if profile is None else {profile: keys[profile]}
    return list({key.fingerprint: key for key in named.values()}.values())


def _opened(value: object, keys: Sequence[PrivateKey], subject: str) -> tuple[str, PrivateKey]:
    """Try each key; where none opens the envelope, say why."""
    problems = []
    for key in keys:
        try:
            return open_envelope(value, key), key
        except EnvelopeError as e:
            problems.append(e)
    others = [e for e in problems if e.part != SHARED_KEY]  # of the key that fits, or of an envelope that fits none
    if others or len(problems) == 1:
        raise Failure(f"{subject}: {(others or problems)[0]}")
    ways = "use the key whose public half was registered, or ask for a new envelope"
    raise Failure(f"{subject}: {SHARED_KEY} does not open with any of the config's {len(keys)} private keys ({ways})")


def _parsed(content: bytes, subject: str) -> object:
    try:
        value: object = json.loads(content)
    except (ValueError, RecursionError):
        raise Failure(f"{subject} must hold an envelope in JSON, got something else (give the API's answer)") from None
    return value
