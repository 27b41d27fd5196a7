"""The words of one command, as a shell reads them: up to a pipe, without redirections and variables before it."""

import re
import shlex
from typing import Final

from signer_proxy.cli.failure import Failure

_PIECE: Final = re.compile(
    r"(?P<single>'[^']*')"
    r"|\$'(?P<ansi>(?:\\.|[^'\\])*)'"
    r'|(?P<double>"(?:\\.|[^"\\])*")'
    r"|(?P<escape>\\.)"
    r"|(?P<redirection>(?:(?<=\s)\d|&)?[<>]{1,2}\s*(?:&\d|[^\s|;&<>]*))"
    r"|(?P<end>\||&&|[;&](?=\s|$)|\n)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_VARIABLE: Final = re.compile(r"(?<!\\)(?:\$\{?([A-Za-z_][A-Za-z0-9_]*)|(\$\(|`))")
_ANSI: Final = re.compile(r"\\(?:x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_NAMED: Final = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "v": "\v"}
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)


def shell_words(text: str, subject: str) -> list[str]:
    """Return the words of the first command in a text. Raises Failure."""
    text = text.replace("\\\r\n", "").replace("\\\n", "").strip().removeprefix("$ ")
    kept, bare = [], []
    for piece in _PIECE.finditer(text):
        if piece["end"]:
            break
        if piece["ansi"] is not None:
            kept.append(shlex.quote(_ANSI.sub(_unescaped, piece["ansi"])))
        elif piece["redirection"] is None:
            kept.append(_ESCAPED.sub(_undone, piece[0]) if piece["double"] else piece[0])
            bare.append(piece[0] if piece["double"] or piece["other"] else " ")
    variable = _VARIABLE.search("".join(bare))
    if variable is not None:
        what = f"${variable[1]}" if variable[1] else "a command of its own, $(…)"
        raise Failure(f"{subject}: the command holds {what}, which a shell fills in (write the value in its place)")
    try:
        words = shlex.split("".join(kept), comments=False)
    except ValueError as e:
        raise Failure(f"{subject}: must be one curl command, got unbalanced quotes (copy all of it)") from e
    while words and _ASSIGNMENT.fullmatch(words[0]):
        words.pop(0)
    return words


def _undone(found: re.Match[str]) -> str:
    """Take the backslash from before what shlex leaves it before."""
    return found[1] if found[1] in "$`" else found[0]


def _unescaped(found: re.Match[str]) -> str:
    what = found[0][1:]
    if what[0] in "xuU" and len(what) > 1:
        number = int(what[1:], 16)
    elif what[0] in "01234567":
        number = int(what, 8) & 0xFF
    else:
        return _NAMED.get(what, what)
    # Bytes over ASCII stand alone for what they are; a sign is written in UTF-8.
    if what[0] in "uU":
        return chr(number) if number < 0x110000 else "\ufffd"
    return bytes([number]).decode("utf-8", "surrogateescape")
