"""What many exchanges come to: how many of each kind, and how long they took."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from signer_proxy.audit.trail import Found

PERCENTILES: Final = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Summary:
    """The exchanges of a profile; times in milliseconds, the percentiles of PERCENTILES in order."""

    profile: str | None
    """None for requests that were refused before their profile was known."""
    requests: int
    outcomes: dict[str, int]
    statuses: dict[str, int]
    total: tuple[float, ...]
    upstream: tuple[float, ...]
    own: tuple[float, ...]

    def document(self) -> dict[str, object]:
        """Return it as a program reads it."""
        times = {"ms_total": self.total, "ms_upstream": self.upstream, "ms_own": self.own}
        return {
            "profile": self.profile,
            "requests": self.requests,
            "outcomes": self.outcomes,
            "statuses": self.statuses,
            **{name: dict(zip((f"p{one}" for one in PERCENTILES), each, strict=True)) for name, each in times.items()},
        }


def summarise(found: Iterable[Found]) -> list[Summary]:
    """Sum up the requests of each profile; orders that leave and calls of ours are part of them, and not counted."""
    by_profile: dict[str | None, list[Found]] = {}
    for one in found:
        if one.get("kind") == "request":
            profile = one.get("profile")
            by_profile.setdefault(profile if isinstance(profile, str) else None, []).append(one)
    return [_summary(profile, by_profile[profile]) for profile in sorted(by_profile, key=lambda name: name or "")]


def _summary(profile: str | None, found: Sequence[Found]) -> Summary:
    times = [tuple(_number(one, key) for key in ("ms_total", "ms_upstream", "ms_token")) for one in found]
    return Summary(
        profile,
        len(found),
        _counted(one.get("outcome") for one in found),
        _counted(one.get("code") or one.get("status") for one in found),
        _percentiles([total for total, _, _ in times]),
        _percentiles([upstream for _, upstream, _ in times]),
        _percentiles([max(0.0, total - upstream - token) for total, upstream, token in times]),
    )


def _number(one: Found, key: str) -> float:
    value = one.get(key)
    return float(value) if isinstance(value, int | float) else 0.0


def _counted(values: Iterable[object]) -> dict[str, int]:
    return dict(Counter(str(value) for value in values if value is not None).most_common())


def _percentiles(values: list[float]) -> tuple[float, ...]:
    """Return the nearest-rank percentiles: each is a time that was measured."""
    ordered = sorted(values)
    return tuple(round(ordered[math.ceil(len(ordered) * one / 100) - 1], 3) for one in PERCENTILES)
