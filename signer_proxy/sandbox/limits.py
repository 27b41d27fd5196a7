"""Count a client's requests in windows of a minute and refuse those beyond its limit."""

import math
from dataclasses import dataclass

from signer_proxy.sandbox.errors import ApiError

WINDOW = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """How a client stands in its window; `reset` is in seconds from now, rounded up."""

    limit: int
    remaining: int
    reset: int

    def headers(self) -> dict[str, str]:
        """Return the headers that tell a client."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


class RateLimits:
    """The windows of all clients; a window begins with the first request in it. Without a limit nothing is counted."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._windows: dict[str, tuple[float, int]] = {}

    def count(self, client_id: str, now: float) -> None:
        """Count a request at `now` (Unix seconds), or raise ApiError when the limit is used up."""
        standing = self.standing(client_id, now)
        if standing is None:
            return
        if standing.remaining == 0:
            raise ApiError(
                429,
                f"Too many requests: the next one is possible in {standing.reset} seconds.",
                reason="rate-limited",
                why=f"The client's {standing.limit} requests a minute are used up.",
                headers={"Retry-After": str(standing.reset)},
            )
        started, used = self._window(client_id, now)
        self._windows[client_id] = (started, used + 1)

    def standing(self, client_id: str | None, now: float) -> Standing | None:
        """Return how a client stands, or how a new one would where no client is known; None without a limit."""
        if self._limit is None:
            return None
        started, used = (now, 0) if client_id is None else self._window(client_id, now)
        return Standing(self._limit, self._limit - used, WINDOW - math.floor(now - started))

    def _window(self, client_id: str, now: float) -> tuple[float, int]:
        started, used = self._windows.get(client_id, (now, 0))
        return (started, used) if 0 <= now - started < WINDOW else (now, 0)
