"""What is looked up for Prometheus when it asks: rate limits, and the life of tokens."""

import time
from collections.abc import Iterator
from typing import override

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from signer_proxy.admin.history import History
from signer_proxy.proxy.proxy import Proxy


class Gauges(Collector):
    """What stands at the moment of the question: rate limits and the life of tokens."""

    def __init__(self, proxy: Proxy, history: History) -> None:
        self._proxy = proxy
        self._history = history

    @override
    def collect(self) -> Iterator[Metric]:
        """Look them up."""
        now = time.time()
        limit, remaining, reset = (
            GaugeMetricFamily(f"signer_proxy_rate_limit_{name}", what, labels=("profile", "scope"))
            for name, what in (
                ("limit", "Requests that the API allows in its window."),
                ("remaining", "Requests that were left when it last answered."),
                ("reset_seconds", "Seconds until all of them are there again."),
            )
        )
        for profile, limits in self._history.rate_limits.items():
            for each in limits:
                limit.add_metric((profile, each.scope), each.limit)
                remaining.add_metric((profile, each.scope), each.limit if each.resets <= now else each.remaining)
                reset.add_metric((profile, each.scope), max(0.0, each.resets - now))
        good = GaugeMetricFamily("signer_proxy_token_good", "1 where a token can be used.", labels=("profile",))
        life = GaugeMetricFamily("signer_proxy_token_seconds", "Seconds until a token ends.", labels=("profile",))
        for profile, token in self._proxy.tokens().items():
            good.add_metric((profile,), token.state == "good")
            if token.expires is not None:
                life.add_metric((profile,), max(0.0, token.expires - now))
        yield from (limit, remaining, reset, good, life)
