"""A request on its way upstream, and the bounds that it has."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from signer_proxy.errors import InternalError
from signer_proxy.message import Headers

_FIRST: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ [!-~]+ HTTP/1\.1")
_HEADER: Final = re.compile(rb"[!-9;-~]+: [^\r\n\0]*")


@dataclass(slots=True)
class Outgoing:
    """One request on its way; `origin` is scheme, host and port, `sent` whether its first byte has been written."""

    origin: str
    method: str
    target: bytes = field(repr=False)
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)
    is_wanted: Callable[[], bool] = field(repr=False)
    """Asked before the first byte: whether the client is still there."""
    leave: Callable[[], None] = field(default=lambda: None, repr=False)
    """Called when all is ready for the first byte; what it raises keeps the request here."""
    sent: bool = False

    def head(self) -> bytes:
        """Return the request line and the headers as they are written.

        Raises InternalError where they would be read as anything else, such as two requests: whoever made them should
        have seen to it, and nobody stands behind this to do so.
        """
        first = b"%b %b HTTP/1.1" % (self.method.encode("ascii", "replace"), self.target)
        lines = [b"%b: %b" % header for header in self.headers]
        if not _FIRST.fullmatch(first) or not all(map(_HEADER.fullmatch, lines)):
            raise InternalError(
                "a request must be one line and headers of one line each, got blanks or line ends in them "
                "(nothing was sent)"
            )
        return b"\r\n".join([first, *lines, b"", b""])


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a call: seconds to connect, seconds between two pieces of the answer, bytes of an answer's body."""

    connect_timeout: float
    answer_timeout: float
    max_answer: int
