"""What is counted for Prometheus as it happens."""

import platform
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from signer_proxy import __version__
from signer_proxy.proxy.course import Exchange
from signer_proxy.reload.reload import Reload

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""In seconds: our own time has its place at one end, a broker that takes its time at the other."""


class Metrics:
    """Counts exchanges and reloads; every label is a name of the config or of a short list of ours."""

    content_type: Final = CONTENT_TYPE_PLAIN_0_0_4

    def __init__(self) -> None:
        disable_created_metrics()  # a time beside each number, which nobody asks for
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        build = Info("signer_proxy_build", "The version that runs.", registry=self.registry)
        build.info({"version": __version__, "python": platform.python_version()})
        self._requests = Counter(
            "signer_proxy_requests",
            "Requests that are done; code is of an answer of our own, empty for the API's.",
            ("profile", "outcome", "code", "status"),
            registry=self.registry,
        )
        self._total = self._histogram("request", "From the whole request to the whole answer.")
        self._upstream = self._histogram("upstream", "Of that, spent waiting for the API.")
        self._own = self._histogram("own", "Of that, spent neither on the API nor on a token.")
        self._reloads = Counter("signer_proxy_reloads", "Reloads of the config.", ("result",), registry=self.registry)
        for result in ("applied", "refused"):
            self._reloads.labels(result)
        self._last_reload_refused = Gauge(
            "signer_proxy_last_reload_refused", "1 while the config on the disk is not in use.", registry=self.registry
        )

    def add(self, done: Exchange) -> None:
        """Count a client's exchange."""
        profile = done.profile.name if done.profile else ""
        status = f"{done.answer.status // 100}xx" if done.answer else ""
        self._requests.labels(profile, done.outcome, done.code or "", status).inc()
        self._total.labels(profile).observe(done.seconds)
        self._upstream.labels(profile).observe(done.seconds_upstream)
        self._own.labels(profile).observe(max(0.0, done.seconds - done.seconds_upstream - done.seconds_token))

    def add_reload(self, reload: Reload) -> None:
        """Count a reload."""
        self._reloads.labels("applied" if reload.is_applied else "refused").inc()
        self._last_reload_refused.set(0 if reload.is_applied else 1)

    def text(self) -> bytes:
        """Return all of them in Prometheus' text format."""
        return generate_latest(self.registry)

    def _histogram(self, name: str, description: str) -> Histogram:
        return Histogram(
            f"signer_proxy_{name}_seconds", description, ("profile",), buckets=_BUCKETS, registry=self.registry
        )
