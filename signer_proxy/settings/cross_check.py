"""What goes beyond one table of the config: names that must exist, and what the checks beside this one look at."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from signer_proxy.operations import pti, snaptrade
from signer_proxy.settings.base_url import parse_base_url
from signer_proxy.settings.config_problem import Problem
from signer_proxy.settings.draft import Draft
from signer_proxy.settings.got import bare, got, quoted
from signer_proxy.settings.listening_check import listening_check
from signer_proxy.settings.suggestion import suggestion
from signer_proxy.settings.token_check import token_check

# What a scheme's API begins its paths with. A signature covers the path that is sent, and access rules are written
# without this prefix: with any other path in front, neither would mean what it says.
_PREFIXES: Final = {
    "snaptrade-signature": snaptrade.OPERATIONS.prefix,
    "snaptrade-jwt": snaptrade.OPERATIONS.prefix,
    "pti-signature": pti.OPERATIONS.prefix,
    "pti-token": pti.OPERATIONS.prefix,
}


def cross_check(draft: Draft) -> Iterator[Problem]:
    """Yield every problem between the tables of a config."""
    yield from _upstreams_of_profiles(draft)
    yield from _default_profiles(draft)
    yield from listening_check(draft)
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
