"""Where a URL on the command line leads: to an upstream's own address, a port of this proxy, or a path of an API."""

import os
import re
from dataclasses import dataclass, field
from typing import Final

from signer_proxy.cli.failure import Failure
from signer_proxy.destination import DEFAULT_PORTS
from signer_proxy.runtime import Runtime, Upstream

_URL: Final = re.compile(r"(https?)://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_OURS: Final = re.compile(r"(?:(?:[a-z0-9-]+\.)*localhost|127\.0\.0\.1|\[::1\]):([0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Destination:
    """An upstream, and the target there as it was typed."""

    upstream: str
    target: bytes = field(repr=False)


def destination(runtime: Runtime, url: str, profile: str | None) -> Destination:
    """Return where a URL leads; `profile` decides where it fits more than one upstream. Raises Failure."""
    parts = _URL.fullmatch(url)
    if parts is None:
        if not url.startswith("/"):
            raise Failure("URL: must be https://…, http://127.0.0.1:PORT/… or a path such as /accounts, got other text")
        return Destination(_one_of(runtime, list(runtime.upstreams), profile, "the path alone"), os.fsencode(url))
    scheme, authority, rest = parts[1].lower(), parts[2].lower(), parts[3]
    found = _port_of_ours(runtime, authority) if scheme == "http" else []
    found = found or [up.name for up in runtime.upstreams.values() if _is_at(up, scheme, authority)]
    if not found:
        raise Failure(f"URL: must lead to an upstream, got {_shown(authority)} (the config's: {_known(runtime)})")
    target = rest if rest.startswith("/") else f"/{rest}"
    return Destination(_one_of(runtime, found, profile, _shown(authority)), os.fsencode(target))


def _port_of_ours(runtime: Runtime, authority: str) -> list[str]:
    ours = _OURS.fullmatch(authority)
    upstream = runtime.ports.get(int(ours[1])) if ours else None
    return [] if upstream is None else [upstream]


def _is_at(upstream: Upstream, scheme: str, authority: str) -> bool:
    """Compare as the explicit proxy does: the port is the upstream's, or the default one of the scheme in the URL."""
    real = upstream.origin.partition("://")[0]
    theirs = upstream.authority.decode("ascii")
    named = authority.removesuffix(f":{DEFAULT_PORTS[scheme]}")
    return named == theirs or authority == f"{theirs}:{DEFAULT_PORTS[real]}"


def _one_of(runtime: Runtime, found: list[str], profile: str | None, what: str) -> str:
    asked = runtime.profiles.get(profile) if profile is not None else None
    if asked is not None and asked.upstream in found:
        return asked.upstream
    if len(found) == 1:
        return found[0]
    raise Failure(f"URL: {what} fits the upstreams {', '.join(found)} (say which with --profile NAME)")


def _known(runtime: Runtime) -> str:
    return ", ".join(upstream.origin for upstream in runtime.upstreams.values())


def _shown(authority: str) -> str:
    """Return an authority without a user and password."""
    return repr(authority.rpartition("@")[2][:100])
