"""Where a request goes and as whom: the upstream of the listener, the profile that the client or the config names."""

from signer_proxy import destination
from signer_proxy.destination import DEFAULT_PORTS, Destination
from signer_proxy.errors import NoUpstreamError, UnknownProfileError
from signer_proxy.message import Request, values
from signer_proxy.runtime import Profile, Runtime, Upstream


def choose(runtime: Runtime, name: str | None, request: Request) -> tuple[Upstream, Profile]:
    """Return the upstream called `name` and the profile that the header `Signer-Profile` asks for, or the default.

    Without a name it is the upstream that the request names. Raises NoUpstreamError, UnknownProfileError.
    """
    upstream = addressed(runtime, request) if name is None else runtime.upstreams.get(name)
    if upstream is None:
        raise NoUpstreamError(f"the upstream {name!r} is no longer in the config (connect to a port that is)")
    asked = values(request.headers, b"signer-profile")
    wanted = asked[0].decode("utf-8", "replace") if asked else upstream.default_profile
    profile = runtime.profiles.get(wanted) if wanted is not None else None
    if profile is None or profile.upstream != upstream.name:
        raise UnknownProfileError(_sentence(runtime, upstream, wanted))
    return upstream, profile


def addressed(runtime: Runtime, request: Request) -> Upstream:
    """Return the one upstream that a request to a forward port names, or its tunnel. Raises NoUpstreamError."""
    authority = request.authority if request.tunnel is None else request.tunnel.authority
    asked = destination.read(authority, request.scheme)
    found = _at(runtime, asked, request.scheme) if asked is not None else []
    if len(found) != 1:
        raise _nobody_at(runtime, authority)
    return found[0]


def again(runtime: Runtime, name: str) -> tuple[Upstream, Profile]:
    """Return the profile called `name` and its upstream, for a replay. Raises UnknownProfileError."""
    profile = runtime.profiles.get(name)
    if profile is None:
        raise UnknownProfileError(f"the request was served as profile {name!r}, which is no longer in the config")
    return runtime.upstreams[profile.upstream], profile


def check_connect(runtime: Runtime, request: Request) -> None:
    """Let a CONNECT pass at whose far end an upstream is, for TLS or for plain HTTP. Raises NoUpstreamError."""
    asked = destination.read(request.authority, "https")
    if asked is None or not is_upstream(runtime, asked.host, asked.port):
        raise _nobody_at(runtime, request.authority)


def is_upstream(runtime: Runtime, host: str, port: int) -> bool:
    """Tell whether a host and port may be an upstream's, for requests of one scheme or the other."""
    return any(_at(runtime, Destination(host, port), scheme) for scheme in DEFAULT_PORTS)


def is_foreign(runtime: Runtime, request: Request) -> bool:
    """Tell whether the host that a request names is no upstream's, whatever the port."""
    asked = destination.read(request.authority, request.scheme)
    return asked is not None and asked.host.removesuffix(".") not in hosts(runtime)


def hosts(runtime: Runtime) -> frozenset[str]:
    """Return the upstreams' hosts, IPv6 addresses in brackets."""
    return frozenset(place.host for place in places(runtime))


def places(runtime: Runtime) -> frozenset[Destination]:
    """Return the upstreams' hosts, each with its port."""
    return frozenset(map(_place, runtime.upstreams.values()))


def target(upstream: Upstream, sent: bytes) -> bytes:
    """Return the target at the upstream: the path in its `url` is put before targets that do not begin with it."""
    path = sent.partition(b"?")[0]
    if not upstream.base or path == upstream.base or path.startswith(upstream.base + b"/"):
        return sent
    return upstream.base + sent


def _at(runtime: Runtime, asked: Destination, scheme: str) -> list[Upstream]:
    """Return the upstreams at a host and port, or all at the host where the port is the scheme's default."""
    there = [upstream for upstream in runtime.upstreams.values() if _place(upstream).host == asked.host]
    exact = [upstream for upstream in there if _place(upstream).port == asked.port]
    return exact or (there if asked.port == DEFAULT_PORTS[scheme] else [])


def _place(upstream: Upstream) -> Destination:
    place = destination.read(upstream.authority, upstream.origin.partition(":")[0])
    assert place is not None  # the config has been checked
    return place


def _nobody_at(runtime: Runtime, authority: bytes) -> NoUpstreamError:
    known = ", ".join(sorted(str(_place(upstream)) for upstream in runtime.upstreams.values())) or "none"
    return NoUpstreamError(
        f"no one upstream is at {authority[:100].decode('ascii', 'replace')!r} (upstreams: {known}; "
        "other hosts pass under `signer-proxy exec` alone)"
    )


def _sentence(runtime: Runtime, upstream: Upstream, wanted: str | None) -> str:
    known = sorted(profile.name for profile in runtime.profiles.values() if profile.upstream == upstream.name)
    names = ", ".join(known) or "none"
    if wanted is None:
        return (
            f"upstream {upstream.name!r} has no default_profile, and no header Signer-Profile asks for one "
            f"(its profiles: {names})"
        )
    return f"Signer-Profile {wanted[:100]!r} is no profile of upstream {upstream.name!r} (its profiles: {names})"
