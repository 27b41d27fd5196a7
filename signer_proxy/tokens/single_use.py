"""A token that works once: fetched for one request, never kept, repeated or given to another."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Final

from signer_proxy.clock import seconds_off
from signer_proxy.errors import SignerError, TokenUnavailableError
from signer_proxy.message import Answer
from signer_proxy.schemes.pti_token import read_token
from signer_proxy.upstream.failure import MAYBE

_WITHIN: Final = 30.0
_LONGEST_REASON: Final = 200
_REASONS: Final = ("message", "error_description", "error")
_NOT_SENT: Final = "(your own request was not sent)"


async def fetch_single_use(call: Callable[[], Awaitable[Answer]], profile: str, *, within: float = _WITHIN) -> str:
    """Make the signed call and return the token in its answer, which must be whole within so many seconds.

    Raises TokenUnavailableError with the API's status and reason; nothing else was sent then.
    """
    try:
        async with asyncio.timeout(within):  # for all of it: a trickle of bytes never stalls
            answer = await call()
    except TimeoutError as e:
        what = f"the token call must be answered within {within:g} s, got no whole answer"
        raise TokenUnavailableError(f"profile {profile!r}: no token: {what} {_NOT_SENT}") from e
    except SignerError as e:
        what = str(e).removesuffix(f" ({MAYBE})")  # which would be read as the client's own request
        raise TokenUnavailableError(f"profile {profile!r}: no token: the token call failed: {what} {_NOT_SENT}") from e
    if answer.status not in (200, 201):
        what = f"the token call was answered with {answer.status}{_reason(answer)}{_clock(answer)}"
        raise TokenUnavailableError(f"profile {profile!r}: no token: {what}")
    token = read_token(answer.body)
    if token is None:
        raise TokenUnavailableError(f"profile {profile!r}: no token: the answer to the token call holds no accessToken")
    return token


def _reason(answer: Answer) -> str:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    texts = [found.get(name) for name in _REASONS] if isinstance(found, dict) else []
    told = next((text for text in texts if isinstance(text, str) and text and text.isprintable()), "")
    return f", {told[:_LONGEST_REASON]!r}" if told else ""


def _clock(answer: Answer) -> str:
    off = seconds_off(answer.headers, time.time())
    return "" if off is None else f" (this machine's clock is {off:.0f} s off the API's)"
