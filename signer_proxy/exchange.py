"""The way of a request, one step after the other: guard, route, access, sign; and of its answer back to the client."""

from dataclasses import dataclass, field, replace

from signer_proxy import access, content_coding, forwarding, route
from signer_proxy.clock import seconds_off
from signer_proxy.errors import AccessDeniedError, BodyTooLargeError, NotSignableError
from signer_proxy.guard import guard, http_form
from signer_proxy.message import SENDABLE_TARGET, Answer, Headers, Request, values, without
from signer_proxy.operations import Operation, registration
from signer_proxy.redaction import redact
from signer_proxy.runtime import Profile, Runtime, Upstream
from signer_proxy.schemes.credential import NOTHING, Credential
from signer_proxy.schemes.explanation import Signed


@dataclass(frozen=True, slots=True)
class Routed:
    """A request of somebody who is trusted, with where it goes and as whom; whether it may is not decided."""

    runtime: Runtime
    upstream: Upstream
    profile: Profile
    request: Request
    verdict: access.Verdict | None
    """What the access rules say; None where the target cannot be read."""
    is_repeated: bool = False
    """Whether it was served before, and kept since without its secrets."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that may be done: `request` is as it came, its target as it is at the upstream."""

    upstream: Upstream
    profile: Profile
    access: str
    operation: Operation | None
    """None where the API's description has no such one."""
    request: Request
    runtime: Runtime
    """That serves all of it."""
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request ready to leave, byte for byte."""

    upstream: Upstream
    profile: Profile
    access: str
    operation: Operation | None
    method: str
    signed: Signed
    body: bytes = field(repr=False)


def find(runtime: Runtime, upstream: str | None, request: Request) -> Routed:
    """Find where a request goes that a listener of `upstream`, or None for a forward one, took in.

    Raises a SignerError where it goes nowhere.
    """
    guard.check(request, runtime.trust, is_forward=upstream is None)
    where, profile = route.choose(runtime, upstream, request)
    return _judged(runtime, where, profile, request)


def find_again(runtime: Runtime, profile: str, request: Request) -> Routed:
    """Find where a request goes that was served as `profile` before, without the guard.

    It may have been edited since, so that it must be readable in one way as at its arrival. Raises BadRequestError and
    UnknownProfileError.
    """
    http_form.check(request)
    upstream, chosen = route.again(runtime, profile)
    return replace(_judged(runtime, upstream, chosen, request), is_repeated=True)


def admit(routed: Routed) -> Admitted:
    """Take a request to where it can be signed. Raises a SignerError that says why nothing may leave."""
    runtime, profile, request, verdict = routed.runtime, routed.profile, routed.request, routed.verdict
    if len(request.body) > runtime.max_body:
        raise BodyTooLargeError(f"the body has more than max_body, {runtime.max_body} bytes (raise it in the config)")
    if verdict is None:
        raise NotSignableError("the target holds '#' or bytes outside 0x21 to 0x7E (percent-encode them)")
    if not verdict.allowed:
        raise AccessDeniedError(f"profile {profile.name!r}: {verdict.why}")
    target = route.target(routed.upstream, request.target)
    operation = profile.scheme.operations.find(request.method, _path(target))
    moved = Request(request.method, target, request.headers, request.body)
    level = verdict.access.name.lower()
    return Admitted(routed.upstream, profile, level, operation, moved, runtime, routed.is_repeated)


def own_call(runtime: Runtime, profile: str, method: str, path: str, body: bytes = b"") -> Admitted:
    """Return a call of our own as `profile`, such as for a token; no rule stands in its way."""
    upstream, chosen = route.again(runtime, profile)
    headers: Headers = ((b"Accept", b"application/json"),)
    if body:
        headers = (*headers, (b"Content-Type", b"application/json"))
    target = route.target(upstream, path.encode("ascii"))
    operation = chosen.scheme.operations.find(method, path)
    request = Request(method, target, headers, body)
    return Admitted(upstream, chosen, "write", operation, request, runtime)


def sign(admitted: Admitted, now: float, credential: Credential = NOTHING) -> Prepared:
    """Complete and sign a request; `now` is in epoch seconds. Raises NotSignableError and what the scheme raises."""
    profile, upstream, operation = admitted.profile, admitted.upstream, admitted.operation
    request = _completed(admitted, credential)
    headers = forwarding.request_headers(request.headers, upstream.authority, request.body)
    if profile.answer_keys or profile.users is not None:
        headers = forwarding.readable_codings(headers)
    outgoing = Request(request.method, request.target, headers, request.body)
    signed = profile.scheme.sign(outgoing, now, credential)
    if admitted.is_repeated and (name := redact.left_in(signed.target, signed.headers, request.body)) is not None:
        raise NotSignableError(
            f"{name}: the value was not kept, only *** in its place, and profile {profile.name!r} cannot fill it again "
            "(send the request anew from where it came)"
        )
    return Prepared(upstream, profile, admitted.access, operation, request.method, signed, request.body)


def conclude(prepared: Prepared, answer: Answer, now: float, codes: tuple[str, ...] = ()) -> Answer:
    """Turn the upstream's answer into the client's; it came at `now`, in epoch seconds, and deserves these warnings."""
    skew = ("clock-skew",) if seconds_off(answer.headers, now) is not None else ()
    warnings = [*prepared.signed.warnings, *codes, *skew]
    ours: Headers = ((b"Signer-Profile", prepared.profile.name.encode()),)
    if warnings:
        ours = (*ours, (b"Signer-Warning", ", ".join(warnings).encode()))
    headers = forwarding.answer_headers(answer, prepared.method)
    return Answer(answer.status, (*headers, *ours), answer.body, answer.reason)


def _judged(runtime: Runtime, upstream: Upstream, profile: Profile, request: Request) -> Routed:
    verdict = None
    if SENDABLE_TARGET.fullmatch(request.target):
        path = _path(route.target(upstream, request.target))
        verdict = access.decide(profile.policy, request.method, path)
    return Routed(runtime, upstream, profile, request, verdict)


def _path(target: bytes) -> str:
    return target.partition(b"?")[0].decode("ascii")


def _completed(admitted: Admitted, credential: Credential) -> Request:
    """Return the request with what the profile adds to the bodies of a registration, and every other byte as it was."""
    request, operation, line = admitted.request, admitted.operation, admitted.profile.public_key
    if operation is None or (line is None and credential.user_secret is None):
        return request
    plain = content_coding.unpack(request.body, values(request.headers, b"content-encoding"), admitted.runtime.max_body)
    body = registration.completed(operation, plain, line, credential.user_secret)
    if body == plain:
        return request
    return Request(request.method, request.target, without(request.headers, b"content-encoding"), body)
