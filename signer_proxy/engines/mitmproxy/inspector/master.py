"""mitmproxy with its web UI, and of its addons only those that the UI needs."""

from collections.abc import Callable, Sequence
from socket import socket
from typing import Literal

from mitmproxy import contentviews
from mitmproxy.flow import Flow
from mitmproxy.master import Master
from mitmproxy.options import Options
from mitmproxy.tools.web.app import ClientConnection
from mitmproxy.tools.web.master import WebMaster
from mitmproxy.tools.web.webaddons import WebAddon, WebAuth
from tornado.httpserver import HTTPServer

from signer_proxy.engines.mitmproxy.inspector.events import Events
from signer_proxy.engines.mitmproxy.inspector.export import Export
from signer_proxy.engines.mitmproxy.inspector.flow_json import flow_json
from signer_proxy.engines.mitmproxy.inspector.kept import Kept
from signer_proxy.engines.mitmproxy.inspector.password import Password
from signer_proxy.engines.mitmproxy.inspector.views import VIEWS
from signer_proxy.engines.mitmproxy.inspector.web import MAX_BODY, WebApplication

_COLUMNS = ["icon", "path", "method", "status", "size", "time", "comment", "quickactions"]


class InspectedMaster(WebMaster):
    """Its view is not among the addons, which would hand it the flows of connections."""

    def __init__(
        self, kept: Kept, listening: Sequence[socket], password: str, replay: Callable[[Sequence[Flow]], None]
    ) -> None:
        Master.__init__(self, Options())  # and not WebMaster's, which adds every addon there is
        self._listening = listening
        self.view = kept
        self.events = Events()
        self.addons.add(WebAddon(), WebAuth(), self.events, exporting := Export())
        self.commands.collect_commands(kept)  # they find the flows that the UI names
        self.commands.add("export", exporting.text)
        self.commands.add("export.formats", exporting.formats)
        self.commands.add("replay.client", replay)
        known = Password(password)
        self.options.update(
            web_open_browser=False,
            web_password=known.hash,
            web_port=listening[0].getsockname()[1],
            web_columns=_COLUMNS,
        )
        for view in VIEWS:
            contentviews.add(view)
        self._server = HTTPServer(WebApplication(self, known), max_buffer_size=MAX_BODY)
        kept.sig_view_add.connect(self._added)
        kept.sig_view_update.connect(self._updated)
        kept.sig_view_remove.connect(self._sig_view_remove)
        kept.sig_view_refresh.connect(self._sig_view_refresh)
        self.events.sig_add.connect(self._sig_events_add)
        self.events.sig_refresh.connect(self._sig_events_refresh)

    async def running(self) -> None:
        """Begin to serve the UI."""
        self.proxyserver = self.addons.get("proxyserver")
        for each in self._listening:
            each.setblocking(False)
        self._server.add_sockets(self._listening)
        await Master.running(self)

    async def done(self) -> None:
        """End."""
        self._server.stop()
        await self._server.close_all_connections()
        await Master.done(self)

    def _added(self, flow: Flow) -> None:
        _broadcast("flows/add", flow)

    def _updated(self, flow: Flow) -> None:
        _broadcast("flows/update", flow)


def _broadcast(kind: Literal["flows/add", "flows/update"], flow: Flow) -> None:
    if ClientConnection.connections:  # else nobody reads what takes time to write
        told = flow_json(flow)
        for connection in ClientConnection.connections:
            connection._broadcast_flow(kind, flow, told)
