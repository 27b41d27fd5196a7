"""The members of a JWK (RFC 7517), before anybody asks whether they make a key."""

import json
from typing import Final

from signer_proxy.crypto.key_errors import PtiKeyError

LARGEST: Final = 1 << 16
"""Bytes of a file that may be a key; one of 16,384 bits takes 13,000."""

PUBLIC: Final = {"RSA": ("n", "e"), "OKP": ("crv", "x")}
PRIVATE: Final = {"RSA": ("d", "p", "q", "dp", "dq", "qi"), "OKP": ("d",)}
"""The members of a JWK (RFC 7518, section 6.3; RFC 8037, section 2)."""


def members(text: bytes) -> dict[str, object]:
    """Return the members of a JWK in text that begins with `{`; raises PtiKeyError."""
    if len(text) > LARGEST:
        raise PtiKeyError(f"a key must have at most {LARGEST:,} bytes, got {len(text):,} (is it the right file?)")
    try:
        found: dict[str, object] = json.loads(text)
    except (ValueError, RecursionError):
        raise PtiKeyError("the key begins as a JWK and is no JSON (copy all of it)") from None
    if "keys" in found:
        raise PtiKeyError('a single JWK is needed, got a JWK set (keep one of its "keys")')
    return found
