"""What goes beyond one table of the config: names that must exist, ports that must differ, no way back to ourselves."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from signer_proxy.operations import pti, snaptrade
from signer_proxy.settings.base_url import parse_base_url
from signer_proxy.settings.config_problem import KeyPath, Problem
from signer_proxy.settings.draft import Draft
from signer_proxy.settings.got import bare, got, quoted
from signer_proxy.settings.suggestion import suggestion
from signer_proxy.settings.token_check import sources, token_check

# What a scheme's API begins its paths with. A signature covers the path that is sent, and access rules are written
# without this prefix: with any other path in front, neither would mean what it says.
_PREFIXES: Final = {
    "snaptrade-signature": snaptrade.OPERATIONS.prefix,
    "snaptrade-jwt": snaptrade.OPERATIONS.prefix,
    "pti-signature": pti.OPERATIONS.prefix,
    "pti-token": pti.OPERATIONS.prefix,
}
_PORTS: Final = {"https": 443, "http": 80}


def cross_check(draft: Draft) -> Iterator[Problem]:
    """Yield every problem between the tables of a config."""
    yield from _upstreams_of_profiles(draft)
    yield from _default_profiles(draft)
    yield from _ports(draft)
    yield from _loops(draft)
    yield from _base_paths(draft)
    yield from token_check(draft)


def _upstreams_of_profiles(draft: Draft) -> Iterator[Problem]:
    for name, profile in draft.profiles.items():
        upstream = profile.get("upstream")
        if isinstance(upstream, str) and upstream not in draft.upstreams:
            yield Problem(
                ("profiles", name, "upstream"),
                f"must be one of [upstreams.*], {got(upstream)} ({suggestion(upstream, draft.upstreams)})",
            )


def _default_profiles(draft: Draft) -> Iterator[Problem]:
    for name, upstream in draft.upstreams.items():
        profile = upstream.get("default_profile")
        if not isinstance(profile, str):
            continue
        path = ("upstreams", name, "default_profile")
        if profile not in draft.profiles:
            yield Problem(path, f"must be one of [profiles.*], {got(profile)} ({suggestion(profile, draft.profiles)})")
        elif draft.profiles[profile].get("upstream", name) != name:
            theirs = [other for other, table in draft.profiles.items() if table.get("upstream") == name]
            way_out = (
                f"its profiles: {', '.join(map(bare, theirs))}"
                if theirs
                else f"it has none: write upstream = {quoted(name)} in one"
            )
            yield Problem(path, f"must be a profile of this upstream, {got(profile)}, which is another's ({way_out})")


def _ports(draft: Draft) -> Iterator[Problem]:
    first: dict[object, str] = {}
    for name, upstream in draft.upstreams.items():
        port = upstream.get("port")
        if port is None:
            continue
        other = first.setdefault(port, name)
        if other != name:
            yield Problem(
                ("upstreams", name, "port"),
                f"must differ from every other upstream's port, got {port}, which {quoted(other)} has (take another)",
            )


def _loops(draft: Draft) -> Iterator[Problem]:
    ours = {upstream["port"]: name for name, upstream in draft.upstreams.items() if "port" in upstream}
    for path, url, shown in _urls(draft):
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or _PORTS[parts.scheme]
        # We listen on these addresses and on no other of this machine, such as 127.0.0.2.
        if port in ours and (host in ("127.0.0.1", "::1", "localhost") or host.endswith(".localhost")):
            yield Problem(
                path,
                f"must not lead back to this proxy, {got(shown)}, and {port} is the port of upstream"
                f" {quoted(ours[port])} (name the API's own URL, or take another port)",
            )


def _urls(draft: Draft) -> Iterator[tuple[KeyPath, str, str]]:
    """Yield each URL that we call, with what may be shown of it."""
    for name, upstream in draft.upstreams.items():
        if isinstance(url := upstream.get("url"), str):
            yield ("upstreams", name, "url"), parse_base_url(url), url
    for name, source in sources(draft):
        if isinstance(url := source.get("url"), str):
            shown = url.partition("?")[0]  # the query may hold a secret
            yield ("profiles", name, "token", "url"), url, shown


def _base_paths(draft: Draft) -> Iterator[Problem]:
    for name, upstream in draft.upstreams.items():
        url = upstream.get("url")
        theirs = {str(profile.get("scheme")) for profile in draft.profiles.values() if profile.get("upstream") == name}
        path = urlsplit(parse_base_url(url)).path if isinstance(url, str) else ""
        for prefix in sorted({_PREFIXES[scheme] for scheme in theirs if scheme in _PREFIXES}):
            if path not in ("", prefix):
                way_out = "write that or none: the path is signed, and the API knows no other"
                yield Problem(
                    ("upstreams", name, "url"), f"must have no path but {prefix}, got {quoted(path)} ({way_out})"
                )
