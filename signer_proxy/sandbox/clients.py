"""Who the sandbox knows: API keys, as a vendor's dashboard would hand them out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from signer_proxy.crypto.rsa_key import PublicKey

_NOBODY: Mapping[str, str] = MappingProxyType({})
_NO_KEYS: Mapping[str, PublicKey] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Client:
    """An API key; a `personal` one has exactly one user, which its requests must not name."""

    client_id: str
    consumer_key: str = field(repr=False)  # SECRET, never log or answer
    account: Literal["commercial", "personal"] = "commercial"
    users: Mapping[str, str] = field(default=_NOBODY, repr=False, hash=False)
    """Of a commercial client: the userSecret of each user that is registered from the start."""
    public_keys: Mapping[str, PublicKey] = field(default=_NO_KEYS, repr=False, hash=False)
    """What such users, where they are there, registered as their `rsaPublicKey`."""

    def __post_init__(self) -> None:
        """Raise ValueError for a personal client with users, and for the key of a user who is not there."""
        if self.account == "personal" and self.users:
            raise ValueError(f"sandbox client {self.client_id!r}: a personal client has one user and names none")
        if strangers := sorted(set(self.public_keys) - set(self.users)):
            raise ValueError(f"sandbox client {self.client_id!r}: a public key without a user: {', '.join(strangers)}")
