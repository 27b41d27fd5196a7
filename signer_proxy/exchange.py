"""The way of a request, one step after the other: guard, route, access, sign; and of its answer back to the client."""

from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from signer_proxy import access, forwarding, guard, route
from signer_proxy.errors import AccessDeniedError, BodyTooLargeError, NotSignableError
from signer_proxy.message import SENDABLE_TARGET, Answer, Headers, Request, values
from signer_proxy.runtime import Profile, Runtime, Upstream
from signer_proxy.schemes.explanation import Signed

_SKEW = 5.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request ready to leave, byte for byte."""

    upstream: Upstream
    profile: Profile
    access: str
    method: str
    signed: Signed
    body: bytes = field(repr=False)


def prepare(runtime: Runtime, upstream: str, request: Request, now: float) -> Prepared:
    """Take a request that a listener of `upstream` took in all the way to what leaves; `now` is in epoch seconds.

    Raises a SignerError that says why nothing may leave.
    """
    guard.check(request)
    where, profile = route.choose(runtime, upstream, request)
    return _sign(runtime, where, profile, request, now)


def prepare_replay(runtime: Runtime, profile: str, request: Request, now: float) -> Prepared:
    """Take a request that was served as `profile` before all the way again, but for the guard. Raises as `prepare`."""
    upstream, chosen = route.again(runtime, profile)
    return _sign(runtime, upstream, chosen, request, now)


def _sign(runtime: Runtime, upstream: Upstream, profile: Profile, request: Request, now: float) -> Prepared:
    if len(request.body) > runtime.max_body:
        raise BodyTooLargeError(f"the body has more than max_body, {runtime.max_body} bytes (raise it in the config)")
    if not SENDABLE_TARGET.fullmatch(request.target):
        raise NotSignableError("the target holds '#' or bytes outside 0x21 to 0x7E (percent-encode them)")
    target = route.target(upstream, request.target)
    verdict = access.decide(profile.policy, request.method, target.partition(b"?")[0].decode("ascii"))
    if not verdict.allowed:
        raise AccessDeniedError(f"profile {profile.name!r}: {verdict.why}")
    headers = forwarding.request_headers(request.headers, upstream.authority, request.body)
    outgoing = Request(request.method, target, headers, request.body)
    signed = profile.scheme.sign(outgoing, now)
    return Prepared(upstream, profile, verdict.access.name.lower(), request.method, signed, request.body)


def conclude(prepared: Prepared, answer: Answer, now: float) -> Answer:
    """Turn the upstream's answer into the client's; `now` is when it came, in epoch seconds."""
    warnings = [*prepared.signed.warnings, *_clock_skew(answer.headers, now)]
    ours: Headers = ((b"Signer-Profile", prepared.profile.name.encode()),)
    if warnings:
        ours = (*ours, (b"Signer-Warning", ", ".join(warnings).encode()))
    headers = forwarding.answer_headers(answer, prepared.method)
    return Answer(answer.status, (*headers, *ours), answer.body, answer.reason)


def _clock_skew(headers: Headers, now: float) -> list[str]:
    try:
        dates = [parsedate_to_datetime(value.decode("ascii")).timestamp() for value in values(headers, b"date")]
    except ValueError:  # an upstream's date that is none tells nothing
        return []
    return ["clock-skew"] if any(abs(date - now) > _SKEW for date in dates) else []
