"""A page that reads too slowly is let go, and costs no memory."""

import asyncio

from signer_proxy.engines.mitmproxy.inspector.web import BACKLOG, Updates


class Slow(Updates):
    """A page that reads nothing."""

    def __init__(self) -> None:  # of tornado's there is none to begin with
        self._send_queue = asyncio.Queue()
        self.closed: set[str | None] = set()

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Note why it was let go."""
        self.closed.add(reason)


async def test_a_slow_page() -> None:
    """Messages wait up to a bound; then the connection is closed, and the page loads all anew."""
    page = Slow()
    for _ in range(BACKLOG):
        page.send(b"message")
    assert page.closed == set()
    page.send(b"message")
    assert (page._send_queue.qsize(), page.closed) == (BACKLOG, {"too slow"})
