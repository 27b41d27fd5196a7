"""What an API can be asked to do, and how a request finds its operation."""

from dataclasses import dataclass, field
from enum import IntEnum

from signer_proxy.operations.patterns import Patterns, fold_pattern
from signer_proxy.operations.reading import Reading, Segments, read


class Access(IntEnum):
    """What a profile may be used for, each level with all below it."""

    READ = 1
    WRITE = 2
    TRADE = 3


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of an API's description."""

    method: str
    path: str
    """A template: `{name}` is any one segment."""
    access: Access
    takes_user: bool = False
    """Whether it acts for a user who proves it: the description requires both `userId` and `userSecret`."""


@dataclass(frozen=True, slots=True)
class Operations:
    """The operations of an API that answers at the root and, for the same operations, below `prefix`."""

    prefix: str
    table: tuple[Operation, ...]
    prefix_segments: Segments = field(init=False, repr=False, compare=False)
    _exact: Patterns[Operation] = field(init=False, repr=False, compare=False)
    """Finds what lowers the access that is needed, `_folded` what raises it."""
    _folded: Patterns[Operation] = field(init=False, repr=False, compare=False)
    _slashed: frozenset[str] = field(init=False, repr=False, compare=False)
    """The paths whose last slash belongs to them."""

    def __post_init__(self) -> None:
        exact, folded = Patterns[Operation](), Patterns[Operation]()
        for row in self.table:
            segments = row.path.removesuffix("/").split("/")[1:]
            pattern = tuple(None if segment.startswith("{") else segment for segment in segments)
            exact.add(row.method, pattern, row)
            folded.add(row.method, fold_pattern(pattern), row)
        slashed = [row.path for row in self.table if row.path.endswith("/")]
        object.__setattr__(self, "prefix_segments", tuple(self.prefix.split("/")[1:]))
        object.__setattr__(self, "_exact", exact)
        object.__setattr__(self, "_folded", folded)
        object.__setattr__(self, "_slashed", frozenset({"/", *slashed, *(self.prefix + path for path in slashed)}))

    def read(self, path: str) -> Reading | None:
        """Read a raw path without its query; None where it could be read in two ways."""
        return read(path.removesuffix("/") if path in self._slashed else path, self.prefix_segments)

    def find(self, method: str, path: str) -> Operation | None:
        """Return the operation of a request, given the raw path; None for an unknown or ambiguous one."""
        reading = self.read(path)
        return None if reading is None else self._exact.find(method, reading.exact)

    def access(self, method: str, reading: Reading | None) -> Access:
        """Return what a request needs; another spelling of an operation's path can raise that and never lower it."""
        if reading is None:
            return Access.TRADE
        exact = self._exact.find(method, reading.exact)
        unknown = Access.READ if method in ("GET", "HEAD") else Access.TRADE
        similar = [self._folded.find(method, segments) for segments in reading.folded]
        return max([exact.access if exact else unknown, *(row.access for row in similar if row)])
