"""Write and read the JWTs of the sandbox: RFC 7519, signed with HS256 (RFC 7515) by a key that only it has.

Nobody else reads more of them than `exp`, and the sandbox reads none that it has not written: the signature covers the
header, and there is one header.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any


def write_jwt(claims: Mapping[str, object], key: bytes) -> str:
    """Return a token that says `claims`."""
    signed = f"{_HEADER}.{_encode(json.dumps(claims).encode())}"
    return f"{signed}.{_signature(signed, key)}"


def read_jwt(token: str, key: bytes) -> dict[str, Any]:
    """Return what a token says; raise ValueError if it was not written with `key`, or is not as it was written."""
    signed, _, signature = token.rpartition(".")
    if not hmac.compare_digest(_signature(signed, key).encode(), signature.encode(errors="replace")):
        raise ValueError("the signature of the token is not the sandbox's")
    payload = signed.partition(".")[2]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _signature(signed: str, key: bytes) -> str:
    return _encode(hmac.digest(key, signed.encode(errors="replace"), hashlib.sha256))


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


_HEADER = _encode(b'{"alg":"HS256","typ":"JWT"}')
