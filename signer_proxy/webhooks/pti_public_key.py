"""The key that PTI signs its webhooks with, as its documents publish it for staging and production."""

from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from joserfc.jwk import RSAKey

from signer_proxy.crypto.jwk_members import LARGEST, members
from signer_proxy.crypto.jwk_reading import SMALLEST_RSA, public_half
from signer_proxy.crypto.key_errors import PtiKeyError


@dataclass(frozen=True, slots=True, repr=False)
class PtiPublicKey:
    """An RSA key, from our own files: no key that a webhook names or brings along is ever used."""

    jose: RSAKey

    @classmethod
    def load(cls, data: bytes) -> Self:
        """Read a JWK or PEM; raises PtiKeyError."""
        text = data.strip()
        if text.startswith(b"{"):
            jwk = members(text)
            if "d" in jwk:
                raise PtiKeyError("PTI's public key is needed, got a private JWK (name the file with PTI's key)")
            key = public_half(jwk)
        else:
            key = _from_pem(text)
        if not isinstance(key, RSAKey):
            raise PtiKeyError("PTI's public key must be RSA, got an Ed25519 key (take it from PTI's documents)")
        return cls(key)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.jose.thumbprint()}>"

    def __hash__(self) -> int:
        return hash(self.jose.thumbprint())


def _from_pem(text: bytes) -> RSAKey:
    if len(text) > LARGEST or b"PUBLIC KEY-----" not in text:
        raise PtiKeyError("PTI's public key must be a JWK or PEM, got neither (take it from PTI's documents)")
    try:
        key = load_pem_public_key(text)
    except (ValueError, UnsupportedAlgorithm):
        raise PtiKeyError("PTI's public key is damaged (copy all of it, from BEGIN to END)") from None
    if not isinstance(key, RSAPublicKey) or key.key_size < SMALLEST_RSA:
        raise PtiKeyError(f"PTI's public key must be RSA of at least {SMALLEST_RSA} bits, got another kind or size")
    return RSAKey.import_key(key)
