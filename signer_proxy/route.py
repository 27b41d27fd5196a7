"""Where a request goes and as whom: the upstream of the listener, the profile that the client or the config names."""

from signer_proxy.errors import NoUpstreamError, UnknownProfileError
from signer_proxy.message import Request, values
from signer_proxy.runtime import Profile, Runtime, Upstream


def choose(runtime: Runtime, name: str, request: Request) -> tuple[Upstream, Profile]:
    """Return the upstream called `name` and the profile that the header `Signer-Profile` asks for, or the default.

    Raises NoUpstreamError, UnknownProfileError.
    """
    upstream = runtime.upstreams.get(name)
    if upstream is None:
        raise NoUpstreamError(f"the upstream {name!r} is no longer in the config (connect to a port that is)")
    asked = values(request.headers, b"signer-profile")
    wanted = asked[0].decode("utf-8", "replace") if asked else upstream.default_profile
    profile = runtime.profiles.get(wanted) if wanted is not None else None
    if profile is None or profile.upstream != name:
        raise UnknownProfileError(_sentence(runtime, upstream, wanted))
    return upstream, profile


def again(runtime: Runtime, name: str) -> tuple[Upstream, Profile]:
    """Return the profile called `name` and its upstream, for a replay. Raises UnknownProfileError."""
    profile = runtime.profiles.get(name)
    if profile is None:
        raise UnknownProfileError(f"the request was served as profile {name!r}, which is no longer in the config")
    return runtime.upstreams[profile.upstream], profile


def target(upstream: Upstream, sent: bytes) -> bytes:
    """Return the target at the upstream: the path in its `url` is put before targets that do not begin with it."""
    path = sent.partition(b"?")[0]
    if not upstream.base or path == upstream.base or path.startswith(upstream.base + b"/"):
        return sent
    return upstream.base + sent


def _sentence(runtime: Runtime, upstream: Upstream, wanted: str | None) -> str:
    known = sorted(profile.name for profile in runtime.profiles.values() if profile.upstream == upstream.name)
    names = ", ".join(known) or "none"
    if wanted is None:
        return (
            f"upstream {upstream.name!r} has no default_profile, and no header Signer-Profile asks for one "
            f"(its profiles: {names})"
        )
    return f"Signer-Profile {wanted[:100]!r} is no profile of upstream {upstream.name!r} (its profiles: {names})"
