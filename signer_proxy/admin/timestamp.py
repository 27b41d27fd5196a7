"""Times as JSON has them: in UTC, to the millisecond."""

from datetime import UTC, datetime


def timestamp(seconds: float) -> str:
    """Write epoch seconds as RFC 3339 has them."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
