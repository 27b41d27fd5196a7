"""Who PTI knows: client ids, each with the public keys that were handed in at onboarding."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from signer_proxy.sandbox.pti.registered_key import RegisteredKey


@dataclass(frozen=True, slots=True)
class PtiClient:
    """A client id and its public JWKs."""

    client_id: str
    public_jwks: tuple[dict[str, Any], ...] = field(hash=False)
    keys: Mapping[str, RegisteredKey] = field(init=False, repr=False, compare=False)
    """By `kid`."""

    def __post_init__(self) -> None:
        """Raise ValueError for a key that cannot be registered."""
        if not (self.client_id.isascii() and self.client_id.isprintable() and self.client_id.strip()):
            raise ValueError(f"sandbox PTI client {self.client_id!r}: the id must be ASCII that a header can carry")
        try:
            keys = [RegisteredKey.read(jwk) for jwk in self.public_jwks]
        except ValueError as e:
            raise ValueError(f"sandbox PTI client {self.client_id!r}: {e}") from e
        object.__setattr__(self, "keys", {key.kid: key for key in keys})
