"""mitmproxy's HTTP layer with our own servers in it, and with no way to dial."""

from mitmproxy.proxy import events, layer, layers
from mitmproxy.proxy.layers.http import GetHttpConnection, GetHttpConnectionCompleted

from signer_proxy.engines.mitmproxy.http1 import StrictHttp1Server
from signer_proxy.engines.mitmproxy.http2 import StrictHttp2Server


class StrictHttpLayer(layers.HttpLayer):
    """Reads what the client sends; each answer comes from the `request` hook."""

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, events.Start):
            server = StrictHttp2Server if self.context.client.alpn == b"h2" else StrictHttp1Server
            self.connections[self.context.client] = server(self.context.fork())
        yield from super()._handle_event(event)

    def get_connection(self, event: GetHttpConnection, *, reuse: bool = True) -> layer.CommandGenerator[None]:
        """Refuse the connection that a request without an answer asks for."""
        stream = self.command_sources.pop(event)
        yield from self.event_to_child(stream, GetHttpConnectionCompleted(event, (None, "no answer was given")))
