"""What became of each parameter and header of a request between the client and the API."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from signer_proxy import query
from signer_proxy.message import Headers, Request, split_target

type Place = Literal["parameter", "header"]
type Fate = Literal["unchanged", "replaced", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Change:
    """A parameter or a header by its name, and what became of it; values are not here."""

    place: Place
    name: str
    fate: Fate


def changes(came: Request, target: bytes, headers: Headers) -> tuple[Change, ...]:
    """Compare a request as it came with the target and the headers that left, in the order in which these left."""
    return (
        *_compared("parameter", _parameters(came.target), _parameters(target)),
        *_compared("header", _named(came.headers), _named(headers)),
    )


def _compared(place: Place, came: list[tuple[str, bytes]], left: list[tuple[str, bytes]]) -> Iterable[Change]:
    before, after = _by_name(place, came), _by_name(place, left)
    for key, (name, values) in after.items():
        if key not in before:
            yield Change(place, name, "added")
        else:
            yield Change(place, name, "unchanged" if before[key][1] == values else "replaced")
    for key, (name, _) in before.items():
        if key not in after:
            yield Change(place, name, "removed")


def _by_name(place: Place, pairs: list[tuple[str, bytes]]) -> dict[str, tuple[str, list[bytes]]]:
    found: dict[str, tuple[str, list[bytes]]] = {}
    for name, value in pairs:
        found.setdefault(name.lower() if place == "header" else name, (name, []))[1].append(value)
    return found


def _parameters(target: bytes) -> list[tuple[str, bytes]]:
    _, raw = split_target(target)
    return [(query.name(part), part) for part in query.parameters(raw)] if raw else []


def _named(headers: Headers) -> list[tuple[str, bytes]]:
    return [(name.decode("ascii", "replace"), value) for name, value in headers]
