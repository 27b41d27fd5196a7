"""The clock is compared with the API's by the Date of an answer."""

import pytest

from signer_proxy.clock import seconds_off

NOW = 1_795_000_000.0  # Wed, 18 Nov 2026 11:06:40 GMT
DATES: dict[str, tuple[bytes, float | None]] = {
    "equal": (b"Wed, 18 Nov 2026 11:06:40 GMT", None),
    "within": (b"Wed, 18 Nov 2026 11:06:45 GMT", None),
    "ahead": (b"Wed, 18 Nov 2026 11:06:46 GMT", 6.0),
    "behind": (b"Wed, 18 Nov 2026 10:06:40 GMT", 3600.0),
    "no date": (b"soon", None),
    "not ASCII": (b"\xff", None),
    "a year beyond all": (b"Wed, 18 Nov " + b"9" * 40 + b" 11:06:40 GMT", None),
    "a large zone": (b"Wed, 18 Nov 2026 11:06:40 +" + b"9" * 40, None),
}


@pytest.mark.parametrize(("date", "expected"), DATES.values(), ids=DATES)
def test_distance(date: bytes, expected: float | None) -> None:
    """A distance over five seconds is told; what is no date tells nothing, and raises nothing."""
    assert seconds_off(((b"Date", date),), NOW) == expected


def test_no_date() -> None:
    """An answer without a Date tells nothing."""
    assert seconds_off((), NOW) is None
