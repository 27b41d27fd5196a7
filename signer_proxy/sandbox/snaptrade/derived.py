"""Derive ids and numbers from a name, so that the same client and user always see the same data."""

import hashlib
import uuid

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "sandbox.invalid")


def derived_id(*names: str) -> str:
    """Return the UUID that `names` always give."""
    return str(uuid.uuid5(_NAMESPACE, "\n".join(names)))


def derived_number(low: int, high: int, *names: str) -> int:
    """Return the number from `low` to `high`, both included, that `names` always give."""
    digest = hashlib.sha256("\n".join(names).encode()).digest()
    return low + int.from_bytes(digest[:8]) % (high - low + 1)
