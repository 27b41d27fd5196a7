"""Read the file of a private key: where it holds a public one, that is told first, since its mode is right as it is."""

import re
from pathlib import Path
from typing import Final

from signer_proxy.crypto.foreign_key import SSH_TYPES
from signer_proxy.crypto.jwk_members import PRIVATE, members
from signer_proxy.crypto.key_errors import PtiKeyError
from signer_proxy.settings import private_file, regular_file
from signer_proxy.settings.unreadable import UnreadableError

_PEM: Final = re.compile(rb"BEGIN (?:RSA |SSH2 )?PUBLIC KEY")
_LINES: Final = tuple(f"{kind} ".encode() for kind in ("ssh-rsa", *SSH_TYPES))
_PAIRS: Final = ("RSA", "OKP", "EC")  # what has two halves: `oct`, without a `d` as well, is a secret


def read(path: Path) -> bytes:
    """Return the bytes of a file that is closed to others and holds no public key, or UnreadableError."""
    content, state = regular_file.read(path)
    if public := _public(content.strip()):
        raise UnreadableError(f"file {path} must hold a private key, got {public} (name the private key's file)")
    private_file.check(path, state)
    return content


def _public(text: bytes) -> str | None:
    """Return what kind of public key a file holds, None where it holds anything else or a private key, too."""
    if b"PRIVATE KEY" in text:
        return None
    if text.startswith(_LINES):
        return "a public key in OpenSSH's form"
    if _PEM.search(text):
        return "a public key in PEM"
    return "a public JWK, without `d`" if text.startswith(b"{") and _is_public_jwk(text) else None


def _is_public_jwk(text: bytes) -> bool:
    try:
        jwk = members(text)
    except PtiKeyError:
        return False
    return jwk.get("kty") in _PAIRS and jwk.keys().isdisjoint(PRIVATE["RSA"])
