"""Read a compact JWS (RFC 7515): three parts with dots between them, protected header, payload, signature."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from signer_proxy.sandbox.pti import base64url


@dataclass(frozen=True, slots=True)
class Jws:
    """A JWS that nobody has verified yet; `signed` is what the signature must be over."""

    header: Mapping[str, object]
    payload: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    signed: bytes = field(repr=False)

    @classmethod
    def read(cls, compact: bytes) -> Self:
        """Read a header's value; raise ValueError with what is wrong with it, as the rest of a sentence."""
        parts = compact.decode("latin-1").split(".")
        if len(parts) != 3:
            raise ValueError(f"must have three parts with dots between them; it has {len(parts)}")
        try:
            header, payload, signature = (base64url.decode(part) for part in parts)
        except ValueError as e:
            raise ValueError(f"must have three parts in Base64url without padding; one of them {e}") from e
        return cls(_members(header), payload, signature, compact.rpartition(b".")[0])


def _members(text: bytes) -> Mapping[str, object]:
    try:
        header = json.loads(text.decode("utf-8"), object_pairs_hook=_each_once)
    except (ValueError, RecursionError) as e:
        raise ValueError("must have a protected header in JSON, with each member once") from e
    if not isinstance(header, dict):
        raise ValueError("must have a protected header that is a JSON object")  # noqa: TRY004  # it is what a client sent
    if "crit" in header:
        raise ValueError("must not have `crit` in its protected header: the sandbox knows no extensions")
    return header


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands there twice")
    return members
