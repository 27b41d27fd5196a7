"""Whoever watches: told what happens from before the first request on, it remembers, counts and tells open pages."""

from signer_proxy.admin.feed import Feed
from signer_proxy.admin.history import History
from signer_proxy.admin.metrics import Metrics
from signer_proxy.proxy.course import Exchange
from signer_proxy.reload.reload import Reload


class Monitor:
    """Keeps what the admin port and the control socket show."""

    def __init__(self) -> None:
        self.history = History()
        self.metrics = Metrics()
        self.feed = Feed()

    def observe(self, done: Exchange) -> None:
        """Take note of a client's exchange."""
        self.metrics.add(done)
        self.history.add(done)
        self.feed.changed()

    def observe_reload(self, reload: Reload) -> None:
        """Take note of a reload."""
        self.history.reload = reload
        self.metrics.add_reload(reload)
        self.feed.changed()
