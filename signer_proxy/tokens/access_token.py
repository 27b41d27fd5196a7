"""The access token that goes into `Authorization: JWT …`, and when it ends.

Source: SnapTrade, "Client-side Direct API Usage": tokens are JWTs. `exp` is in epoch seconds, fractions allowed
(RFC 7519, sections 2 and 4.1.4). It is read and not verified: the API verifies, for us it says when to ask again.
"""

import base64
import json
import math
import re
from dataclasses import dataclass, field
from typing import Final

_HEADER_WORD: Final = re.compile(r"[\x21-\x7e]+")
_JWT: Final = re.compile(r"[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Token:
    """A token, and when it ends in epoch seconds; None: it is used until the API refuses it."""

    text: str = field(repr=False)  # SECRET, never log
    expires: float | None


def read_token(plaintext: str) -> Token:
    """Read what an envelope held, less white space at its ends; raises ValueError for what no header can carry."""
    text = plaintext.strip()
    if not text:
        raise ValueError("the token must not be empty")
    if not _HEADER_WORD.fullmatch(text):
        raise ValueError("the token must be one word of ASCII, which a header can carry, got other signs")
    return Token(text, _expiry(text))


def _expiry(text: str) -> float | None:
    """Return a JWT's `exp`; what is no JWT, or holds no number there, tells nothing."""
    match = _JWT.fullmatch(text)
    if not match:
        return None
    try:
        payload = json.loads(base64.urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4)))
        number = payload.get("exp") if isinstance(payload, dict) else None
        expires = float(number) if isinstance(number, int | float) and not isinstance(number, bool) else math.nan
    except (ValueError, OverflowError, RecursionError):
        return None
    return expires if math.isfinite(expires) else None
