"""One exchange on one connection: the request written once and byte for byte, the answer read whole.

Source of the rules: RFC 9110, sections 8.6 and 15.2.
"""

import asyncio
import select
from contextlib import suppress
from typing import Final

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import RawResponseMessage, StreamWriter

from signer_proxy.errors import AnswerTooLargeError, ClientGoneError, UpstreamBrokeError
from signer_proxy.message import Answer, values
from signer_proxy.upstream.failure import MAYBE
from signer_proxy.upstream.outgoing import Limits, Outgoing

_LINE_LIMIT: Final = 64 * 1024
_PIECE: Final = 256 * 1024
"""Bytes of a body that are written at once; each must go out within `answer_timeout`."""


class StaleConnectionError(Exception):
    """A pooled connection that the upstream has closed or written to: nothing was sent on it."""


async def exchange_on(
    connection: aiohttp.connector.Connection, outgoing: Outgoing, limits: Limits, *, used: bool
) -> Answer:
    """Write a request and return the whole answer; `used` says whether the connection carried a request before.

    Raises StaleConnectionError, ClientGoneError and InternalError, when nothing was written, and whatever a broken
    exchange raises.
    """
    protocol = connection.protocol
    transport = connection.transport
    if protocol is None or transport is None or _is_stale(protocol, transport, used=used):
        raise StaleConnectionError
    if not outgoing.is_wanted():
        raise ClientGoneError
    head = outgoing.head()  # before an order is written down as sent
    outgoing.leave()
    protocol.set_response_params(
        skip_payload=outgoing.method == "HEAD",
        read_until_eof=True,
        auto_decompress=False,
        read_timeout=limits.answer_timeout,
        max_line_size=_LINE_LIMIT,
        max_field_size=_LINE_LIMIT,
        max_headers=1000,
    )
    outgoing.sent = True
    rest = memoryview(outgoing.body)[_PIECE:]
    transport.write(head + outgoing.body[:_PIECE])
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
        raise UpstreamBrokeError(f"{outgoing.origin} answered {message.code} where nobody asked for it ({MAYBE})")
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
