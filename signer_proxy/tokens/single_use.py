"""A token that works once: fetched for one request, never kept, repeated or given to another."""

import json
import time
from collections.abc import Awaitable, Callable

from signer_proxy.clock import seconds_off
from signer_proxy.errors import SignerError, TokenUnavailableError
from signer_proxy.message import Answer
from signer_proxy.schemes.pti_token import read_token

_LONGEST_REASON = 200


async def fetch_single_use(call: Callable[[], Awaitable[Answer]], profile: str) -> str:
    """Make the signed call and return the token in its answer.

    Raises TokenUnavailableError with the API's status and reason; nothing else was sent then.
    """
    try:
        answer = await call()
    except SignerError as e:
        raise TokenUnavailableError(f"profile {profile!r}: no token: {e}") from e
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
    message = found.get("message") if isinstance(found, dict) else None
    if not isinstance(message, str) or not message.isprintable():
        return ""
    return f", {message[:_LONGEST_REASON]!r}"


def _clock(answer: Answer) -> str:
    off = seconds_off(answer.headers, time.time())
    return "" if off is None else f" (this machine's clock is {off:.0f} s off the API's)"
