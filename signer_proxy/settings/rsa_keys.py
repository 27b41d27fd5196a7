"""The RSA keys of every profile, each loaded once, and what is wrong with those that cannot be."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from signer_proxy.rsa_key import PrivateKey, PublicKey, RsaKeyError
from signer_proxy.settings import private_file, regular_file
from signer_proxy.settings.config_problem import Problem
from signer_proxy.settings.credentials import SecretKey
from signer_proxy.settings.draft import Draft
from signer_proxy.settings.unreadable import UnreadableError

_PASSPHRASE: Final = "private_key.passphrase"

type LoadedKeys = Mapping[bytes, PrivateKey]
"""Keys by what they were loaded from: to load one of 4096 bits takes a quarter of a second."""


def read_private_keys(
    files: Iterable[tuple[str, Path]], draft: Draft, secrets: Mapping[SecretKey, SecretStr], known: LoadedKeys
) -> tuple[dict[str, PrivateKey], dict[bytes, PrivateKey], list[Problem]]:
    """Return the private keys by profile and by what they were loaded from, and the problems."""
    keys: dict[str, PrivateKey] = {}
    loaded: dict[bytes, PrivateKey] = {}
    problems: list[Problem] = []
    with_passphrase = {place.profile for place, _ in draft.references() if place.key == _PASSPHRASE}
    for profile, file in files:
        passphrase = secrets.get((profile, _PASSPHRASE))
        try:
            content = private_file.read(file)
            if passphrase is None and profile in with_passphrase:
                continue  # it could not be had, which is told already
            source = _source(content, passphrase)
            if source not in loaded:
                loaded[source] = known.get(source) or _load(content, passphrase)
            keys[profile] = loaded[source]
        except UnreadableError as e:
            problems.append(Problem(("profiles", profile, "private_key"), str(e)))
        except RsaKeyError as e:
            problems.append(Problem(("profiles", profile, "private_key"), f"file {file}: {e}"))
    return keys, loaded, problems


def read_public_keys(files: Iterable[tuple[str, Path]]) -> tuple[dict[str, PublicKey], list[Problem]]:
    """Return the public keys by profile, and the problems; everybody may read their files."""
    keys: dict[str, PublicKey] = {}
    problems: list[Problem] = []
    for profile, file in files:
        try:
            content, _ = regular_file.read(file)
            # A byte that is no ASCII can stand in the comment alone, which does not matter.
            keys[profile] = PublicKey.load(content.decode("utf-8", "replace").strip())
        except UnreadableError as e:
            problems.append(Problem(("profiles", profile, "rsa_public_key"), str(e)))
        except RsaKeyError as e:
            problems.append(Problem(("profiles", profile, "rsa_public_key"), f"file {file}: {e}"))
    return keys, problems


def _source(content: bytes, passphrase: SecretStr | None) -> bytes:
    """Return what differs as soon as a file or its passphrase does, and tells neither."""
    text = b"" if passphrase is None else b"\0" + passphrase.get_secret_value().encode()
    return hashlib.sha256(hashlib.sha256(content).digest() + text).digest()


def _load(content: bytes, passphrase: SecretStr | None) -> PrivateKey:
    return PrivateKey.load(content, None if passphrase is None else passphrase.get_secret_value())
