"""Pass on what is for a host that is no upstream's: not read, not changed, not kept, and in both directions at once."""

import os
import re
from abc import abstractmethod
from collections.abc import Callable
from typing import Final

import h11
from h11._receivebuffer import ReceiveBuffer
from mitmproxy import http
from mitmproxy.connection import ConnectionState, Server
from mitmproxy.proxy import commands, events, layer, layers
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http._http1 import make_body_reader

from signer_proxy import destination, forwarding
from signer_proxy.engines.mitmproxy.refusals import LINGER, refuse, whole
from signer_proxy.errors import NoUpstreamError, SignerError, UpstreamBrokeError, UpstreamUnreachableError

ESTABLISHED: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"

type _Handler = Callable[[events.Event], layer.CommandGenerator[None]]

_KILLED: Final = "Connection killed"  # by a hook, mitmproxy's own check among them
_NOT_SENT: Final = "nothing was sent"
_OURSELVES: Final = "leads to this proxy, or to an upstream by another name"
_NUMBER: Final = re.compile(r"\[Errno (-?\d+)\]")


class Foreign(Server):
    """The one kind of server that mitmproxy may dial; `is_open` says that it may be written to."""

    is_open = False


class _Foreign(layer.Layer):
    """Opens the connection, or answers that it cannot be had."""

    def __init__(self, context: Context, request: http.Request, size: int | None) -> None:
        super().__init__(context)
        place = destination.read(request.data.authority, request.scheme or "http")
        assert place is not None  # the hook has read it
        self.server = self.context.server = Foreign(address=(place.host.strip("[]"), place.port))
        self._place, self._request, self._size = place, request, size
        self._then: _Handler | None = None

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if self._then is not None:
            yield from self._then(event)
        elif isinstance(event, events.Start):
            failure = yield commands.OpenConnection(self.server)
            if self.server.is_open:
                yield from self._begin()
            elif failure is None or failure.startswith(_KILLED):
                yield from self._refuse(NoUpstreamError(f"{self._place} {_OURSELVES} ({_NOT_SENT})"))
            else:
                yield from self._refuse(UpstreamUnreachableError(f"{self._place}: {_reason(failure)} ({_NOT_SENT})"))

    @abstractmethod
    def _begin(self) -> layer.CommandGenerator[None]:
        """Begin to pass on, now that the connection is there."""

    def _refuse(self, error: SignerError) -> layer.CommandGenerator[None]:
        if self.context.client.state & ConnectionState.CAN_WRITE:
            yield commands.SendData(self.context.client, whole(refuse(error, self.context.client)))
        yield from self._end()

    def _end(self) -> layer.CommandGenerator[None]:
        """Say no more, and read what the client still writes: closing at once could take the answer with it."""
        self._then = self._linger
        if self.server.state is not ConnectionState.CLOSED:
            yield commands.CloseConnection(self.server)
        yield commands.CloseTcpConnection(self.context.client, half_close=True)
        yield commands.RequestWakeup(LINGER)

    def _linger(self, event: events.Event) -> layer.CommandGenerator[None]:
        match event:
            case events.Wakeup() | events.ConnectionClosed(connection=self.context.client):
                yield commands.CloseConnection(self.context.client)


class ForeignTunnel(_Foreign):
    """What follows a CONNECT."""

    def _begin(self) -> layer.CommandGenerator[None]:
        yield commands.SendData(self.context.client, ESTABLISHED)
        relay = layers.TCPLayer(self.context, ignore=True)
        self._then = relay.handle_event
        yield from relay.handle_event(events.Start())


class ForeignRequest(_Foreign):
    """One request in the clear, after which the connection ends: what follows could be for an upstream."""

    def _begin(self) -> layer.CommandGenerator[None]:
        self._then = self._pass_on
        self._buffer, self._reader = ReceiveBuffer(), make_body_reader(self._size)
        self._is_asked = self._is_answered = False
        data = self._request.data
        lines = [b"%b %b %b" % (data.method, data.path, data.http_version)]
        headers = forwarding.passing_headers(data.headers.fields, data.authority)
        lines += [b"%b: %b" % header for header in headers]
        yield commands.SendData(self.server, b"\r\n".join([*lines, b"", b""]))
        yield from self._pass_body()

    def _pass_on(self, event: events.Event) -> layer.CommandGenerator[None]:
        match event:
            case events.DataReceived(connection=self.server, data=data):
                self._is_answered = True
                yield commands.SendData(self.context.client, data)
            case events.DataReceived(data=data):
                self._buffer += data
                yield from self._pass_body()
            case events.ConnectionClosed(connection=self.server) if not self._is_answered:
                yield from self._refuse(UpstreamBrokeError(f"{self._place} closed the connection and gave no answer"))
            case events.ConnectionClosed(connection=connection) if connection is self.server or not self._is_asked:
                yield from self._end()

    def _pass_body(self) -> layer.CommandGenerator[None]:
        """Pass on what has come of the body, and end at what comes behind it."""
        while not self._is_asked:
            try:
                part = self._reader(self._buffer)
            except h11.ProtocolError:
                yield from self._end()
                return
            match part:
                case None:
                    return
                case h11.Data(data=data) if self._size is None:
                    yield commands.SendData(self.server, b"%x\r\n%b\r\n" % (len(data), bytes(data)))
                case h11.Data(data=data):
                    yield commands.SendData(self.server, bytes(data))
                case _:
                    self._is_asked = True
                    if self._size is None:
                        yield commands.SendData(self.server, b"0\r\n\r\n")
        if bytes(self._buffer).strip(b"\r\n"):
            yield from self._end()


def _reason(failure: str) -> str:
    """Say in short what the system said at length."""
    numbers = [int(number) for number in _NUMBER.findall(failure)]
    if not numbers:
        return "no connection"
    return os.strerror(numbers[-1]) if numbers[-1] > 0 else "its name does not resolve"
