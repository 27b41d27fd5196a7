"""Sizes and times are a number and a unit."""

import pytest

from signer_proxy.settings.units import parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [("1 B", 1), ("1B", 1), ("2 KiB", 2048), ("10 MiB", 10 << 20), ("1 GiB", 1 << 30)],
)
def test_size(text: str, size: int) -> None:
    """Units are binary, with or without a space before them."""
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500 ms", 0.5), ("5 s", 5), ("5s", 5), ("1.5 s", 1.5), ("2 min", 120)],
)
def test_duration(text: str, seconds: float) -> None:
    """Times may have a fraction."""
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["10", "10 MB", "10 mib", "-1 B", "0 B", "1.5 MiB", "1  B", " 1 B", "", "٣ B", "1 B\n", 10, None]
)
def test_no_size(text: object) -> None:
    """A bare number, a decimal unit, nothing and less than nothing are no size."""
    with pytest.raises(ValueError, match=r"^must be a size above zero in B, KiB, MiB or GiB"):
        parse_size(text)


@pytest.mark.parametrize(
    "text", ["10", "10 h", "1 S", "-1 s", "0 s", "0.0 s", "1. s", "1  s", "", "٣ s", "1 s\n", "inf s", 10, None]
)
def test_no_duration(text: object) -> None:
    """A bare number, a unit that nobody needs here, nothing and less than nothing are no time."""
    with pytest.raises(ValueError, match=r"^must be a time above zero in ms, s or min"):
        parse_duration(text)
