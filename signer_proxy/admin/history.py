"""What has been: the last exchanges without anything secret, what their answers said of rate limits, and counts."""

import time
from collections import Counter, deque
from collections.abc import Mapping
from itertools import count
from typing import Final

from signer_proxy.admin.rate_limit import RateLimit, read
from signer_proxy.audit.line import Entry, entry
from signer_proxy.proxy.course import Exchange
from signer_proxy.reload.reload import Reload

KEPT: Final = 100
"""Exchanges; of each only names and numbers, so that their bodies go when they are done."""


class History:
    """Remembers what it is told; bounded, whatever comes."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._exchanges: deque[Entry] = deque(maxlen=KEPT)
        self._rate_limits: dict[str, tuple[RateLimit, ...]] = {}
        self.counts: Counter[str] = Counter(answered=0, refused=0, failed=0)
        """By outcome, since the start."""
        self.reload: Reload | None = None
        """The last one."""
        self.started = time.time()

    def add(self, done: Exchange) -> None:
        """Remember a client's exchange."""
        self._exchanges.appendleft({"number": next(self._numbers), **entry(done)})
        self.counts[str(done.outcome)] += 1
        if done.profile is not None and done.answer is not None and done.code is None:
            limits = read(done.answer.headers, time.time())
            if limits:
                self._rate_limits[done.profile.name] = limits

    @property
    def exchanges(self) -> list[Entry]:
        """The last ones, the newest first."""
        return list(self._exchanges)

    @property
    def rate_limits(self) -> Mapping[str, tuple[RateLimit, ...]]:
        """By profile, what its last answer said."""
        return self._rate_limits
