"""A token that works once: fetched for one request, never kept, repeated or given to another."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

from signer_proxy.clock import seconds_off
from signer_proxy.errors import AnswerTooLargeError, SignerError, TokenUnavailableError
from signer_proxy.message import Answer
from signer_proxy.schemes.pti_token import read_token
from signer_proxy.upstream.failure import MAYBE

_WITHIN: Final = 30.0
_LONGEST_REASON: Final = 200
# The first is PTI's own; the others are what a gateway or an authorization server in front of it would write.
_REASONS: Final = ("message", "error_description", "error", "code")


async def fetch_single_use(call: Callable[[], Awaitable[Answer]], profile: str, *, within: float = _WITHIN) -> str:
    """Make the signed call, which has `within` seconds for all of it, and return the token in its answer.

    Raises TokenUnavailableError with the API's status and reason; nothing else was sent then.
    """
    try:
        async with asyncio.timeout(within):  # for all of it: a trickle of bytes never stalls
            answer = await call()
    except TimeoutError as e:
        raise _failed(profile, f"it must be answered within {within:g} s, got no whole answer") from e
    except AnswerTooLargeError as e:
        raise _failed(profile, "its answer is larger than max_answer (is the upstream's url right?)") from e
    except SignerError as e:
        # What was sent is the token call, and the client would take it for its own request.
        raise _failed(profile, str(e).removesuffix(f" ({MAYBE})")) from e
    if answer.status not in (200, 201):
        what = f"the token call was answered with {answer.status}{_reason(answer)}{_clock(answer)}"
        raise TokenUnavailableError(f"profile {profile!r}: no token: {what}")
    token = read_token(answer.body)
    if token is None:
        what = "the answer to the token call holds no accessToken that a header can carry"
        raise TokenUnavailableError(f"profile {profile!r}: no token: {what}")
    return token


def _failed(profile: str, why: str) -> TokenUnavailableError:
    what = f"the token call failed: {why} (your own request was not sent)"
    return TokenUnavailableError(f"profile {profile!r}: no token: {what}")


def _reason(answer: Answer) -> str:
    for text in _reasons(answer):
        # A log and a terminal show one line of it.
        shown = "".join(sign if sign.isprintable() else " " for sign in text[:_LONGEST_REASON]).strip()
        if shown:
            return f", {shown!r}"
    return ""


def _reasons(answer: Answer) -> Iterator[str]:
    """Yield the texts that may say why, the likeliest first."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        errors = found.get("errors")
        first = errors[0] if isinstance(errors, list) and errors else None
        of_first = first.get("message") if isinstance(first, dict) else None
        yield from (text for text in (*map(found.get, _REASONS), of_first) if isinstance(text, str))
    yield answer.reason.decode("utf-8", "replace")


def _clock(answer: Answer) -> str:
    off = seconds_off(answer.headers, time.time())
    return "" if off is None else f" (this machine's clock is {off:.0f} s off the API's)"
