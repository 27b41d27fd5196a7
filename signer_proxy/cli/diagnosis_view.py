"""A diagnosis as text: the mistakes, each with the line that mends it, and the two bases one above the other."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from signer_proxy.diagnosis.fixes import FIXES
from signer_proxy.diagnosis.mistake import Diagnosis

_LONGEST: Final = 8192
"""Of what is compared sign by sign, in characters."""


def view(diagnosis: Diagnosis, profile: str, language: str) -> Group:
    """Return what a terminal shows, or a file gets."""
    return Group(*_lines(diagnosis, profile, language))


def _lines(diagnosis: Diagnosis, profile: str, language: str) -> Iterator[RenderableType]:
    scheme = f"{profile}, {diagnosis.scheme}"
    if diagnosis.verdict == "right":
        yield Text(f"right: the request is as it must be ({scheme})", style="green")
        if diagnosis.left:
            yield from _list("where the API still refuses it, the likeliest first:", diagnosis.left)
        return
    if diagnosis.verdict == "explained":
        count = len(diagnosis.mistakes)
        yield Text(f"explained by {count} mistake{'s' * (count > 1)} ({scheme})", style="bold")
    else:
        yield Text(f"unexplained: no known mistake makes this signature ({scheme})", style="bold")
    yield from _mistakes(diagnosis, language)
    yield from _bases(diagnosis)
    if diagnosis.verdict == "unexplained":
        yield from _list("ruled out:", diagnosis.ruled_out)
        yield from _list("left, the likeliest first:", diagnosis.left)


def _mistakes(diagnosis: Diagnosis, language: str) -> Iterator[Text]:
    shown = set()
    for number, mistake in enumerate(diagnosis.mistakes, 1):
        yield Text(f"\n{number}. {mistake.code}: {mistake.sentence}")
        fix = FIXES[language].get(mistake.topic)
        if fix is not None and fix not in shown:
            shown.add(fix)
            for line in fix.split("\n"):
                yield Text(f"     {line}", style="cyan")


def _bases(diagnosis: Diagnosis) -> Iterator[Text]:
    expected = _shown(diagnosis.expected)
    if diagnosis.actual is None or diagnosis.actual == diagnosis.expected:
        yield Text("\nthe signature base that is right:")
        yield Text(expected)
        return
    right, wrong, marks = _marked(expected, _shown(diagnosis.actual))
    yield Text("\nthe signature base that is right:")
    yield right
    yield Text("and the one that was signed:")
    yield wrong
    if marks:
        yield Text(marks)


def _marked(expected: str, actual: str) -> tuple[Text, Text, str]:
    """Return both texts with what differs in colour, and in words what differs first."""
    right, wrong = Text(expected), Text(actual)
    if max(len(expected), len(actual)) > _LONGEST:
        return right, wrong, ""
    first = ""
    for kind, i, j, k, n in SequenceMatcher(None, expected, actual, autojunk=False).get_opcodes():
        if kind != "equal":
            right.stylize("black on green", i, j)
            wrong.stylize("black on red", k, n)
            what = f"{expected[i:j][:40]!r} is right, signed was {actual[k:n][:40]!r}"
            first = first or f"they differ first at sign {i + 1}: {what}"
    return right, wrong, first


def _shown(base: bytes) -> str:
    r"""Return a base with what cannot be seen made visible: a CR as \r, a tab as \t."""
    text = base.decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() or sign == "\n" else ascii(sign)[1:-1] for sign in text)


def _list(heading: str, lines: tuple[str, ...]) -> Iterator[Text]:
    if lines:
        yield Text(f"\n{heading}")
        yield from (Text(f"  - {line}") for line in lines)
