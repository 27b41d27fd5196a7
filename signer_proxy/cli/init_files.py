"""The files that `init` makes: all of them, or none."""

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click

from signer_proxy.cli.new_file import check_place, write_new
from signer_proxy.cli.secret_place import CONSUMER_KEY_FILE
from signer_proxy.crypto.jwk import PtiKey
from signer_proxy.crypto.rsa_key import PrivateKey

_ENDING: Final = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written: the config, a new private key by its file's name, a consumer key that was typed."""

    config: Path
    text: str
    private_key: str | None
    consumer_key: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    content: bytes = field(repr=False)
    what: str
    mode: int = 0o600


def write_all(plan: Plan) -> str:
    """Write everything; return the public half of a new key, or nothing.

    Raises Failure, or Abort where a signal came, with nothing left behind.
    """
    files, public = _key_files(plan)
    if plan.consumer_key is not None:
        files.append(_File(plan.config.parent / CONSUMER_KEY_FILE, f"{plan.consumer_key}\n".encode(), "a key"))
    files.append(_File(plan.config, plan.text.encode(), "a config"))
    for file in files:
        check_place(file.path, file.what)
    with _uninterrupted(), ExitStack() as made:
        for file in files:
            write_new(file.path, file.content, file.mode, file.what)
            made.callback(file.path.unlink)
        if signal.sigpending() & _ENDING:
            raise click.Abort  # what was made goes, and the signal does its work
        made.pop_all()
    return public


def _key_files(plan: Plan) -> tuple[list[_File], str]:
    if plan.private_key is None:
        return [], ""
    path = plan.config.parent / plan.private_key
    click.echo(f"init: making the key {path} ...", err=True)
    if path.suffix == ".pem":
        key = PrivateKey.new()
        return [_File(path, key.pem(), "a key")], key.public.line()
    pti_key = PtiKey.new("rsa-4096")  # as the vendor's own tool does, and it opens webhooks, too
    private, public = (json.dumps(jwk, indent=2) for jwk in (pti_key.private_jwk(), pti_key.public_jwk()))
    beside = _File(path.with_suffix(".public.jwk"), f"{public}\n".encode(), "a key", 0o644)
    return [_File(path, f"{private}\n".encode(), "a key"), beside], public


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold back what ends a command for the moment in which files are written."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
