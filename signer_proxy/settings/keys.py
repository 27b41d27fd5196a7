"""The keys of every profile, each loaded once, and what is wrong with those that cannot be."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import SecretStr

from signer_proxy.crypto.key_errors import PtiKeyError, RsaKeyError
from signer_proxy.settings import key_file, regular_file
from signer_proxy.settings.config_problem import Problem
from signer_proxy.settings.credentials import SecretKey
from signer_proxy.settings.draft import Draft
from signer_proxy.settings.unreadable import UnreadableError

if TYPE_CHECKING:  # what reads keys takes longer to load than a command that needs none
    from signer_proxy.crypto.jwk import PtiKey
    from signer_proxy.crypto.rsa_key import PrivateKey, PublicKey

_PASSPHRASE: Final = "private_key.passphrase"

type LoadedKeys[K] = Mapping[bytes, K]
"""Keys by what they were loaded from: to load one of 4096 bits takes a quarter of a second."""

type Load[K] = Callable[[bytes, str | None], K]
"""Makes a key of a file's content and a passphrase; raises RsaKeyError or PtiKeyError."""


def load_rsa(content: bytes, passphrase: str | None) -> "PrivateKey":
    """Load a key that opens envelopes. Raises RsaKeyError."""
    from signer_proxy.crypto.rsa_key import PrivateKey

    return PrivateKey.load(content, passphrase)


def load_pti(content: bytes, passphrase: str | None) -> "PtiKey":
    """Load a key that signs for PTI. Raises PtiKeyError."""
    from signer_proxy.crypto.jwk import PtiKey

    return PtiKey.load(content, passphrase)


def read_private_keys[K](
    files: Iterable[tuple[str, Path]],
    draft: Draft,
    secrets: Mapping[SecretKey, SecretStr],
    load: Load[K],
    known: LoadedKeys[K],
) -> tuple[dict[str, K], dict[bytes, K], list[Problem]]:
    """Return private keys of one kind by profile and by what they were loaded from, and the problems."""
    keys: dict[str, K] = {}
    loaded: dict[bytes, K] = {}
    problems: list[Problem] = []
    with_passphrase = {place.profile for place, _ in draft.references() if place.key == _PASSPHRASE}
    for profile, file in files:
        passphrase = secrets.get((profile, _PASSPHRASE))
        try:
            content = key_file.read(file)
            if passphrase is None and profile in with_passphrase:
                continue  # it could not be had, which is told already
            source = _source(content, passphrase)
            if source not in loaded:
                text = None if passphrase is None else passphrase.get_secret_value()
                loaded[source] = known[source] if source in known else load(content, text)
            keys[profile] = loaded[source]
        except UnreadableError as e:
            problems.append(Problem(("profiles", profile, "private_key"), str(e)))
        except (RsaKeyError, PtiKeyError) as e:
            problems.append(Problem(("profiles", profile, "private_key"), f"file {file}: {e}"))
    return keys, loaded, problems


def read_public_keys(files: Iterable[tuple[str, Path]]) -> tuple[dict[str, "PublicKey"], list[Problem]]:
    """Return the public keys by profile, and the problems; everybody may read their files."""
    keys: dict[str, PublicKey] = {}
    problems: list[Problem] = []
    for profile, file in files:
        try:
            content, _ = regular_file.read(file)
            # A byte that is no ASCII can stand in the comment alone, which does not matter.
            keys[profile] = _public_key(content.decode("utf-8", "replace").strip())
        except UnreadableError as e:
            problems.append(Problem(("profiles", profile, "rsa_public_key"), str(e)))
        except RsaKeyError as e:
            problems.append(Problem(("profiles", profile, "rsa_public_key"), f"file {file}: {e}"))
    return keys, problems


def _public_key(line: str) -> "PublicKey":
    from signer_proxy.crypto.rsa_key import PublicKey

    return PublicKey.load(line)


def _source(content: bytes, passphrase: SecretStr | None) -> bytes:
    """Return what differs as soon as a file or its passphrase does, and tells neither."""
    text = b"" if passphrase is None else b"\0" + passphrase.get_secret_value().encode()
    return hashlib.sha256(hashlib.sha256(content).digest() + text).digest()
