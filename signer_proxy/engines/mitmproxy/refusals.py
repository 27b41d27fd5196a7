"""What our answer is where mitmproxy's parser, and no hook, says no."""

import logging
from typing import Final

from mitmproxy.proxy.layers.http import ErrorCode, ResponseProtocolError

from signer_proxy import problem
from signer_proxy.errors import BadRequestError, BodyTooLargeError, InternalError, SignerError
from signer_proxy.message import Answer

logger = logging.getLogger(__name__)

TRAILERS: Final = "the body has trailers, and no signature covers them (leave them out)"


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


def refuse(error: SignerError) -> Answer:
    """Return the answer to a request that never became one, and log it."""
    answer = problem.answer(error)
    logger.info("- - %d %s", answer.status, error.code)
    return answer
