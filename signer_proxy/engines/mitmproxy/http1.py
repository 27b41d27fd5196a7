"""Read HTTP/1.1 strictly: what has no one meaning is refused with an answer that the client gets to read.

mitmproxy's own server answers such requests with pages in HTML, or not at all, and bounds no head. Source of the
rules: RFC 9112, sections 2.2, 3.2, 6.3 and 7.1.
"""

import re
from typing import Final

import h11
from h11._receivebuffer import ReceiveBuffer
from mitmproxy import http
from mitmproxy.connection import ConnectionState
from mitmproxy.net.http import http1
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http import (
    ErrorCode,
    Http1Server,
    HttpEvent,
    ReceiveHttp,
    RequestData,
    RequestEndOfMessage,
    RequestHeaders,
    RequestProtocolError,
    ResponseProtocolError,
)
from mitmproxy.proxy.layers.http._http1 import make_body_reader

from signer_proxy.engines.mitmproxy.far_end import FarEnd
from signer_proxy.engines.mitmproxy.refusals import LINGER, TRAILERS, meaning, refuse, whole
from signer_proxy.errors import BadRequestError, HeadersTooLargeError, SignerError
from signer_proxy.message import Answer, values

MAX_HEAD: Final = 64 * 1024
"""In bytes, request line included."""

_NO_TUNNEL: Final = "CONNECT: tunnels are opened at forward_port, and not inside of one (send the request itself)"
_CONTENT_LENGTH = re.compile(rb"[0-9]{1,18}")


class StrictHttp1Server(Http1Server):
    """One client connection."""

    def send(self, event: HttpEvent) -> layer.CommandGenerator[None]:
        """Send what the stream wants sent, errors as problems of ours."""
        if not isinstance(event, ResponseProtocolError):
            yield from super().send(event)
        elif self.conn.state & ConnectionState.CAN_WRITE and self.state != self.linger:
            error = meaning(event)
            if error is None or (self.response is not None and self.response.status_code >= 200):
                yield commands.CloseConnection(self.conn)
            else:
                yield from self._refuse(error)

    def read_headers(self, event: events.ConnectionEvent) -> layer.CommandGenerator[None]:
        """Read a request's head."""
        if not isinstance(event, events.DataReceived):
            yield commands.CloseConnection(self.conn)
            return
        lines = self.buf.maybe_extract_lines()
        while lines == []:  # an empty line before a request counts for nothing
            lines = self.buf.maybe_extract_lines()
        size = len(self.buf) if lines is None else sum(len(line) + 2 for line in lines)
        if size > MAX_HEAD:
            yield from self._refuse(HeadersTooLargeError(f"the head has more than {MAX_HEAD} bytes (send less)"))
        elif lines is not None:
            yield from self._take([bytes(line) for line in lines], event)

    def _take(self, lines: list[bytes], event: events.DataReceived) -> layer.CommandGenerator[None]:
        try:
            request, size = _read_head(lines)
        except BadRequestError as e:
            yield from self._refuse(e)
        else:
            yield from self.take(request, size, event)

    def take(self, request: http.Request, size: int | None, event: events.DataReceived) -> layer.CommandGenerator[None]:
        """Begin a request whose head has come; `size` is its body's, None for a chunked one."""
        if request.data.method == b"CONNECT":
            yield from self._refuse(BadRequestError(_NO_TUNNEL))
            return
        if isinstance(self.context.server, FarEnd):
            self.context.server.note(request)
        self.request = request
        yield ReceiveHttp(RequestHeaders(self.stream_id, request, size == 0))
        if self.state == self.read_headers:  # else the stream has refused it
            self.body_reader = make_body_reader(size)
            self.state = self.read_body
            yield from self.state(event)

    def read_body(self, event: events.Event) -> layer.CommandGenerator[None]:
        """Read a request's body, to its end or to the first byte that is wrong."""
        if not isinstance(event, events.DataReceived):
            gone = RequestProtocolError(self.stream_id, "client disconnected", ErrorCode.CLIENT_DISCONNECTED)
            yield commands.CloseConnection(self.conn)
            yield ReceiveHttp(gone)
            return
        while self.state == self.read_body:  # else the stream has refused it
            try:
                part = self.body_reader(self.buf)
            except h11.ProtocolError:
                yield from self._refuse_rest(BadRequestError("the chunks of the body are broken (send a whole body)"))
                return
            match part:
                case None:
                    return
                case h11.Data(data=data):
                    yield ReceiveHttp(RequestData(self.stream_id, bytes(data)))
                case h11.EndOfMessage(headers=trailers) if list(trailers):
                    yield from self._refuse_rest(BadRequestError(TRAILERS))
                case _:
                    yield ReceiveHttp(RequestEndOfMessage(self.stream_id))
                    yield from self.mark_done(request=True)
                    return

    def linger(self, event: events.Event) -> layer.CommandGenerator[None]:
        """Read on and forget, since closing at once would reset the connection and take the answer with it."""
        self.buf = ReceiveBuffer()
        if not isinstance(event, events.DataReceived):
            self.state = self.done
            yield commands.CloseConnection(self.conn)

    def _refuse(self, error: SignerError) -> layer.CommandGenerator[None]:
        yield from self._answer_last(refuse(error, self.context.client))

    def _answer_last(self, answer: Answer) -> layer.CommandGenerator[None]:
        yield commands.SendData(self.conn, whole(answer))
        yield commands.CloseTcpConnection(self.conn, half_close=True)
        self.buf = ReceiveBuffer()
        self.state = self.linger
        yield commands.RequestWakeup(LINGER)

    def _refuse_rest(self, error: SignerError) -> layer.CommandGenerator[None]:
        yield from self._refuse(error)
        yield ReceiveHttp(RequestProtocolError(self.stream_id, str(error), ErrorCode.GENERIC_CLIENT_ERROR))


class Refusal(layer.Layer):
    """Answers whatever a connection sends first with one problem."""

    def __init__(self, context: Context, error: SignerError) -> None:
        super().__init__(context)
        self._error = error

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, events.Start):
            yield commands.SendData(self.context.client, whole(refuse(self._error, self.context.client)))
            yield commands.CloseConnection(self.context.client)


def _read_head(lines: list[bytes]) -> tuple[http.Request, int | None]:
    """Return a request without its body and the body's size, None for a chunked one."""
    try:
        request = http1.read_request_head(lines)
    except ValueError as e:
        raise BadRequestError("the request line or a header is none (send HTTP/1.1)") from e
    if request.data.http_version not in (b"HTTP/1.0", b"HTTP/1.1"):
        raise BadRequestError("the request line names no version of HTTP/1 (send HTTP/1.1)")
    if request.scheme not in ("http", "https", ""):
        raise BadRequestError("the request line names a scheme that is none of HTTP's (ask for http:// or https://)")
    return request, _body_size(request.data.headers.fields)


def _body_size(headers: tuple[tuple[bytes, bytes], ...]) -> int | None:
    lengths, codings = values(headers, b"content-length"), values(headers, b"transfer-encoding")
    match lengths, codings:
        case [], []:
            return 0
        case [length], [] if _CONTENT_LENGTH.fullmatch(length):
            return int(length)
        case [], [coding] if coding.lower() == b"chunked":
            return None
        case [_, *_], [_, *_]:
            raise BadRequestError("Content-Length and Transfer-Encoding stand side by side (send one of them)")
        case _:
            raise BadRequestError("the body's end cannot be told (send one Content-Length, or chunked alone)")
