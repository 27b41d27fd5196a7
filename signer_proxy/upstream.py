"""The way upstream: one pool of connections for all clients, each request written once and byte for byte.

aiohttp connects, verifies, pools and parses answers. Its client session is left out: it would rewrite targets and
headers, keep cookies, and repeat idempotent requests when a pooled connection breaks. A request here is written once or
not at all, whatever its method.
"""

import asyncio
import os
import select
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakSet

import aiohttp
import certifi
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import HttpProcessingError, RawResponseMessage, StreamWriter
from yarl import URL

from signer_proxy.errors import (
    AnswerTooLargeError,
    ClientGoneError,
    SignerError,
    StartError,
    TooBusyError,
    UpstreamBrokeError,
    UpstreamTimeoutError,
    UpstreamUnreachableError,
)
from signer_proxy.message import Answer, Headers, values

_LINE_LIMIT: Final = 64 * 1024
_PIECE: Final = 256 * 1024
"""Bytes of a body that are written at once; each must go out within `answer_timeout`."""
_KEEP_IDLE: Final = 30.0
_MAYBE: Final = "the request was sent and may have been received"


@dataclass(slots=True)
class Outgoing:
    """One request on its way; `origin` is scheme, host and port, `sent` whether its first byte has been written."""

    origin: str
    method: str
    target: bytes = field(repr=False)
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)
    is_wanted: Callable[[], bool] = field(repr=False)
    """Asked before the first byte: whether the client is still there."""
    sent: bool = False

    def head(self) -> bytes:
        """Return the request line and the headers as they are written."""
        lines = [b"%b %b HTTP/1.1" % (self.method.encode("ascii"), self.target)]
        lines += [b"%b: %b" % header for header in self.headers]
        return b"\r\n".join([*lines, b"", b""])


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a call: seconds to connect, seconds between two pieces of the answer, bytes of an answer's body."""

    connect_timeout: float
    answer_timeout: float
    max_answer: int


class _StaleConnectionError(Exception):
    """A pooled connection that the upstream has closed or written to: nothing was sent on it."""


class Pool:
    """Connections to the upstreams, shared by all requests; at most `per_upstream` of them to each."""

    def __init__(self, connector: aiohttp.TCPConnector, per_upstream: int) -> None:
        self._connector = connector
        self._per_upstream = per_upstream
        self._places: dict[str, asyncio.Semaphore] = {}
        self._used: WeakSet[ResponseHandler] = WeakSet()

    async def send(self, outgoing: Outgoing, limits: Limits) -> Answer:
        """Send a request and return the whole answer.

        Raises TooBusyError and UpstreamUnreachableError, when nothing was sent; UpstreamBrokeError,
        UpstreamTimeoutError and AnswerTooLargeError, when it was; ClientGoneError, when nobody waits for it any more.
        """
        places = self._places.setdefault(outgoing.origin, asyncio.Semaphore(self._per_upstream))
        try:
            async with asyncio.timeout(limits.connect_timeout):
                await places.acquire()
        except TimeoutError as e:
            raise TooBusyError(
                f"all {self._per_upstream} connections to {outgoing.origin} are in use (nothing was sent; try again)"
            ) from e
        try:
            return await self._on_some_connection(outgoing, limits)
        except (aiohttp.ClientError, HttpProcessingError, OSError) as e:
            raise _meaning(e, outgoing, limits) from e
        finally:
            places.release()

    async def _on_some_connection(self, outgoing: Outgoing, limits: Limits) -> Answer:
        timeout = aiohttp.ClientTimeout(total=None, connect=limits.connect_timeout)
        # aiohttp's connector takes address and TLS from a request of its own; nothing else of this one is used.
        address = aiohttp.ClientRequest("GET", URL(outgoing.origin), loop=asyncio.get_running_loop())
        while True:
            connection = await self._connector.connect(address, traces=[], timeout=timeout)
            try:
                return await self._on(connection, outgoing, limits)
            except _StaleConnectionError:
                continue  # it is out of the pool now, so this ends
            finally:
                connection.close()  # does nothing to one that went back into the pool

    async def _on(self, connection: aiohttp.connector.Connection, outgoing: Outgoing, limits: Limits) -> Answer:
        protocol = connection.protocol
        transport = connection.transport
        if protocol is None or transport is None or _is_stale(protocol, transport, used=protocol in self._used):
            raise _StaleConnectionError
        if not outgoing.is_wanted():
            raise ClientGoneError
        protocol.set_response_params(
            skip_payload=outgoing.method == "HEAD",
            read_until_eof=True,
            auto_decompress=False,
            read_timeout=limits.answer_timeout,
            max_line_size=_LINE_LIMIT,
            max_field_size=_LINE_LIMIT,
            max_headers=1000,
        )
        self._used.add(protocol)
        outgoing.sent = True
        rest = memoryview(outgoing.body)[_PIECE:]
        transport.write(outgoing.head() + outgoing.body[:_PIECE])
        protocol.start_timeout()
        writing = asyncio.create_task(_write(protocol, transport, rest)) if rest else None
        try:
            answer = await _receive(protocol, outgoing, limits)
        finally:
            is_out = (writing is None or writing.done()) and not transport.get_write_buffer_size()
            if writing is not None:
                writing.cancel()
            if not is_out:
                transport.abort()  # close() alone would wait for as long as the upstream reads nothing
        connection.release()  # which closes what cannot be used again
        return answer


def _is_stale(protocol: ResponseHandler, transport: asyncio.Transport, *, used: bool) -> bool:
    """Tell whether a connection is closed or has something to read that nobody asked for: its end, or an answer.

    A fresh one is not polled: TLS 1.3 session tickets may be waiting there.
    """
    if transport.is_closing() or protocol.should_close:
        return True
    if not used:
        return False
    poll = select.poll()
    poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
    return bool(poll.poll(0))


async def _write(protocol: ResponseHandler, transport: asyncio.Transport, rest: memoryview) -> None:
    """Write the rest of a body piece by piece; a connection that breaks or stalls is for the reader to tell."""
    flow = StreamWriter(protocol, asyncio.get_running_loop())
    with suppress(OSError):
        for start in range(0, len(rest), _PIECE):
            await flow.drain()
            if transport.is_closing():
                return
            transport.write(rest[start : start + _PIECE])
            protocol.start_timeout()
        await flow.drain()
        protocol.start_timeout()


async def _receive(protocol: ResponseHandler, outgoing: Outgoing, limits: Limits) -> Answer:
    message, payload = await protocol.read()
    while 100 <= message.code < 200 and message.code != 101:  # interim answers: RFC 9110, section 15.2
        protocol.start_timeout()
        message, payload = await protocol.read()
    if message.code < 200:
        raise UpstreamBrokeError(f"{outgoing.origin} answered {message.code} where nobody asked for it ({_MAYBE})")
    if outgoing.method != "HEAD" and _announced(message) > limits.max_answer:
        raise _too_large(message, limits)
    body = bytearray()
    async for piece in payload.iter_any():
        body += piece
        if len(body) > limits.max_answer:
            raise _too_large(message, limits)
    reason = message.reason.encode("utf-8", "surrogateescape")  # as aiohttp decoded it
    return Answer(message.code, message.raw_headers, bytes(body), reason)


def _announced(message: RawResponseMessage) -> int:
    if message.code in (204, 304):  # RFC 9110, section 8.6: the length of a body that is not sent
        return 0
    return max((int(length) for length in values(message.raw_headers, b"content-length")), default=0)


def _too_large(message: RawResponseMessage, limits: Limits) -> AnswerTooLargeError:
    return AnswerTooLargeError(
        f"the answer, status {message.code}, has more than max_answer, {limits.max_answer} bytes "
        "(the request was received and answered; raise max_answer in the config)"
    )


def _meaning(error: Exception, outgoing: Outgoing, limits: Limits) -> SignerError:
    """Say what a failure means to the client; aiohttp's texts are not quoted."""
    where = outgoing.origin
    if not outgoing.sent:
        return UpstreamUnreachableError(f"{where}: {_reason(error, limits)} (nothing was sent)")
    if isinstance(error, TimeoutError):
        return UpstreamTimeoutError(f"{where}: nothing moved for {limits.answer_timeout:g} s ({_MAYBE})")
    if isinstance(error, HttpProcessingError):
        return UpstreamBrokeError(f"{where}: the answer is no HTTP ({_MAYBE})")
    return UpstreamBrokeError(f"{where}: the connection broke before the whole answer was there ({_MAYBE})")


def _reason(error: Exception, limits: Limits) -> str:
    match error:
        case aiohttp.ClientConnectorCertificateError(certificate_error=ssl.SSLCertVerificationError() as fault):
            return f"its certificate does not verify: {fault.verify_message}; SSL_CERT_FILE can name its authority"
        case aiohttp.ClientSSLError():
            return "no TLS connection, which takes TLS 1.2 or newer"
        case aiohttp.ClientConnectorDNSError():
            return "its name does not resolve"
        case TimeoutError():
            return f"no connection within connect_timeout, {limits.connect_timeout:g} s"
        case aiohttp.ClientConnectorError(os_error=OSError(errno=int() as number)):
            return f"no connection: {os.strerror(number)}"
        case _:
            return "no connection"


@asynccontextmanager
async def open_pool(environ: Mapping[str, str], per_upstream: int = 100) -> AsyncIterator[Pool]:
    """Open a pool that verifies upstreams against `SSL_CERT_FILE`, or certifi's authorities, with TLS 1.2 or newer.

    Raises StartError for a `SSL_CERT_FILE` that cannot be used.
    """
    context = _tls(environ.get("SSL_CERT_FILE"))
    connector = aiohttp.TCPConnector(ssl=context, limit=0, keepalive_timeout=_KEEP_IDLE)
    async with connector:
        yield Pool(connector, per_upstream)


def _tls(authorities: str | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=authorities or certifi.where())
    except OSError as e:  # ssl.SSLError is one, too
        raise StartError(
            f"SSL_CERT_FILE: {authorities!r} holds no certificates that can be read (name a PEM file, or unset it)"
        ) from e
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context
