"""Every mistake is found by its code, alone and with another one."""

import random
from dataclasses import replace
from typing import Final

import pytest

from tests.diagnosis.catalogue import PLAIN, TABLES, Entry
from tests.diagnosis.signing import KEY, OWNER, SECRET, Asked, codes, diagnosed

SINGLES: Final[dict[str, Entry]] = {
    f"{table}-{name}": entry for table, entries in TABLES.items() for name, entry in entries.items()
}
FURTHER: Final = {"base64-key": "c2VjcmV0LWtleQ==", "hex-key": "00ff10"}
"""Keys other than that of the tests, which is neither."""

FAR: Final = ("query-milliseconds", "query-hours", "query-seconds-early")
COMMON: Final = (
    "write-spaces",
    "write-top-only",
    "write-html",
    "path-prefix",
    "key-newline",
    "output-hex",
    "digest-sha1",
)
"""What far timestamps are looked for together with."""
WHOLE: Final = (
    "base-unsorted",
    "base-members",
    "base-content-alone",
    "base-verbatim",
    "base-crlf",
    "base-absent",
    "base-plain",
)


def fits(one: str, other: str) -> bool:
    """Tell whether `one` can be told apart beside `other`: some bases say nothing of the content, or of its form."""
    if one in FAR:
        return other in COMMON
    if one.partition("-")[0] == other.partition("-")[0]:
        return False
    return one not in WHOLE or not other.startswith(("content-", "write-", "query-null", "query-object"))


def pairs(count: int) -> dict[str, Entry]:
    """Return pairs of mistakes at different steps, of which neither hides the other."""
    found: dict[str, Entry] = {}
    chance = random.Random(20)
    while len(found) < count:
        (one, (steps, first)), (other, (more, second)) = chance.sample(list(SINGLES.items()), 2)
        if steps.keys() & more.keys() or f"{other}+{one}" in found or not (fits(one, other) and fits(other, one)):
            continue
        both = Asked(**steps, **more)
        try:
            made = both.signature()
            hides = made in (Asked(**steps).signature(), Asked(**more).signature())
        except (AttributeError, KeyError, TypeError, ValueError):  # steps that do not fit together
            continue
        if not hides:
            found[f"{one}+{other}"] = ({**steps, **more}, first | second)
    return found


PAIRS: Final = pairs(160)


@pytest.mark.parametrize(("steps", "expected"), SINGLES.values(), ids=SINGLES)
def test_single_mistakes(steps: dict[str, object], expected: set[str]) -> None:
    """A mistake is named by its code and nothing else is; the key is in no part of the diagnosis."""
    diagnosis = diagnosed(Asked().but(**steps).received())
    assert (diagnosis.verdict, set(codes(diagnosis))) == ("explained", expected)
    assert KEY not in str(diagnosis.summary())


@pytest.mark.parametrize(("name", "asked", "expected"), [(name, *each) for name, each in PLAIN.items()], ids=PLAIN)
def test_further_mistakes(name: str, asked: Asked, expected: set[str]) -> None:
    """The same for requests without a body, with the old prefix, and with other kinds of keys."""
    diagnosis = diagnosed(asked.received(), replace(OWNER, consumer_key=FURTHER.get(name, KEY)))
    assert (diagnosis.verdict, set(codes(diagnosis))) == ("explained", expected)


@pytest.mark.parametrize(("steps", "expected"), PAIRS.values(), ids=PAIRS)
def test_pairs(steps: dict[str, object], expected: set[str]) -> None:
    """Two mistakes at once are both named, by as few as explain the signature."""
    diagnosis = diagnosed(Asked().but(**steps).received())
    assert diagnosis.verdict == "explained"
    assert set(codes(diagnosis)) == expected


def test_no_secret_is_shown() -> None:
    """A diagnosis and its parts have no key in their reprs."""
    diagnosis = diagnosed(Asked(key=b"another-key").received())
    assert not any(secret in repr((diagnosis, OWNER)) for secret in (KEY, "another-key", SECRET))
