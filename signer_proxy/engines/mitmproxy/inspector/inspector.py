"""What the inspector knows of each exchange, from its arrival on, and what it does with it when it is done."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from socket import socket

from mitmproxy.flow import Flow
from mitmproxy.http import HTTPFlow
from mitmproxy.master import Master

from signer_proxy import problem
from signer_proxy.engines.mitmproxy.inspector import bounds, har, shown
from signer_proxy.engines.mitmproxy.inspector.facts import Facts
from signer_proxy.engines.mitmproxy.inspector.finishing import Finishing
from signer_proxy.engines.mitmproxy.inspector.kept import Kept
from signer_proxy.engines.mitmproxy.inspector.master import InspectedMaster
from signer_proxy.engines.mitmproxy.inspector.redaction import redact_in_place
from signer_proxy.engines.mitmproxy.inspector.saving import Saving
from signer_proxy.engines.mitmproxy.translation import PROFILE, response_of
from signer_proxy.errors import NotSignableError, SignerError, StartError
from signer_proxy.message import Request, without
from signer_proxy.proxy.course import Exchange
from signer_proxy.proxy.proxy import Proxy
from signer_proxy.runtime import Inspection, Runtime

logger = logging.getLogger(__name__)


class Inspector:
    """Keeps exchanges as flows, which no connection knows, so that nothing done to them reaches a client.

    `listening` are the sockets of its web UI, `password` opens that. With `reveal` it shows secrets, and saves none.
    """

    def __init__(self, settings: Inspection, listening: Sequence[socket], password: str, *, reveal: bool) -> None:
        self.settings = settings
        self._listening = listening
        self._password = password
        self.reveal = reveal
        self._kept = Kept(settings.keep, settings.keep_bytes)
        self._arrived: dict[int, tuple[Request, HTTPFlow]] = {}
        self._replays: set[asyncio.Task[object]] = set()
        self._proxy: Proxy | None = None
        self._open = ExitStack()
        saving = self._open.enter_context(Saving(settings.save)) if settings.save is not None else None
        self._finishing = Finishing(self._kept, saving, reveal=reveal)

    @property
    def url(self) -> str:
        """What opens its page: it has the password in it. SECRET, never log."""
        return f"http://127.0.0.1:{self.settings.web_port}/?token={self._password}"

    def master(self, proxy: Proxy) -> Master:
        """Return mitmproxy with the web UI in it, for a proxy whose exchanges are told here."""
        self._proxy = proxy
        proxy.ports.close_to(self.settings.web_port)
        return InspectedMaster(self._kept, self._listening, self._password, self._replay)

    def check(self, runtime: Runtime) -> None:
        """Raise StartError for a runtime that wants another inspector."""
        if runtime.inspection != self.settings:
            raise StartError("[inspect] must not change while the inspector runs (start the daemon again)")

    def begin(self, request: Request) -> None:
        """Show a request that has come; what is told of the same request later belongs to it."""
        try:
            self._begin(request, _arrived(request))
        except Exception as e:  # noqa: BLE001 - what cannot be shown can be served all the same
            logger.error("internal: %s while a request was shown", type(e).__name__)

    def observe(self, done: Exchange) -> None:
        """Show how a request went: a large one as soon as it was looked through, which no client waits for."""
        if done.kind != "request":
            return
        _, flow = self._arrived.pop(id(done.request), (None, None))
        if flow is None:  # one that was refused before there was a flow
            flow = shown.arrived(done.request, done.started)
        self._finishing.add(flow, done)

    async def settled(self) -> None:
        """Wait until all that was observed is shown and saved."""
        await self._finishing.settled()

    async def har(self) -> str:
        """Return what is kept as HAR, without secrets."""
        return await asyncio.to_thread(har.text, self._kept.done())  # which takes its time

    def close(self) -> None:
        """Save no more."""
        self._open.close()

    def _begin(self, request: Request, flow: HTTPFlow) -> None:
        self._arrived[id(request)] = request, flow
        if not self.reveal:
            redact_in_place(flow)
        self._kept.begin(flow)

    def _replay(self, flows: Sequence[Flow]) -> None:
        """Send requests again; each is an exchange of its own, beside the one that it repeats."""
        for flow in flows:
            if isinstance(flow, HTTPFlow):
                replaying = asyncio.create_task(self._replayed(flow))
                self._replays.add(replaying)
                replaying.add_done_callback(self._replays.discard)

    async def _replayed(self, kept: HTTPFlow) -> None:
        """Send a request again, by the profile that served it; how it goes is observed as it is of every other."""
        assert self._proxy is not None
        data, facts = kept.request.data, Facts.of(kept)
        method = data.method.decode("ascii", "replace")
        # What we added is made anew: an API may refuse to see the same request id twice.
        added = facts.added_headers() if facts is not None else []
        request = Request(method, data.path, without(data.headers.fields, *added), data.content or b"")
        flow = _arrived(request)
        flow.is_replay = "request"
        if facts is not None and "request" in facts.cut:
            error = NotSignableError("body: only its first MiB was kept (send the request anew from where it came)")
            self._refuse(flow, error)
            return
        self._begin(request, flow)
        await self._proxy.answer(request, lambda: True, replayed_profile=kept.metadata.get(PROFILE, ""))

    def _refuse(self, flow: HTTPFlow, error: SignerError) -> None:
        flow.response = response_of(problem.answer(error), flow.request.method)
        flow.comment = f"refused {error.code}"
        if not self.reveal:
            redact_in_place(flow)
        self._kept.end(flow)


def _arrived(request: Request) -> HTTPFlow:
    """Return the flow of a request that comes now; the body of a large one is looked through when it is done."""
    return shown.arrived(request if bounds.is_light(request) else replace(request, body=b""), time.time())
