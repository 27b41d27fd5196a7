"""Finish the flows of exchanges that are done: filled in, cut, redacted, kept, saved, in the order in which they ended.

A large one takes a time that other clients must not wait for, and its own must not either: it is done in a thread.
"""

import asyncio
import logging
from collections import deque

from mitmproxy.http import HTTPFlow

from signer_proxy.engines.mitmproxy.inspector import bounds, shown
from signer_proxy.engines.mitmproxy.inspector.kept import Kept
from signer_proxy.engines.mitmproxy.inspector.redaction import redact_in_place
from signer_proxy.engines.mitmproxy.inspector.saving import Saving
from signer_proxy.proxy.course import Exchange

logger = logging.getLogger(__name__)


class Finishing:
    """Whose flows stay as they are until all of what is shown next is ready, since pages read them meanwhile."""

    def __init__(self, kept: Kept, saving: Saving | None, *, reveal: bool) -> None:
        self._kept = kept
        self._saving = saving
        self._reveal = reveal
        self._waiting: deque[tuple[HTTPFlow, Exchange]] = deque()
        self._work: asyncio.Task[None] | None = None

    def add(self, flow: HTTPFlow, done: Exchange) -> None:
        """Finish a flow: at once where it is small and none waits, else after what has called this."""
        if self._work is None and bounds.is_small(done):
            self._end(flow, self._finished(flow, done))
            return
        self._waiting.append((flow, bounds.shortened(done)))
        if self._work is None:
            self._work = asyncio.create_task(self._finish())

    async def settled(self) -> None:
        """Wait until no flow waits."""
        if self._work is not None:
            await self._work

    async def _finish(self) -> None:
        while self._waiting:
            flow, done = self._waiting.popleft()
            self._end(flow, await asyncio.to_thread(self._finished, flow, done))
        self._work = None

    def _finished(self, flow: HTTPFlow, done: Exchange) -> HTTPFlow | None:
        """Return what is to be shown, after it was saved without secrets; None where that failed: it may hold some."""
        try:
            ready = shown.arrived(done.request, done.started)
            ready.id, ready.is_replay = flow.id, flow.is_replay
            shown.finish(ready, done)
            bounds.cut(ready)
            safe = ready.copy() if self._reveal else ready
            redact_in_place(safe)
            if self._saving is not None:
                self._saving.add(safe)
        except Exception as e:  # noqa: BLE001 - what cannot be shown was answered all the same
            logger.error("internal: %s while an exchange was shown", type(e).__name__)
            return None
        return ready

    def _end(self, flow: HTTPFlow, ready: HTTPFlow | None) -> None:
        if ready is None:
            self._kept.forget(flow)
            return
        flow.request, flow.response, flow.error, flow._backup = ready.request, ready.response, ready.error, None
        flow.metadata, flow.comment, flow.marked = ready.metadata, ready.comment, ready.marked
        self._kept.end(flow)
