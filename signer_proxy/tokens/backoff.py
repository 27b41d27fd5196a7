"""How long to wait before the next try."""

from typing import Final

_FIRST: Final = 0.25
"""Seconds; short, since tokens may live for seconds."""
_LONGEST: Final = 30.0


def backoff(times: int, jitter: float) -> float:
    """Return the seconds to wait after `times` failures in a row: doubled each time, up to 30.

    `jitter`, from 0 to 1, takes away up to half, so that several daemons do not ask in step.
    """
    return min(_LONGEST, _FIRST * 2.0 ** min(times - 1, 16)) * (1 - jitter / 2)
