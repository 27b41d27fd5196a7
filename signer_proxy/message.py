"""An HTTP request and its answer as frozen values: the raw bytes, nothing decoded, nothing normalised."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

type Header = tuple[bytes, bytes]
type Headers = tuple[Header, ...]

SENDABLE_TARGET: Final = re.compile(rb"[\x21\x22\x24-\x7e]+")
"""What a request line can carry and everyone reads in the same way: no `#`, no white space, ASCII alone."""


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A CONNECT whose far end is here: what it asked for, and the name that TLS inside it asked for."""

    authority: bytes
    is_tls: bool
    sni: str | None


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the client sent it; only its method is shown in a repr, since queries and headers carry secrets."""

    method: str
    target: bytes = field(repr=False)
    """Origin-form: the path and, behind the first `?`, the query, as raw bytes."""
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    authority: bytes = field(default=b"", repr=False)
    """Of an absolute-form target (RFC 9112, section 3.2.2); empty for the usual origin-form."""
    scheme: str = "http"
    """Of an absolute-form target, or of the tunnel."""
    tunnel: Tunnel | None = None
    """Through which the request came on the forward port; None for most."""
    port: int = 0
    """The port of ours that took the request."""
    client: str = ""
    """The address that it came from, as in 127.0.0.1:50312; empty for a call of our own."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; `reason` is the phrase behind an HTTP/1 status."""

    status: int
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    reason: bytes = b""


def values(headers: Iterable[Header], name: bytes) -> list[bytes]:
    """Return the values of every header called `name` (given in lower case), in order."""
    return [value for key, value in headers if key.lower() == name]


def without(headers: Iterable[Header], *names: bytes) -> Headers:
    """Return `headers` less those called one of `names` (given in lower case)."""
    return tuple((key, value) for key, value in headers if key.lower() not in names)


def split_target(target: bytes) -> tuple[bytes, bytes | None]:
    """Split a target at its first `?` into the path and the raw query, which is None where there is no `?`."""
    path, mark, query = target.partition(b"?")
    return path, query if mark else None
