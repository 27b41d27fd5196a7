"""Whose signature it should be, and what else may have been taken for the key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Credentials:
    """A client's; no secret of it is ever in a diagnosis."""

    client_id: str
    consumer_key: str = field(repr=False)  # SECRET, never log
    account: str = "commercial"
    user_id: str | None = None
    user_secret: str | None = field(default=None, repr=False)  # SECRET, never log
    other_keys: Mapping[str, str] = field(default=_NONE, repr=False)  # SECRET, never log
    """The consumer keys of others, by what they are called."""
    canonical_json: Literal["ascii", "utf8"] = "ascii"
    """How the right base writes what is not ASCII."""
