"""A signed request as it is told to us, by a command line, a file, or the wire."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Received:
    """A request with the raw bytes that it had."""

    method: str
    target: bytes = field(repr=False)
    """The path and, behind the first `?`, the query."""
    headers: tuple[tuple[bytes, bytes], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    origin: str = ""
    """Scheme, host and port, as far as they are known."""

    @property
    def path(self) -> bytes:
        """What stands before the first `?`."""
        return self.target.partition(b"?")[0]

    @property
    def query(self) -> bytes:
        """What stands behind the first `?`."""
        return self.target.partition(b"?")[2]

    def values(self, name: bytes) -> list[bytes]:
        """Return the values of every header called `name` (given in lower case)."""
        return [value for key, value in self.headers if key.lower() == name]
