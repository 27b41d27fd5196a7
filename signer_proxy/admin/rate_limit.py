"""How much of a rate limit is left, by the headers that the API puts into its answers.

Source: SnapTrade, "Rate limiting": `X-RateLimit-Limit`, `-Remaining` and `-Reset`, in seconds, and the same with
`-Account-` for personal keys.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from signer_proxy.message import Headers, values

type Scope = Literal["client", "account"]

_PREFIXES: Final[dict[Scope, bytes]] = {"client": b"x-ratelimit-", "account": b"x-ratelimit-account-"}
_NUMBER: Final = re.compile(rb"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What was left of a limit when an answer came."""

    scope: Scope
    limit: int
    remaining: int
    resets: float
    """When all of it is there again, in epoch seconds."""


def read(headers: Headers, now: float) -> tuple[RateLimit, ...]:
    """Return the limits that an answer tells of, which came at `now`."""
    found = (_read(scope, prefix, headers, now) for scope, prefix in _PREFIXES.items())
    return tuple(limit for limit in found if limit is not None)


def _read(scope: Scope, prefix: bytes, headers: Headers, now: float) -> RateLimit | None:
    told = [values(headers, prefix + name) for name in (b"limit", b"remaining", b"reset")]
    numbers = [int(each[0]) for each in told if each and _NUMBER.fullmatch(each[0])]
    if len(numbers) < len(told):
        return None
    limit, remaining, seconds = numbers
    return RateLimit(scope, limit, remaining, now + seconds)
