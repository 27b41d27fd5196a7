"""A public key as PTI is told it at onboarding: a JWK, its name, and the one algorithm that it may verify.

The name, `kid`, is the thumbprint of RFC 7638 (SHA-256, Base64url), whatever the JWK itself says. An RSA key verifies
RS512 (RSASSA-PKCS1-v1_5 with SHA-512), an Ed25519 key EdDSA (RFC 8037): what a signature's own header says of its
algorithm chooses nothing.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA512

from signer_proxy.sandbox.pti import base64url

SMALLEST_RSA: Final = 2048
"""In bits."""


@dataclass(frozen=True, slots=True)
class RegisteredKey:
    """A client's public key."""

    kid: str
    header: Mapping[str, str] = field(hash=False)
    """What the protected header of its signatures must say of the algorithm."""
    _key: RSAPublicKey | Ed25519PublicKey = field(repr=False)

    @classmethod
    def read(cls, jwk: Mapping[str, object]) -> Self:
        """Read a JWK; raise ValueError if it is not that of a public RSA or Ed25519 key."""
        if "d" in jwk or "k" in jwk:
            raise ValueError("the JWK must be public, got a secret one (register the public half)")
        kty = jwk.get("kty")
        if kty == "RSA":
            n, e = _number(jwk, "n"), _number(jwk, "e")
            if n.bit_length() < SMALLEST_RSA:
                raise ValueError(f"an RSA key must have at least {SMALLEST_RSA} bits, got {n.bit_length()}")
            return cls(_thumbprint(jwk, "e", "kty", "n"), {"alg": "RS512"}, RSAPublicNumbers(e, n).public_key())
        if kty == "OKP" and jwk.get("crv") == "Ed25519":
            key = Ed25519PublicKey.from_public_bytes(_bytes(jwk, "x"))
            # As in the guide's sample, whose header has the curve beside the algorithm.
            return cls(_thumbprint(jwk, "crv", "kty", "x"), {"alg": "EdDSA", "crv": "Ed25519"}, key)
        raise ValueError("the JWK must be of an RSA or an Ed25519 key")

    def verifies(self, signature: bytes, signed: bytes) -> bool:
        """Tell whether the key's owner made a signature over some bytes."""
        try:
            if isinstance(self._key, RSAPublicKey):
                self._key.verify(signature, signed, PKCS1v15(), SHA512())
            else:
                self._key.verify(signature, signed)
        except InvalidSignature:
            return False
        return True


def _thumbprint(jwk: Mapping[str, object], *members: str) -> str:
    text = json.dumps({name: jwk[name] for name in members}, separators=(",", ":"), sort_keys=True)
    return base64url.encode(hashlib.sha256(text.encode()).digest())


def _bytes(jwk: Mapping[str, object], name: str) -> bytes:
    value = jwk.get(name)
    if not isinstance(value, str):
        raise ValueError(f"the JWK must have the text {name}")  # noqa: TRY004  # it is a value of a file
    try:
        return base64url.decode(value)
    except ValueError as e:
        raise ValueError(f"the JWK's {name} {e}") from e


def _number(jwk: Mapping[str, object], name: str) -> int:
    raw = _bytes(jwk, name)
    if raw[:1] in (b"", b"\0"):  # RFC 7518, section 2: the fewest bytes; else one key would have several thumbprints
        raise ValueError(f"the JWK's {name} must be a number without leading zeros")
    return int.from_bytes(raw)
