"""What the APIs themselves say: TLS to each upstream, and one signed, harmless call for each profile."""

import time
from collections.abc import AsyncIterator, Collection, Mapping
from datetime import UTC, datetime
from typing import Final

from signer_proxy import access, exchange
from signer_proxy.checks.finding import Finding
from signer_proxy.checks.harmless_call import METHOD, judged, path_of
from signer_proxy.errors import SignerError
from signer_proxy.proxy.carrier import Carrier
from signer_proxy.proxy.course import Course
from signer_proxy.runtime import Profile, Runtime, Upstream
from signer_proxy.upstream.outgoing import Limits
from signer_proxy.upstream.pool import Pool, open_pool

_SOON: Final = 14 * 86_400.0
"""Seconds before its end from which on a certificate deserves a word."""


async def live_findings(
    runtime: Runtime, profiles: Collection[str], environ: Mapping[str, str]
) -> AsyncIterator[Finding]:
    """Yield how each of these profiles and its upstream are found. Raises StartError."""
    asked = [runtime.profiles[name] for name in profiles]
    upstreams = dict.fromkeys(profile.upstream for profile in asked)
    limits = Limits(runtime.connect_timeout, runtime.answer_timeout, runtime.max_answer)
    async with open_pool(environ) as pool:
        pool.avoid(runtime.ports.__contains__)
        pool.check([upstream.origin for upstream in runtime.upstreams.values()])
        for name in upstreams:
            yield await _tls(pool, runtime.upstreams[name], limits)
        carrier = Carrier(runtime, pool, lambda _: None)
        seen = set[Finding]()  # the clock is the same for all profiles of an upstream
        try:
            for profile in asked:
                for finding in await _called(runtime, carrier, profile):
                    if finding not in seen:
                        seen.add(finding)
                        yield finding
        finally:
            await carrier.credentials.close()


async def _tls(pool: Pool, upstream: Upstream, limits: Limits) -> Finding:
    subject = f"upstreams.{upstream.name}"
    try:
        verified = await pool.greet(upstream.origin, limits)
    except SignerError as e:
        return Finding("problem", subject, str(e))
    if verified is None:
        return Finding("ok", subject, f"{upstream.origin} can be reached, on this machine without TLS")
    left = verified.ends - time.time()
    until = f"{datetime.fromtimestamp(verified.ends, UTC):%Y-%m-%d}"
    text = f"{upstream.origin} is verified, {verified.version}, by a certificate until {until}"
    return Finding("warning" if left < _SOON else "ok", subject, text)


async def _called(runtime: Runtime, carrier: Carrier, profile: Profile) -> list[Finding]:
    admitted = exchange.own_call(runtime, profile.name, METHOD, path_of(profile.scheme))
    path = admitted.request.target.decode("ascii")
    verdict = access.decide(profile.policy, METHOD, path)
    if not verdict.allowed:
        return [Finding("warning", f"profiles.{profile.name}", f"was not tried: {verdict.why}")]
    course = Course(admitted.request, lambda: True, admitted.upstream, profile, verdict.access.name.lower())
    try:
        answer = await carrier.carry(course, admitted)
    except SignerError as e:
        return [Finding("problem", f"profiles.{profile.name}", f"{e.code}: {e}")]
    return judged(profile.name, profile.scheme, answer, time.time())
