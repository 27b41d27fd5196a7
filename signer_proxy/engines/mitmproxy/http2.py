"""Read HTTP/2, and say in a problem of ours what mitmproxy's own server would say in HTML or with a reset."""

import h2.events
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.layers.http import (
    ErrorCode,
    Http2Server,
    ReceiveHttp,
    RequestProtocolError,
    ResponseProtocolError,
)

from signer_proxy.engines.mitmproxy.refusals import TRAILERS, meaning, refuse
from signer_proxy.errors import BadRequestError, SignerError


class StrictHttp2Server(Http2Server):
    """One client connection."""

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        error = meaning(event) if isinstance(event, ResponseProtocolError) else None
        if isinstance(event, ResponseProtocolError) and error is not None and self._is_unanswered(event.stream_id):
            yield from self._refuse(event.stream_id, error)
        else:
            yield from super()._handle_event(event)

    def handle_h2_event(self, event: h2.events.Event) -> layer.CommandGenerator[bool]:
        """Handle a frame; trailers, which no signature covers, are refused."""
        if not isinstance(event, h2.events.TrailersReceived):
            return (yield from super().handle_h2_event(event))
        error = BadRequestError(TRAILERS)
        self.streams.pop(event.stream_id, None)
        yield ReceiveHttp(RequestProtocolError(event.stream_id, str(error), ErrorCode.CANCEL))
        yield from self._refuse(event.stream_id, error)
        return False

    def _is_unanswered(self, stream_id: int) -> bool:
        return self.is_open_for_us(stream_id) and not self.h2_conn.streams[stream_id].state_machine.headers_sent

    def _refuse(self, stream_id: int, error: SignerError) -> layer.CommandGenerator[None]:
        answer = refuse(error, self.context.client)
        headers = [(key.lower(), value) for key, value in answer.headers]
        self.h2_conn.send_headers(stream_id, [(b":status", b"%d" % answer.status), *headers])
        self.h2_conn.send_data(stream_id, answer.body, end_stream=True)
        yield commands.SendData(self.conn, self.h2_conn.data_to_send())
