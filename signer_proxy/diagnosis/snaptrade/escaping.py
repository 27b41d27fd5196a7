r"""How strings are escaped in the JSON that is signed: as Python's json does, `\u00e9` for what is not ASCII.

Under `canonical_json = "utf8"` a profile has it the other way round.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.variant import Variant, common, right, wrong

type Escape = Callable[[str], str]
"""Takes JSON text whose strings are escaped as little as they may be."""


@dataclass(frozen=True, slots=True)
class Escaping:
    """How the content is escaped, and how path and query are: who writes the frame by hand escapes only the former."""

    content: Escape
    target: Escape


_NOT_PRINTABLE = re.compile("[^ -~\n\t\r]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_CONTROL = re.compile(r"\\u00[01][0-9a-f]|\\b|\\f")
_SEPARATORS = {"\u2028": r"\u2028", "\u2029": r"\u2029"}


def _units(sign: str) -> str:
    raw = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{raw[at] << 8 | raw[at + 1]:04x}" for at in range(0, len(raw), 2))


def _ascii(text: str) -> str:
    return text if text.isascii() and "\x7f" not in text else _NOT_PRINTABLE.sub(lambda found: _units(found[0]), text)


def _upper(text: str) -> str:
    """Write the digits of escapes in capitals."""
    return re.sub(
        r"\\(u[0-9a-f]{4}|.)",
        lambda found: "\\u" + found[1][1:].upper() if found[1][0] == "u" else found[0],
        _ascii(text),
    )


def _replacing(signs: dict[str, str], then: Escape = str) -> Escape:
    table = {ord(sign): escape for sign, escape in signs.items()}
    return lambda text: then(text.translate(table))


def _dotnet(text: str) -> str:
    html = {"<": r"\u003C", ">": r"\u003E", "&": r"\u0026", "'": r"\u0027", "+": r"\u002B", "`": r"\u0060"}
    return _upper(text.replace('\\"', r"\u0022")).translate({ord(sign): escape for sign, escape in html.items()})


_UTF8 = Mistake(
    "json-not-ascii",
    r"Signs beyond ASCII were signed as UTF-8; write them as escapes such as \u00e9.",
    "escape",
)
_ASCII = Mistake(
    "json-ascii",
    r"Signs beyond ASCII were signed as escapes such as \u00e9, and the profile says utf8; write them as they are.",
    "escape",
)
_HTML = Mistake(
    "json-html-escaped",
    r"The signs < > & were escaped for HTML, as in \u003c; write them as they are.",
    "escape",
)
_GSON = Mistake(
    "json-gson-escaped",
    r"The signs < > & = ' were escaped for HTML, as Gson does unless told otherwise (\u003d); write them as they are.",
    "escape",
)
_SLASH = Mistake("json-slash-escaped", r"Slashes were escaped as \/; write them as they are.", "escape")
_CAPITALS = Mistake("json-escapes-in-capitals", r"Escapes were written in capitals, as \u00E9; write \u00e9.", "escape")
_DOTNET = Mistake(
    "json-dotnet-escaped",
    r"Signs were escaped as System.Text.Json does unless told otherwise (\u0026, \u002B); write ASCII as it is.",
    "escape",
)

_HTML_SIGNS = {"<": r"\u003c", ">": r"\u003e", "&": r"\u0026"}
_GSON_SIGNS = {**_HTML_SIGNS, "=": r"\u003d", "'": r"\u0027", **_SEPARATORS}
_SLASHES = {"/": r"\/"}

_HTML_ESCAPED = _replacing({**_HTML_SIGNS, **_SEPARATORS})
_GSON_ESCAPED = _replacing(_GSON_SIGNS)
_SLASHES_ESCAPED = _replacing(_SLASHES, _ascii)


def _throughout(escape: Escape) -> Escaping:
    return Escaping(escape, escape)


_ESCAPES: Final[tuple[Variant[Escaping], ...]] = (
    common(_throughout(_HTML_ESCAPED), _HTML),
    common(Escaping(_HTML_ESCAPED, str), _HTML),
    wrong(_throughout(_replacing(_HTML_SIGNS, _ascii)), _HTML),
    common(_throughout(_GSON_ESCAPED), _GSON),
    common(Escaping(_GSON_ESCAPED, str), _GSON),
    common(_throughout(_SLASHES_ESCAPED), _SLASH),
    wrong(Escaping(_SLASHES_ESCAPED, str), _SLASH),
    wrong(_throughout(_replacing(_SLASHES)), _SLASH, _UTF8),
    wrong(_throughout(_replacing({**_SLASHES, **_SEPARATORS})), _SLASH, _UTF8),
    wrong(_throughout(_upper), _CAPITALS),
    wrong(_throughout(_dotnet), _DOTNET),
    wrong(Escaping(_dotnet, str), _DOTNET),
)
_WAYS: Final[dict[str, tuple[Variant[Escaping], ...]]] = {
    "ascii": (right(_throughout(_ascii)), common(_throughout(str), _UTF8), *_ESCAPES),
    "utf8": (
        right(_throughout(str)),
        common(_throughout(_ascii), _ASCII),
        *(replace(way, mistakes=tuple(each for each in way.mistakes if each is not _UTF8)) for way in _ESCAPES),
    ),
}


def escapes(form: Literal["ascii", "utf8"]) -> tuple[Variant[Escaping], ...]:
    """Return how strings may have been escaped where a form of canonical JSON is right; that one is the first."""
    return _WAYS[form]
