"""A timestamp that was signed differently from the one that was sent: another second, or another unit."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.snaptrade.part import Part, Value
from signer_proxy.diagnosis.variant import Variant, common, wrong

_SENT = re.compile(rb"(?<![^&])timestamp=([0-9]{1,17})(\.[0-9]*)?(?![^&])")
_MILLISECONDS = Mistake(
    "timestamp-milliseconds-signed",
    "The timestamp was signed in milliseconds and sent in seconds; use the same whole seconds in both.",
    "timestamp",
)
_SECONDS = Mistake(
    "timestamp-milliseconds-sent",
    "The timestamp was signed in seconds and sent in milliseconds; use the same whole seconds in both.",
    "timestamp",
)
_OTHER = Mistake(
    "timestamp-differs",
    "Another timestamp was signed than sent: the clock was read twice; read it once and use that in both.",
    "timestamp",
)
_ZONE = Mistake(
    "timestamp-time-zone",
    "The timestamp was signed in local time and sent in UTC, or the other way round; Unix seconds know no time zone.",
    "timestamp",
)
NEAR = 5
FAR = 300
"""In seconds."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Another timestamp in the place of the one that was sent, in a base or a query."""

    sent: bytes
    signed: bytes
    mistake: Mistake

    def of(self, base: bytes) -> bytes:
        """Return a base with it."""
        return base.replace(self.sent, self.signed)


def near_timestamps(query: bytes) -> tuple[Variant[Part], ...]:
    """Return the query with timestamps some seconds off, and with those that no fraction of a second is lost in."""
    return tuple(
        (common if moved.mistake is _MILLISECONDS else wrong)(Value(moved.of(query).decode("latin-1")), moved.mistake)
        for moved in _moved(query, _near)
    )


def far_timestamps(query: bytes) -> tuple[Moved, ...]:
    """Return timestamps in milliseconds, minutes off, or of another time zone."""
    return tuple(_moved(query, _far))


def _near(seconds: int) -> Iterator[tuple[str, Mistake]]:
    for off in range(1, NEAR + 1):
        yield str(seconds - off), _OTHER
        yield str(seconds + off), _OTHER
    yield f"{seconds}000", _MILLISECONDS
    yield f"{seconds}.0", _OTHER
    if seconds > 10**11:
        yield str(seconds // 1000), _SECONDS
        yield str(seconds // 1000 + 1), _SECONDS


def _far(seconds: int) -> Iterator[tuple[str, Mistake]]:
    for milliseconds in range(1000):
        yield f"{seconds}{milliseconds:03d}", _MILLISECONDS
    for half_hours in range(1, 29):
        yield str(seconds - half_hours * 1800), _ZONE
        yield str(seconds + half_hours * 1800), _ZONE
    for off in range(NEAR + 1, FAR + 1):
        yield str(seconds - off), _OTHER
        yield str(seconds + off), _OTHER


def _moved(query: bytes, times: Callable[[int], Iterator[tuple[str, Mistake]]]) -> Iterator[Moved]:
    found = _SENT.search(query)
    if found is None:
        return
    if found[2]:
        yield Moved(found[0], b"timestamp=" + found[1], _OTHER)
    for text, mistake in times(int(found[1])):
        yield Moved(found[0], b"timestamp=" + text.encode(), mistake)
