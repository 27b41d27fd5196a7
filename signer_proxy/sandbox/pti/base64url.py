"""Base64url as JOSE writes it (RFC 7515, section 2): without padding, and each value in one way only."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

_ALPHABET: Final = re.compile(r"[A-Za-z0-9_-]*")


def encode(raw: bytes) -> str:
    """Return the text of some bytes."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Return the bytes of a text; raise ValueError if `encode` would not have written it."""
    if not _ALPHABET.fullmatch(text):
        raise ValueError("holds a character that is none of Base64url's")
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(raw) != text:
        raise ValueError("ends in bits that Base64url leaves zero")
    return raw
