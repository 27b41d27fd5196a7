"""The way of a request, one step after the other: guard, route, access, sign; and of its answer back to the client."""

from dataclasses import dataclass, field

from signer_proxy import access, content_coding, forwarding, guard, registration, route
from signer_proxy.clock import seconds_off
from signer_proxy.errors import AccessDeniedError, BodyTooLargeError, NotSignableError
from signer_proxy.message import SENDABLE_TARGET, Answer, Headers, Request, values, without
from signer_proxy.operations import Operation
from signer_proxy.runtime import Profile, Runtime, Upstream
from signer_proxy.schemes.credential import NOTHING, Credential
from signer_proxy.schemes.explanation import Signed


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


def admit(runtime: Runtime, upstream: str, request: Request) -> Admitted:
    """Take a request that a listener of `upstream` took in to where it can be signed.

    Raises a SignerError that says why nothing may leave.
    """
    guard.check(request, runtime.trust)
    where, profile = route.choose(runtime, upstream, request)
    return _admit(runtime, where, profile, request)


def admit_replay(runtime: Runtime, profile: str, request: Request) -> Admitted:
    """Take a request that was served as `profile` before all the way again, but for the guard. Raises as `admit`."""
    upstream, chosen = route.again(runtime, profile)
    return _admit(runtime, upstream, chosen, request)


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


def _admit(runtime: Runtime, upstream: Upstream, profile: Profile, request: Request) -> Admitted:
    if len(request.body) > runtime.max_body:
        raise BodyTooLargeError(f"the body has more than max_body, {runtime.max_body} bytes (raise it in the config)")
    if not SENDABLE_TARGET.fullmatch(request.target):
        raise NotSignableError("the target holds '#' or bytes outside 0x21 to 0x7E (percent-encode them)")
    target = route.target(upstream, request.target)
    path = target.partition(b"?")[0].decode("ascii")
    verdict = access.decide(profile.policy, request.method, path)
    if not verdict.allowed:
        raise AccessDeniedError(f"profile {profile.name!r}: {verdict.why}")
    operation = profile.scheme.operations.find(request.method, path)
    moved = Request(request.method, target, request.headers, request.body)
    return Admitted(upstream, profile, verdict.access.name.lower(), operation, moved, runtime)


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
