"""What we can know when the API answers 401 to a request that we signed: nothing of it is a secret.

The API says no more than a code; the codes are those that SnapTrade's answers are known to have.
"""

import json
from collections.abc import Iterator
from typing import Final

from signer_proxy.clock import seconds_off
from signer_proxy.message import Answer
from signer_proxy.runtime import Profile
from signer_proxy.schemes import SnaptradeSignature
from signer_proxy.schemes.explanation import Signed

_REJECTED: Final = 401
_LARGEST: Final = 64 * 1024
"""In bytes: what is longer says something else than a refusal."""
_CODES: Final = {
    "1012": "the API takes the key for a personal one",
    "1076": "the API makes another signature: the consumer key is most likely not that of this client id",
    "1083": "the API does not know this userId with this userSecret",
}


def reasons(profile: Profile, signed: Signed, answer: Answer, now: float) -> tuple[str, ...]:
    """Return what may be why, the likeliest first; empty for other answers. `now` is when it came, in epoch seconds."""
    return tuple(_found(profile, signed, answer, now)) if answer.status == _REJECTED else ()


def _found(profile: Profile, signed: Signed, answer: Answer, now: float) -> Iterator[str]:
    off = seconds_off(answer.headers, now)
    if off is not None:
        yield f"the clock here is {off:.0f} s off the API's (set it)"
    meaning = _CODES.get(_code(answer.body))
    if meaning is not None:
        yield meaning
    if "canonical-ambiguous" in signed.warnings:
        yield "the vendor's SDKs would sign this body in another form (try canonical_json)"
    scheme = profile.scheme
    if isinstance(scheme, SnaptradeSignature):
        user = "no user is sent" if scheme.account == "personal" else "users are named in the query"
        yield f"the profile says account = {scheme.account!r}, so {user}"


def _code(body: bytes) -> str:
    if len(body) > _LARGEST:
        return ""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return str(found.get("code", "")) if isinstance(found, dict) else ""
