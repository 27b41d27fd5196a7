"""Content that a client library changed between signing and sending: what was signed is not what came."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.snaptrade.part import Number, Part, Value
from signer_proxy.diagnosis.variant import Variant, common, wrong

MOST: Final = 32
"""So many members, or parameters, are looked at one by one."""

type Change = Callable[[object], object]


def _mistake(code: str, what: str) -> Mistake:
    text = f"The content was signed {what}, but the body was sent otherwise; sign exactly what is sent."
    return Mistake(code, text, "changed")


def _each(leaf: Change = lambda value: value, key: Callable[[str], str] = str) -> Change:
    """Return what changes every key, and every value that holds no others."""

    def change(value: object) -> object:
        if isinstance(value, dict):
            return {key(name): change(member) for name, member in value.items()}
        return [change(item) for item in value] if isinstance(value, list) else leaf(value)

    return change


def _dropping(*unwanted: object) -> Change:
    """Return what leaves out members with one of some values."""

    def change(value: object) -> object:
        if isinstance(value, dict):
            changed = {name: change(member) for name, member in value.items()}
            return {name: member for name, member in changed.items() if not any(_same(member, u) for u in unwanted)}
        return [change(item) for item in value] if isinstance(value, list) else value

    return change


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def _text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, Number) else value


def as_number(value: object) -> object:
    """Return text that is a number as one, and all else as it is."""
    is_text = isinstance(value, str) and not isinstance(value, Number)
    return (
        Number(value) if is_text and re.fullmatch(r"-?(0|[1-9]\d{0,14})(\.\d{1,9})?", str(value), re.ASCII) else value
    )


def _only_text(change: Callable[[str], str]) -> Change:
    return lambda value: change(value) if isinstance(value, str) and not isinstance(value, Number) else value


def _camel(key: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), key)


def _snake(key: str) -> str:
    return re.sub(r"(?<=[a-z0-9])[A-Z]", lambda found: f"_{found[0].lower()}", key)


def _pascal(key: str) -> str:
    return key[:1].upper() + key[1:]


_NULLS = _mistake("content-nulls-dropped", "without the members that are null")
_EMPTY = _mistake("content-empty-dropped", "without the members that are empty")
_NAMES = _mistake("content-keys-renamed", "with its keys spelled in another way (snake_case, camelCase)")
_NORMAL = _mistake("content-normalised", "with its Unicode in another normal form")
_CHANGES: tuple[tuple[Change, Mistake], ...] = (
    (_dropping(None, ""), _EMPTY),
    (_dropping(None, "", [], {}), _EMPTY),
    (_dropping("", [], {}), _EMPTY),
    (_each(key=_snake), _NAMES),
    (_each(key=_camel), _NAMES),
    (_each(key=_pascal), _NAMES),
    (_each(key=str.lower), _NAMES),
    (_each(_text), _mistake("content-values-as-strings", "with numbers and truth values as text")),
    (_each(as_number), _mistake("content-strings-as-numbers", "with text that is a number as a number")),
    (_each(_only_text(str.strip)), _mistake("content-strings-stripped", "with white space cut off its texts")),
    (_each(_only_text(lambda text: unicodedata.normalize("NFC", text))), _NORMAL),
    (_each(_only_text(lambda text: unicodedata.normalize("NFD", text))), _NORMAL),
)


def changed(content: object, before: Callable[[], None]) -> Iterator[Variant[Part]]:
    """Yield what may have been signed before a library made this content of it; `before` is called before each."""
    before()
    yield common(Value(_dropping(None)(content)), _NULLS)
    for change, mistake in _CHANGES:
        before()
        yield wrong(Value(change(content)), mistake)
    if isinstance(content, dict):
        for name in islice(content, MOST):
            before()
            without = {other: member for other, member in content.items() if other != name}
            yield wrong(
                Value(without),
                _mistake("content-member-missing", f"without the member {name[:60]!r}"),
            )
