"""`signer-proxy verify`: checks a webhook as the API sent it, and prints the event that it brings."""

import json
import os
import time
from pathlib import Path
from typing import Final

import click

from signer_proxy.canonical_json import Json
from signer_proxy.cli import pti_key
from signer_proxy.cli.content import read_content
from signer_proxy.cli.failure import Failure
from signer_proxy.cli.header_option import read_headers
from signer_proxy.cli.private_key import PassphraseSource, passphrase_source
from signer_proxy.cli.profile_option import profile_option
from signer_proxy.crypto.key_errors import PtiKeyError
from signer_proxy.message import Header
from signer_proxy.settings import regular_file
from signer_proxy.settings.configuration import Configuration, load
from signer_proxy.settings.schema import SnapTradeSignature
from signer_proxy.settings.suggestion import suggestion
from signer_proxy.settings.unreadable import UnreadableError
from signer_proxy.settings.whereabouts import find
from signer_proxy.webhooks import PtiPublicKey, WebhookError, open_pti, verify_snaptrade
from signer_proxy.webhooks.snaptrade import MAX_AGE

_PATH: Final = click.Path(path_type=Path)
_REDACTED: Final = "***"


@click.group("verify")
def command() -> None:
    """Check a webhook, and print the event that it brings."""


@command.command("snaptrade")
@profile_option("Whose consumer key signed; may be left out where the config has one such profile.")
@click.option("--config", "path", type=_PATH, help="The config file.")
@click.option("--header", "headers", multiple=True, callback=read_headers, help="'Name: value'; Signature is needed.")
@click.option("--max-age", type=click.IntRange(0), default=int(MAX_AGE), show_default=True, help="In seconds.")
@click.argument("file")
def _snaptrade(file: str, profile: str | None, path: Path | None, headers: tuple[Header, ...], max_age: int) -> None:
    """Check the webhook of SnapTrade in FILE, which is the body as it came; - is stdin."""
    configuration = load(find(path, os.environ, Path.cwd()), os.environ)
    name, settings = _signing(configuration, profile)
    consumer_key = configuration.secrets[name, "consumer_key"]
    body, subject = read_content(file, "a webhook's body")
    try:
        event = verify_snaptrade(headers, body, consumer_key, time.time(), max_age, settings.canonical_json)
    except WebhookError as e:
        raise Failure(f"{subject}: {e}") from e
    _redact(event)
    # A lone surrogate has no UTF-8 form; its escape is the one that JSON has, too.
    click.echo(json.dumps(event, ensure_ascii=False).encode(errors="backslashreplace"))


@command.command("pti")
@click.option("--key", "key_path", type=_PATH, required=True, help="Our private RSA key: JWK or PEM.")
@passphrase_source
@click.option("--public-key", "public_path", type=_PATH, required=True, help="PTI's public key: JWK or PEM.")
@click.argument("file")
def _pti(
    file: str,
    key_path: Path,
    public_path: Path,
    source: PassphraseSource,
) -> None:
    """Open and check the webhook of PTI in FILE, which is the body as it came; - is stdin."""
    key = pti_key.load(key_path, source.passphrase())
    public_key = _public_key(public_path)
    body, subject = read_content(file, "a webhook's body")
    try:
        event = open_pti(body, key, public_key)
    except WebhookError as e:
        raise Failure(f"{subject}: {e}") from e
    click.echo(event)  # to the byte as it was signed; PTI's events hold no secret of ours


def _signing(configuration: Configuration, name: str | None) -> tuple[str, SnapTradeSignature]:
    """Return the profile with the consumer key."""
    found = {
        each: profile
        for each, profile in configuration.settings.profiles.items()
        if isinstance(profile, SnapTradeSignature)
    }
    if name is None and len(found) != 1:
        raise Failure(
            f"--profile must name a profile of the scheme snaptrade-signature, got none "
            f"(the config has {', '.join(found) or 'none of them'})"
        )
    name = next(iter(found)) if name is None else name
    if name not in found:
        raise Failure(
            f"--profile must name a profile of the scheme snaptrade-signature, got {name!r} ({suggestion(name, found)})"
        )
    return name, found[name]


def _public_key(path: Path) -> PtiPublicKey:
    try:
        return PtiPublicKey.load(regular_file.read(path)[0])
    except UnreadableError as e:
        raise Failure(str(e)) from e
    except PtiKeyError as e:
        raise Failure(f"{path}: {e}") from e


def _redact(event: dict[str, Json]) -> None:
    """Hide the secret that SnapTrade puts into its events, wherever in them it stands."""
    pending: list[Json] = [event]
    while pending:
        match pending.pop():
            case dict() as table:
                if "webhookSecret" in table:
                    table["webhookSecret"] = _REDACTED
                pending += table.values()
            case list() as items:
                pending += items
            case _:
                pass
