"""The golden vectors and the official Python SDK's own signing function, for the tests that compare with them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snaptrade_client.request_after_hook import compute_request_signature

FILE = Path(__file__).with_name("snaptrade_signature.json")


@dataclass(frozen=True, slots=True)
class Vector:
    """A request, and the signatures that the official SDKs compute for it."""

    id: str
    consumer_key: str
    path: str
    """All of the path that is signed, with `/api/v1` where the request is sent there."""
    query: str
    """The raw query, complete with `clientId` and `timestamp`."""
    body: str | None
    """JSON text as a client would send it; None for no body."""
    python: str
    typescript: str


def document() -> dict[str, Any]:
    """Read the whole file of vectors: `about`, `source` and `cases`."""
    content: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return content


def vectors() -> list[Vector]:
    """Return every golden vector, in the order of the file."""
    return [Vector(**case) for case in document()["cases"]]


def sdk_signature(path: str, query: str, body: object, consumer_key: str) -> str:
    """Sign with the Python SDK's own function.

    `body` is parsed JSON, None for no body. Raises ValueError for a second `?` in path or query: the SDK cannot
    sign such a target.
    """
    signature: str = compute_request_signature(path=f"{path}?{query}", consumer_key=consumer_key, body=body)
    return signature
