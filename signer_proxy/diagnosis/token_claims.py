"""Read what a JWT says, as far as it can be read without the key that signed it."""

import json
import re
from base64 import urlsafe_b64decode
from typing import Final

KNOWN_CLAIMS: Final = frozenset(
    ["exp", "iat", "nbf", "sub", "iss", "aud", "jti", "userId", "user_id", "clientId", "client_id"]
)
"""A token has one of them at least."""


def read_claims(token: str) -> dict[str, object] | None:
    """Return the claims; None for what is no JWT with an algorithm in its header."""
    parts = token.split(".")
    if len(parts) != 3 or not all(re.fullmatch("[A-Za-z0-9_-]+", part) for part in parts):
        return None
    try:
        header, claims = (json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2])
    except (ValueError, RecursionError):
        return None
    is_header = isinstance(header, dict) and isinstance(header.get("alg"), str)
    return claims if isinstance(claims, dict) and is_header else None
