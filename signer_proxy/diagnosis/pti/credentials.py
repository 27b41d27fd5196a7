"""Whose JWS it should be: a client id, and the public half of the key."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

_REQUIRED: Final = {"RSA": ("e", "kty", "n"), "OKP": ("crv", "kty", "x")}
_HASHES: Final = {"RS512": SHA512(), "RS256": SHA256(), "RS384": SHA384()}
_PSS: Final = {"PS512": SHA512(), "PS256": SHA256(), "PS384": SHA384()}


@dataclass(frozen=True, slots=True)
class Credentials:
    """A client's; `wrong_kids` are names that the key does not have, by how one comes to them."""

    client_id: str
    public_jwk: Mapping[str, str] = field(repr=False)
    wrong_kids: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def thumbprint(self) -> str:
        """The key's name: RFC 7638, SHA-256, Base64url without padding."""
        return encoded(hashlib.sha256(thumbprint_input(self.public_jwk)).digest())

    @property
    def algorithm(self) -> str:
        """What the key signs with for PTI."""
        return "RS512" if self.public_jwk["kty"] == "RSA" else "EdDSA"

    def algorithm_of(self, signature: bytes, signed: bytes) -> str | None:
        """Return the algorithm with which the key made a signature, None where it did not."""
        if self.public_jwk["kty"] != "RSA":
            key = Ed25519PublicKey.from_public_bytes(decoded(self.public_jwk["x"]))
            return "EdDSA" if _holds(partial(key.verify, signature, signed)) else None
        n, e = (int.from_bytes(decoded(self.public_jwk[name])) for name in "ne")
        rsa = RSAPublicNumbers(e, n).public_key()
        for name, digest in _HASHES.items():
            if _holds(partial(rsa.verify, signature, signed, PKCS1v15(), digest)):
                return name
        for name, digest in _PSS.items():
            padding = PSS(MGF1(digest), PSS.AUTO)
            if _holds(partial(rsa.verify, signature, signed, padding, digest)):
                return name
        return None


def thumbprint_input(jwk: Mapping[str, str]) -> bytes:
    """Return what is hashed to a key's name: its required members alone, sorted."""
    required = {name: jwk[name] for name in _REQUIRED[jwk["kty"]]}
    return json.dumps(required, separators=(",", ":"), sort_keys=True).encode()


def encoded(raw: bytes) -> str:
    """Write Base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """Read Base64 of either alphabet, with padding or without; raises ValueError."""
    plain = text.replace("+", "-").replace("/", "_").rstrip("=")
    return urlsafe_b64decode(plain.encode("ascii") + b"=" * (-len(plain) % 4))


def _holds(verify: Callable[[], None]) -> bool:
    try:
        verify()
    except InvalidSignature:
        return False
    return True


def wrong_kids(private_jwk: Mapping[str, str]) -> dict[str, str]:
    """Return the names that come of hashing all of a private JWK, by how; the hash tells nothing of the key."""
    orders = (dict(sorted(private_jwk.items())), private_jwk)
    found = {}
    for jwk in orders:
        for separators in ((",", ":"), (", ", ": ")):
            digest = hashlib.sha256(json.dumps(jwk, separators=separators).encode()).digest()
            found[encoded(digest)] = "a hash of the private JWK"
    return found
