"""A JWT of the sandbox is one that others can read, and that nobody else can write."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable

import pytest

from signer_proxy.sandbox.jwt import read_jwt, write_jwt

KEY = b"k" * 32
CLAIMS = {"sub": "zoë", "exp": 1_700_000_300}
TOKEN = write_jwt(CLAIMS, KEY)
HEADER, PAYLOAD, SIGNATURE = TOKEN.split(".")


def encoded(content: object) -> str:
    """Return a part of a JWT."""
    return urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def signed(header: object, key: bytes) -> str:
    """Return the token's claims under another header, signed with HS256."""
    text = f"{encoded(header)}.{PAYLOAD}"
    digest = hmac.digest(key, text.encode(), hashlib.sha256)
    return f"{text}.{urlsafe_b64encode(digest).decode().rstrip('=')}"


def test_token_is_a_jwt_as_the_standard_has_it() -> None:
    """Three parts of Base64 without padding: an HS256 header, the claims, and the HMAC of both."""
    header, claims = (json.loads(urlsafe_b64decode(part + "==")) for part in (HEADER, PAYLOAD))
    assert (header, claims) == ({"alg": "HS256", "typ": "JWT"}, CLAIMS)
    digest = hmac.digest(KEY, f"{HEADER}.{PAYLOAD}".encode(), hashlib.sha256)
    assert urlsafe_b64decode(SIGNATURE + "=") == digest
    assert "=" not in TOKEN


def test_token_is_read_with_its_key() -> None:
    """What was written is read."""
    assert read_jwt(TOKEN, KEY) == CLAIMS


CHANGES: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "no token": lambda: "abc",
    "cut": lambda: TOKEN[:-1],
    "signature gone": lambda: f"{HEADER}.{PAYLOAD}.",
    "signature and its dot gone": lambda: f"{HEADER}.{PAYLOAD}",
    "another's signature": lambda: signed({"alg": "HS256", "typ": "JWT"}, b"other"),
    "claims changed": lambda: f"{HEADER}.{encoded({**CLAIMS, 'sub': 'eve'})}.{SIGNATURE}",
    "no algorithm": lambda: f"{encoded({'alg': 'none'})}.{PAYLOAD}.",
    "padded": lambda: f"{TOKEN}=",
    # 32 bytes are 43 characters and two bits: the last character can be written in four ways, of which one is right.
    "last bits changed": lambda: TOKEN[:-1] + chr(ord(TOKEN[-1]) + 1),
    "no ASCII": lambda: f"{TOKEN}é\ud800",
}


@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in CHANGES.items()])
def test_any_other_token_is_refused(change: Callable[[], str]) -> None:
    """A token counts as it was written, character by character."""
    with pytest.raises(ValueError, match="not the sandbox's"):
        read_jwt(change(), KEY)
