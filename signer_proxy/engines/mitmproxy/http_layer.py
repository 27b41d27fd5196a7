"""mitmproxy's HTTP layer with our own servers in it, and with no way to dial."""

from mitmproxy.proxy import commands, events, layer, layers
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http import GetHttpConnection, GetHttpConnectionCompleted, HTTPMode

from signer_proxy.engines.mitmproxy.forward_http1 import ForwardHttp1Server
from signer_proxy.engines.mitmproxy.http1 import StrictHttp1Server
from signer_proxy.engines.mitmproxy.http2 import StrictHttp2Server
from signer_proxy.proxy.proxy import logger


class StrictHttpLayer(layers.HttpLayer):
    """Reads what the client sends; each answer comes from the `request` hook."""

    def __init__(self, context: Context, *, is_forward: bool) -> None:
        super().__init__(context, HTTPMode.transparent)
        self._is_forward = is_forward
        self._is_broken = False

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        try:
            yield from self._handle(event)
        except Exception as e:  # noqa: BLE001 - mitmproxy would leave the client waiting for ever
            logger.error("internal: %s in a connection, which ends", type(e).__name__)
            self._is_broken = True
            yield commands.CloseConnection(self.context.client)

    def _handle(self, event: events.Event) -> layer.CommandGenerator[None]:
        if self._is_broken:
            return
        if isinstance(event, events.Start):
            over_http1 = ForwardHttp1Server if self._is_forward else StrictHttp1Server
            server = StrictHttp2Server if self.context.client.alpn == b"h2" else over_http1
            self.connections[self.context.client] = server(self.context.fork())
        yield from super()._handle_event(event)

    def get_connection(self, event: GetHttpConnection, *, reuse: bool = True) -> layer.CommandGenerator[None]:
        """Refuse the connection that a request without an answer asks for."""
        stream = self.command_sources.pop(event)
        yield from self.event_to_child(stream, GetHttpConnectionCompleted(event, (None, "no answer was given")))
