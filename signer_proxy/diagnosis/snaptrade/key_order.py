"""The order of keys in the JSON that is signed: by code point, at every level."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations

from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.variant import Variant, common, right, wrong

MEMBERS = ("content", "path", "query")

_LARGEST_INDEX = 2**32 - 1
"""Whole numbers from here up are keys like others (ECMA-262, array index)."""

type Arrange = Callable[[object], object]


@dataclass(frozen=True, slots=True)
class KeyOrder:
    """How the three members stand, and how a value within them is put in order."""

    members: tuple[str, ...]
    arrange: Arrange


def _arranging(sort: Callable[[list[str]], list[str]], *, levels: int = -1, arrays: bool = False) -> Arrange:
    """Return what sorts the keys of a value, down to some level, and perhaps the items of its arrays."""

    def arrange(value: object, level: int = levels) -> object:
        if isinstance(value, dict):
            keys = sort(list(value)) if level else list(value)
            return {key: arrange(value[key], level - 1) for key in keys}
        if isinstance(value, list):
            items = [arrange(item, level) for item in value]
            return sorted(items, key=str) if arrays else items
        return value

    return arrange


def _as_javascript(keys: list[str]) -> list[str]:
    """Return keys as an object has them that was filled in sorted order: whole numbers first, by size."""
    whole = [key for key in keys if re.fullmatch("0|[1-9][0-9]{0,9}", key) and int(key) < _LARGEST_INDEX]
    return sorted(whole, key=int) + sorted(set(keys) - set(whole), key=_utf16)


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")


def _only_members(value: object) -> object:
    if isinstance(value, dict):
        return {key: _only_members(value[key]) for key in MEMBERS if key in value}
    return [_only_members(item) for item in value] if isinstance(value, list) else value


SORTED = _arranging(sorted)
AS_THEY_CAME = _arranging(list)

_TOP_ONLY = Mistake(
    "json-keys-sorted-at-top-only",
    "The keys were left unsorted inside the content: only the top level was in order; sort them at every level.",
    "order",
)
_UNSORTED = Mistake("json-keys-unsorted", "The keys were signed unsorted; sort them at every level.", "order")
_TOP = Mistake(
    "json-members-unsorted",
    "The members stood in another order than content, path, query; the outer object is sorted as well.",
    "order",
)
_DROPPED = Mistake(
    "json-keys-dropped",
    "Keys inside the content were dropped: a list of the top-level keys was given to JSON.stringify as its replacer, "
    "and that filters every level; list the keys of all levels (or {} was signed for the content).",
    "order",
)


def _other(code: str, text: str) -> Mistake:
    return Mistake(code, f"{text}; sort keys by code point at every level, and leave arrays alone.", "order")


ORDERS: tuple[Variant[KeyOrder], ...] = (
    right(KeyOrder(MEMBERS, SORTED)),
    common(KeyOrder(MEMBERS, AS_THEY_CAME), _TOP_ONLY),
    wrong(KeyOrder(MEMBERS, _only_members), _DROPPED),
    wrong(
        KeyOrder(MEMBERS, _arranging(sorted, levels=1)),
        Mistake(
            "json-keys-sorted-at-first-level",
            "The content's own keys were sorted, but not those deeper in it; sort them at every level.",
            "order",
        ),
    ),
    wrong(
        KeyOrder(MEMBERS, _arranging(lambda keys: sorted(keys, key=_utf16))),
        _other("json-keys-by-utf16", "Keys were sorted by UTF-16 unit, as JavaScript and Java do"),
    ),
    wrong(
        KeyOrder(MEMBERS, _arranging(_as_javascript)),
        _other("json-keys-integers-first", "Keys that are whole numbers came first, as JavaScript's objects have them"),
    ),
    wrong(
        KeyOrder(MEMBERS, _arranging(lambda keys: sorted(keys, key=str.lower))),
        _other("json-keys-case-insensitive", "Keys were sorted without regard to case"),
    ),
    wrong(
        KeyOrder(MEMBERS[::-1], _arranging(lambda keys: sorted(keys, reverse=True))),
        _other("json-keys-reversed", "Keys were sorted backwards"),
    ),
    wrong(
        KeyOrder(MEMBERS, _arranging(sorted, arrays=True)),
        _other("json-arrays-sorted", "The items of arrays were sorted, too"),
    ),
    *(
        wrong(KeyOrder(members, arrange), mistake)
        for members in permutations(MEMBERS)
        if members != MEMBERS
        for arrange, mistake in ((SORTED, _TOP), (AS_THEY_CAME, _UNSORTED))
    ),
)
