"""An HTTP/2 client with prior knowledge that sends also what well-behaved ones do not."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, Event, ResponseReceived, StreamEnded, StreamReset

from tests.end_to_end.wire import Reply, connected

type Header = tuple[str, str]


@dataclass(slots=True)
class Http2Client:
    """One connection; it checks nothing of what it sends."""

    connection: socket.socket
    port: int
    h2: H2Connection = field(
        default_factory=lambda: H2Connection(
            H2Configuration(
                header_encoding="ascii",
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
            )
        )
    )
    events: list[Event] = field(default_factory=list)
    is_over: bool = False

    def head(self, method: str, path: str, *more: Header, authority: str | None = None) -> list[Header]:
        """Return the headers of a request to this port."""
        named = f"127.0.0.1:{self.port}" if authority is None else authority
        return [(":method", method), (":scheme", "http"), (":authority", named), (":path", path), *more]

    def send(self, head: Sequence[Header], body: bytes = b"", trailers: Sequence[Header] = ()) -> int:
        """Send a request as fast as the other side lets us, and return its stream."""
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, head, end_stream=not body and not trailers)
        self.flush()
        while body and self._is_open(stream):
            size = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            if size == 0:
                self._receive()
                continue
            self.h2.send_data(stream, body[:size], end_stream=len(body) <= size and not trailers)
            body = body[size:]
            self.flush()
        if trailers:
            self.h2.send_headers(stream, trailers, end_stream=True)
            self.flush()
        return stream

    def flush(self) -> None:
        """Write what is to be sent; where the other side has closed, reading will tell."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self.connection.sendall(self.h2.data_to_send())

    def read(self, stream: int) -> Reply | None:
        """Read the whole answer of a stream, None where it was reset or the connection closed before its end."""
        while self._is_open(stream):
            self._receive()
        ours = [event for event in self.events if getattr(event, "stream_id", None) == stream]
        heads = [event.headers or [] for event in ours if isinstance(event, ResponseReceived)]
        if not heads or not any(isinstance(event, StreamEnded) for event in ours):
            return None
        fields = [(str(name), str(value)) for name, value in heads[0]]
        body = b"".join(event.data or b"" for event in ours if isinstance(event, DataReceived))
        return Reply(int(fields[0][1]), fields[1:], body)

    def _is_open(self, stream: int) -> bool:
        ends = (StreamEnded, StreamReset)
        return not self.is_over and not any(isinstance(e, ends) and e.stream_id == stream for e in self.events)

    def _receive(self) -> None:
        try:
            data = self.connection.recv(65_536)
            events = self.h2.receive_data(data)
            self.is_over = not data or any(isinstance(event, ConnectionTerminated) for event in events)
            self.events += events
            self.flush()
        except ConnectionResetError:
            self.is_over = True

    def ask(self, head: Sequence[Header], body: bytes = b"", trailers: Sequence[Header] = ()) -> Reply | None:
        """Send a request and read its answer."""
        return self.read(self.send(head, body, trailers))


@contextmanager
def http2(port: int) -> Iterator[Http2Client]:
    """Connect and shake hands."""
    with connected(port) as connection:
        client = Http2Client(connection, port)
        client.h2.initiate_connection()
        client.flush()
        yield client
