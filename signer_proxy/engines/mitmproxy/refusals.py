"""What our answer is where mitmproxy's parser, and no hook, says no."""

from dataclasses import dataclass
from typing import Final

from mitmproxy import ctx
from mitmproxy.connection import Client
from mitmproxy.hooks import Hook
from mitmproxy.proxy.layers.http import ErrorCode, ResponseProtocolError

from signer_proxy import problem
from signer_proxy.errors import BadRequestError, BodyTooLargeError, InternalError, SignerError
from signer_proxy.message import Answer

TRAILERS: Final = "the body has trailers, and no signature covers them (leave them out)"

LINGER: Final = 2.0
"""Seconds that a client has to take an answer of ours while it still writes."""


def meaning(event: ResponseProtocolError) -> SignerError | None:
    """Return the error that a client is told, or None where nobody is there to be told; texts are never quoted."""
    match event.code:
        case ErrorCode.REQUEST_TOO_LARGE:
            return BodyTooLargeError("the body has more than max_body (send less, or raise max_body in the config)")
        case ErrorCode.GENERIC_CLIENT_ERROR | ErrorCode.REQUEST_VALIDATION_FAILED | ErrorCode.DESTINATION_UNKNOWN:
            return BadRequestError(
                "a header's name, or how the body's end is told, breaks the rules of HTTP"
                " (send one Content-Length, or Transfer-Encoding: chunked)"
            )
        case _ if event.code.http_status_code() is not None:
            return InternalError("the hook of a request failed and left it without an answer (it may have been sent)")
        case _:
            return None


def whole(answer: Answer) -> bytes:
    """Write an answer after which the connection ends."""
    headers = [*answer.headers, (b"Connection", b"close")]
    lines = [b"HTTP/1.1 %d %b" % (answer.status, answer.reason), *(b"%b: %b" % header for header in headers)]
    return b"\r\n".join([*lines, b"", answer.body])


@dataclass
class RefusedHook(Hook):
    """Tells an addon of ours that a request was refused which never became one."""

    error: SignerError
    client: Client


def refuse(error: SignerError, client: Client) -> Answer:
    """Return the answer to a request that never became one, and tell of it."""
    ctx.master.addons.trigger(RefusedHook(error, client))
    return problem.answer(error)
