"""What answers tell of rate limits."""

import pytest

from signer_proxy.admin.rate_limit import RateLimit, read
from signer_proxy.message import Headers


def told(prefix: bytes, limit: bytes, remaining: bytes, reset: bytes) -> Headers:
    """Return the three headers."""
    return ((prefix + b"Limit", limit), (prefix + b"Remaining", remaining), (prefix + b"Reset", reset))


CLIENT, ACCOUNT = b"X-RateLimit-", b"X-RateLimit-Account-"
TABLE: dict[str, tuple[Headers, tuple[RateLimit, ...]]] = {
    "none": ((), ()),
    "client": (told(CLIENT, b"250", b"12", b"30"), (RateLimit("client", 250, 12, 1030.0),)),
    "lower-case": (told(b"x-ratelimit-", b"250", b"0", b"0"), (RateLimit("client", 250, 0, 1000.0),)),
    "both": (
        (*told(CLIENT, b"250", b"12", b"30"), *told(ACCOUNT, b"20", b"3", b"60")),
        (RateLimit("client", 250, 12, 1030.0), RateLimit("account", 20, 3, 1060.0)),
    ),
    "part": (told(CLIENT, b"250", b"12", b"30")[:2], ()),
    "words": (told(CLIENT, b"many", b"12", b"30"), ()),
    "negative": (told(CLIENT, b"250", b"-1", b"30"), ()),
    "endless": (told(CLIENT, b"9" * 5000, b"1", b"30"), ()),
}


@pytest.mark.parametrize(("headers", "limits"), TABLE.values(), ids=TABLE)
def test_read(headers: Headers, limits: tuple[RateLimit, ...]) -> None:
    """Limits are told whole or not at all."""
    assert read(headers, 1000.0) == limits
