"""The flows that the inspector keeps: a bounded number, of a bounded size, and those under way in any case."""

from collections.abc import Sequence

from mitmproxy.addons.view import View
from mitmproxy.flow import Flow
from mitmproxy.http import HTTPFlow

from signer_proxy.engines.mitmproxy.inspector import bounds


class Kept(View):
    """mitmproxy's view over flows; the oldest that are done go first. Sizes are in bytes."""

    def __init__(self, keep: int, keep_bytes: int) -> None:
        super().__init__()
        self._keep = keep
        self._keep_bytes = keep_bytes
        self._sizes: dict[str, int] = {}
        self._total = 0
        self._under_way: set[str] = set()
        self.sig_store_remove.connect(self._removed)
        self.sig_store_refresh.connect(self._refreshed)

    def begin(self, flow: HTTPFlow) -> None:
        """Keep a flow that is under way."""
        self._under_way.add(flow.id)
        self.add([flow])

    def end(self, flow: HTTPFlow) -> None:
        """Keep a flow that is done, whether it was there or not."""
        self._under_way.discard(flow.id)
        if self.get_by_id(flow.id) is None:
            self.add([flow])
        else:
            self.update([flow])

    def forget(self, flow: HTTPFlow) -> None:
        """Keep nothing of a flow."""
        self._under_way.discard(flow.id)
        self.remove([flow])

    def done(self) -> list[HTTPFlow]:
        """Return the flows that are done, the oldest first."""
        return [flow for flow in self._store.values() if isinstance(flow, HTTPFlow) and flow.id not in self._under_way]

    def add(self, flows: Sequence[Flow]) -> None:
        """Keep flows, and let the oldest go for them."""
        super().add(flows)
        self._bound(flows)

    def update(self, flows: Sequence[Flow]) -> None:
        """Take note of flows that have changed."""
        super().update(flows)
        self._bound(flows)

    def _bound(self, flows: Sequence[Flow]) -> None:
        for flow in flows:
            if isinstance(flow, HTTPFlow) and flow.id in self._store:
                size = bounds.size(flow)
                self._total += size - self._sizes.get(flow.id, 0)
                self._sizes[flow.id] = size
        while len(self._store) > self._keep or self._total > self._keep_bytes:
            oldest = next((flow for flow in self._store.values() if flow.id not in self._under_way), None)
            if oldest is None:
                return
            self.remove([oldest])

    def _removed(self, flow: Flow) -> None:
        self._total -= self._sizes.pop(flow.id, 0)

    def _refreshed(self) -> None:
        self._sizes = {id_: size for id_, size in self._sizes.items() if id_ in self._store}
        self._total = sum(self._sizes.values())
