"""The members of JSON that are secrets, and its strings that tell one: found in its text."""

import json
import re
from collections.abc import Iterator
from typing import Final

from signer_proxy.operations.registration import HIDDEN
from signer_proxy.redaction import telling_text
from signer_proxy.redaction.secret_names import is_secret, may_tell

_STRING: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NAME: Final = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*")[ \t\n\r]*:[ \t\n\r]*', re.DOTALL)
_COLON: Final = re.compile(r"[ \t\n\r]*:[ \t\n\r]*")
_BESIDE_STRINGS: Final = re.compile(r"[\s\[\]{},:0-9eE+.\-truefalsn]*")
"""What JSON has outside of its strings."""
_DECODER: Final = json.JSONDecoder()


def without(text: str, *, is_cut: bool) -> str:
    """Return JSON without its secrets; a string that tells one goes whole. Raises ValueError for what is no JSON."""
    if not is_cut:
        json.loads(text)
    pieces: list[str] = []
    copied = 0
    for name, start, end in _secrets(text, is_cut=is_cut):
        pieces += [text[copied:start], json.dumps(name + HIDDEN)]
        copied = end
    return "".join([*pieces, text[copied:]])


def _secrets(text: str, *, is_cut: bool) -> Iterator[tuple[str, int, int]]:
    """Yield where each secret begins and ends, however deep in JSON, after what is left of it: a name, or nothing."""
    place = 0
    while (start := text.find('"', place)) >= 0:
        if is_cut and not _BESIDE_STRINGS.fullmatch(text, place, start):
            raise ValueError("this is no JSON")
        found = _STRING.match(text, start)
        if found is None:  # it is cut in the middle of a string
            if may_tell(text[start:].encode()):
                yield "", start, len(text)
            return
        place = found.end()
        colon = _COLON.match(text, place)
        if colon is None:
            if name := _told_by(found[0]):
                yield f"{name}=", start, place
            continue
        place = colon.end()
        if is_secret(json.loads(found[0])):
            start, place = place, _end(text, place, is_cut=is_cut)
            yield "", start, place
    if is_cut and not _BESIDE_STRINGS.fullmatch(text, place):
        raise ValueError("this is no JSON")


def _told_by(string: str) -> str | None:
    if not ("=" in string or ":" in string or "%" in string or "\\" in string):
        return None
    plain = json.loads(string).encode("utf-8", "surrogatepass")
    name = telling_text.tells(telling_text.in_links(plain)) if may_tell(plain) else None
    return None if name is None else name.decode("ascii")


def _end(text: str, start: int, *, is_cut: bool) -> int:
    try:
        return _DECODER.raw_decode(text, start)[1]
    except ValueError:
        if is_cut:
            return len(text)
        raise


def left_in(sent: bytes) -> str | None:
    """Return the name of a member that has `***` for its value, `body` where that cannot be read; None for none."""
    try:
        text = sent.decode()
        json.loads(text)
    except (ValueError, RecursionError):
        return "body"
    place = 0
    while name := _NAME.search(text, place):
        place = name.end()
        if is_secret(json.loads(name[1])) and text.startswith(json.dumps(HIDDEN), place):
            return str(json.loads(name[1]))
    return None
