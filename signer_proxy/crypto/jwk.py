"""PTI's key pairs: checked when they are read, and never shown but for their thumbprint.

An RSA key signs as RS512, an Ed25519 key as EdDSA. The key's name is its thumbprint (RFC 7638, SHA-256, Base64url).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Self

from joserfc import jws
from joserfc.errors import BadSignatureError, UnsupportedAlgorithmError
from joserfc.jwk import OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from signer_proxy.crypto.jwk_members import PRIVATE, PUBLIC, members
from signer_proxy.crypto.jwk_reading import from_jwk, from_pem
from signer_proxy.crypto.key_errors import PtiKeyError

type Kind = Literal["ed25519", "rsa-4096"]


class _Registry(JWSRegistry):
    """Allows the two algorithms: RFC 9864 gave EdDSA another name, so joserfc warns of it, but PTI asks for this."""

    def get_alg(self, name: str) -> Any:  # noqa: ANN401  # joserfc does not export the type
        """Return an allowed algorithm, without a warning."""
        if name not in ("RS512", "EdDSA"):
            raise UnsupportedAlgorithmError(f"Algorithm of {name!r} is not allowed")
        return self.algorithms[name]


_REGISTRY: Final = _Registry(strict_check_header=False)


@dataclass(frozen=True, slots=True, repr=False)
class PtiKey:
    """A private key that is whole: what it signs, its public half verifies."""

    jose: RSAKey | OKPKey
    thumbprint: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "thumbprint", self.jose.thumbprint())

    @classmethod
    def new(cls, kind: Kind) -> Self:
        """Make a key; `rsa-4096`, which the vendor's own tool makes, takes some seconds."""
        return cls(OKPKey.generate_key("Ed25519") if kind == "ed25519" else RSAKey.generate_key(4096))

    @classmethod
    def load(cls, data: bytes, passphrase: str | None = None) -> Self:
        """Read a JWK or PEM (PKCS#1, PKCS#8); a passphrase that is not needed is not looked at. Raises PtiKeyError."""
        text = data.strip()
        if not text.startswith(b"{"):
            return cls(from_pem(text, passphrase))
        private, public = from_jwk(members(text))
        key = cls(private)
        try:
            jws.deserialize_compact(key.sign(b"", {}), public, registry=_REGISTRY)
        except BadSignatureError:
            raise PtiKeyError("the JWK's `d` belongs to another key (copy all members from one file)") from None
        return key

    @property
    def is_rsa(self) -> bool:
        """Whether it signs as RS512, which takes milliseconds, and can open a webhook."""
        return isinstance(self.jose, RSAKey)

    def sign(self, payload: bytes, header: Mapping[str, str]) -> str:
        """Return a compact JWS; its header has `alg`, `crv`, `kid` and what is given, sorted as in PTI's sample."""
        own = {"alg": "RS512"} if self.is_rsa else {"alg": "EdDSA", "crv": "Ed25519"}
        protected = dict(sorted({**header, **own, "kid": self.thumbprint}.items()))
        return jws.serialize_compact(protected, payload, self.jose, registry=_REGISTRY)

    def public_jwk(self) -> dict[str, str]:
        """Return what PTI is told at onboarding, `kid` included."""
        return self._jwk(private=False)

    def private_jwk(self) -> dict[str, str]:
        """Return all of the key: SECRET, never log."""
        return self._jwk(private=True)

    def _jwk(self, *, private: bool) -> dict[str, str]:
        found = self.jose.as_dict(private=private)
        names = ("kty", *PUBLIC[self.jose.key_type], *PRIVATE[self.jose.key_type])
        return {**{name: str(found[name]) for name in names if name in found}, "kid": self.thumbprint}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.thumbprint}>"

    def __hash__(self) -> int:
        return hash(self.thumbprint)
