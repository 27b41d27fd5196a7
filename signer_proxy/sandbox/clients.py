"""Who the sandbox knows: API keys, as a vendor's dashboard would hand them out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

_NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Client:
    """An API key; a `personal` one has exactly one user, which its requests must not name."""

    client_id: str
    consumer_key: str = field(repr=False)  # SECRET, never log or answer
    account: Literal["commercial", "personal"] = "commercial"
    users: Mapping[str, str] = field(default=_NOBODY, repr=False, hash=False)
    """Of a commercial client: the userSecret of each user that is registered from the start."""

    def __post_init__(self) -> None:
        """Raise ValueError for a personal client with users."""
        if self.account == "personal" and self.users:
            raise ValueError(f"sandbox client {self.client_id!r}: a personal client has one user and names none")
