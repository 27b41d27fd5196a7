"""A request on its way upstream, and the bounds that it has."""

from collections.abc import Callable
from dataclasses import dataclass, field

from signer_proxy.message import Headers


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
    sent: bool = False

    def head(self) -> bytes:
        """Return the request line and the headers as they are written."""
        lines = [b"%b %b HTTP/1.1" % (self.method.encode("ascii"), self.target)]
        lines += [b"%b: %b" % header for header in self.headers]
        return b"\r\n".join([*lines, b"", b""])


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a call: seconds to connect, seconds between two pieces of the answer, bytes of an answer's body."""

    connect_timeout: float
    answer_timeout: float
    max_answer: int
