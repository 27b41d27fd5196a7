"""How far this machine's clock is off the API's, by the Date in its answers: both APIs refuse stale requests."""

from email.utils import parsedate_to_datetime
from typing import Final

from signer_proxy.message import Headers, values

TOLERANCE: Final = 5.0
"""In seconds: what is less deserves no word."""


def seconds_off(headers: Headers, now: float) -> float | None:
    """Return the distance where it is over TOLERANCE, given the time of the answer in epoch seconds."""
    try:
        dates = [parsedate_to_datetime(value.decode("ascii")).timestamp() for value in values(headers, b"date")]
    except (ValueError, OverflowError):  # an upstream's date that is none tells nothing
        return None
    return next((abs(date - now) for date in dates if abs(date - now) > TOLERANCE), None)
