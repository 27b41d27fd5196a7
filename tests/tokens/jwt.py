"""Tokens as the API makes them."""

import base64
import json
from itertools import count

_serial = count(1)


def jwt(expires: object = None, **claims: object) -> str:
    """Return a new JWT, with an `exp` where there is one."""
    payload = {"jti": next(_serial), **claims} | ({} if expires is None else {"exp": expires})
    return ".".join([part({"alg": "HS256", "typ": "JWT"}), part(payload), "c2lnbmF0dXJl"])


def part(value: object) -> str:
    """Return a JWT's part: Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
