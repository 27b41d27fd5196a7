"""How a raw request path may be read: by the letter, and as loosely as any server might."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

type Segments = tuple[str, ...]

# Servers disagree on each of these: some normalise, decode, cut or split there, others take it as it came.
_TWO_WAYS = re.compile(
    r"[^!-~]"  # a space, a control character, bytes beyond ASCII
    r"|[\\;?#]"  # a separator to some
    r"|%(?![0-9A-Fa-f]{2})"  # an escape that is none
    r"|%(?:2[35EFef]|3[BFbf]|5[Cc])"  # an escaped # % . / ; ? or backslash
    r"|/\.{0,2}(?=/|\Z)"  # an empty segment, . or ..
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The segments of a path that every server reads in the same way, up to escapes and letter case."""

    exact: Segments
    """As sent, less the prefix: what permits must match this."""
    folded: tuple[Segments, ...]
    """Unescaped, in folded case, with and without the prefix: what forbids need match only one of them."""


def fold(segment: str) -> str:
    """Return a segment unescaped and in folded case; UnicodeDecodeError where its escapes are not UTF-8."""
    return unquote(segment, errors="strict").casefold()


def read(path: str, prefix: Segments = ()) -> Reading | None:
    """Return the reading of a raw path (the root is the empty text), or None where there is more than one.

    Whether the API strips a prefix in another spelling, or as often as it stands there, is not known: such paths are
    ambiguous.
    """
    if (path and not path.startswith("/")) or _TWO_WAYS.search(path):
        return None
    exact = tuple(path.split("/")[1:])
    try:
        folded = tuple(fold(segment) for segment in exact)
    except UnicodeDecodeError:
        return None
    if not all(segment.isprintable() for segment in folded):
        return None
    length, folded_prefix = len(prefix), tuple(fold(segment) for segment in prefix)
    if not prefix or folded[:length] != folded_prefix:
        return Reading(exact, (folded,))
    if exact[:length] != prefix or folded[length : 2 * length] == folded_prefix:
        return None
    return Reading(exact[length:], (folded, folded[length:]))
