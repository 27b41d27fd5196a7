"""The call that changes nothing and that each kind of key may make, and what its answer tells."""

import json
from collections.abc import Mapping
from typing import Final

from signer_proxy.checks.finding import Finding, Mark
from signer_proxy.clock import TOLERANCE, seconds_off
from signer_proxy.message import Answer, values
from signer_proxy.schemes import PtiSignature, PtiToken, Scheme, SnaptradeJwt, SnaptradeSignature

METHOD: Final = "GET"
_SIGNATURE_REFUSED: Final = "1076"
"""SnapTrade's "Unable to verify signature sent"."""
_ACCOUNT: Final = 'is account = "commercial" or "personal" right for this key?'
_ADVICE: Final[Mapping[type[Scheme], str]] = {
    SnaptradeSignature: f"{_ACCOUNT} is the client id this key's?",
    SnaptradeJwt: "is the token's key the one that the partner registered? ask for a new envelope",
    PtiSignature: "did PTI get this key's public half, for this client id and this environment?",
    PtiToken: "may the issuer's client make this call? is token_url what PTI wants?",
}


def path_of(scheme: Scheme) -> str:
    """Return the path of the call, without the API's prefix."""
    match scheme:
        case SnaptradeSignature(account="commercial"):
            return "/snapTrade/partners"
        case SnaptradeSignature() | SnaptradeJwt():
            return "/accounts"  # a personal key's own user, or the token's
        case _:
            return "/assets"


def judged(profile: str, scheme: Scheme, answer: Answer, now: float) -> list[Finding]:
    """Return what an answer at `now`, in epoch seconds, says about a profile, and about the clock."""
    subject, call = f"profiles.{profile}", f"{METHOD} {path_of(scheme)} was answered with {answer.status}"
    findings = []
    if answer.status == 200:
        findings.append(Finding("ok", subject, call))
    else:
        code = _code(answer)
        told = f"{call}, code {code}" if code else call
        findings.append(Finding(_mark(answer.status), subject, f"{told} ({_way_out(scheme, answer.status, code)})"))
    if (off := seconds_off(answer.headers, now)) is not None:
        findings.append(Finding("warning", "clock", f"is {off:.0f} s off the API's (set it, as by NTP)"))
    elif values(answer.headers, b"date"):
        findings.append(Finding("ok", "clock", f"is within {TOLERANCE:g} s of the API's"))
    return findings


def _mark(status: int) -> Mark:
    return "warning" if status == 429 or status >= 500 else "problem"


def _way_out(scheme: Scheme, status: int, code: str) -> str:
    if status == 429:
        return "the rate limit is used up: try again in a minute"
    if status >= 500:
        return "the API has trouble of its own: try again later"
    if code == _SIGNATURE_REFUSED:
        return "the consumer key is another client's, or this machine's clock is wrong"
    if 300 <= status < 400:
        return "redirects are not followed: name the API's own URL"
    return _ADVICE[type(scheme)]


def _code(answer: Answer) -> str:
    """Return the API's own code, which is a short number or word; nothing else of its answer is shown."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    code = str(found.get("code", "")) if isinstance(found, dict) else ""
    return code if code.isascii() and code.isalnum() and len(code) <= 20 else ""
