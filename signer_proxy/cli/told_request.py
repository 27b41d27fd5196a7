"""A request that somebody tells us of: where it went, with what, and when, as far as they say."""

import os
import re
from dataclasses import dataclass

from signer_proxy.cli.failure import Failure
from signer_proxy.diagnosis.received import Received

_URL = re.compile(r"(https?://[^/?#\s]*)?([/?][^\s]*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ToldRequest:
    """A request; `time` is when it was sent, in Unix seconds, where that is known."""

    received: Received
    time: float | None = None


def told(
    method: str,
    url: str,
    headers: tuple[tuple[bytes, bytes], ...],
    body: bytes,
    subject: str,
    *,
    time: float | None = None,
) -> ToldRequest:
    """Return a request for a URL, or for a path. Raises Failure."""
    parts = _URL.fullmatch(url.strip())
    if parts is None and "://" not in url and "." in url.partition("/")[0]:
        parts = _URL.fullmatch(f"http://{url.strip()}")  # as curl reads it
    if parts is None or not url.strip():
        raise Failure(f"{subject}: the URL must be https://… or a path such as /accounts, got other text")
    target = (parts[2] or "/").partition("#")[0]
    target = target if target.startswith("/") else f"/{target}"
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}", method):
        raise Failure(f"{subject}: the method must be a word such as POST, got other text")
    origin = (parts[1] or "").lower()
    return ToldRequest(Received(method, os.fsencode(target), headers, body, origin), time)
