r"""Canonical JSON: keys sorted at every level, no white space, as SnapTrade's request signatures want it.

Source: SnapTrade, "Request Signatures", section Canonical JSON Rules. The rules name no escaping and no number
format, so the vendor's SDKs differ there: Python's writes `\u00e9`, `1.0` and exact integers, TypeScript's raw
UTF-8, `1` and integers through doubles. The API is a Python server, so Python's form is the default.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

type Json = dict[str, Json] | list[Json] | str | int | float | bool | None
type Form = Literal["ascii", "utf8"]

_ENCODERS: dict[Form, json.JSONEncoder] = {
    form: json.JSONEncoder(
        ensure_ascii=form == "ascii", allow_nan=False, sort_keys=True, separators=(",", ":"), check_circular=False
    )
    for form in ("ascii", "utf8")
}

# What `key in {}` finds in JavaScript before anything was put there: the TypeScript SDK drops these keys.
_OBJECT_PROTOTYPE = frozenset(
    {
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__",
        "__proto__",
        "constructor",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
    }
)

# Python escapes these, U+007F included, and TypeScript does not; both escape halves of surrogate pairs.
_ESCAPED_BY_PYTHON = re.compile("[\x7f-\ud7ff\ue000-\U0010ffff]")

# Without one of these in the canonical form there is nothing to compare: most bodies are done with one search.
_SUSPECT = re.compile(rb"[\x7f-\xff]|\\u|\d[.eE]|\d{16}|" + "|".join(_OBJECT_PROTOTYPE).encode())


class NotJsonError(ValueError):
    """Bytes that are no JSON, or JSON that has no one canonical form; the text says which and quotes nothing."""


def parse(body: bytes) -> tuple[Json, bool]:
    """Parse a JSON body; also tell whether an object in it repeats a key (the last one wins, as in the SDKs).

    Raises NotJsonError for what RFC 8259 does not allow (other encodings, a byte order mark, NaN, Infinity, a number
    that becomes infinite) and for what Python refuses (integers over 4,300 digits, nesting beyond its stack).
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as e:
        raise NotJsonError(f"byte {e.start} is not UTF-8") from e
    if text.startswith("\ufeff"):
        raise NotJsonError("it begins with a byte order mark")
    repeated = False

    def collect(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        nonlocal repeated
        members = dict(pairs)
        repeated = repeated or len(members) < len(pairs)
        return members

    try:
        value: Json = json.loads(text, object_pairs_hook=collect, parse_constant=_refuse_constant, parse_float=_finite)
    except json.JSONDecodeError as e:
        raise NotJsonError(f"{e.msg} at line {e.lineno} column {e.colno}") from e
    except RecursionError as e:
        raise NotJsonError("it is nested too deeply") from e
    except NotJsonError:
        raise
    except ValueError as e:  # int() on more digits than Python converts
        raise NotJsonError("a number in it has too many digits") from e
    return value, repeated


def serialize(value: Json, form: Form) -> bytes:
    """Write `value` in canonical form, as UTF-8.

    Raises NotJsonError for a lone surrogate under `utf8`, which has no UTF-8 form, and for too deep a nesting.
    """
    try:
        return _ENCODERS[form].encode(value).encode()
    except UnicodeEncodeError as e:
        raise NotJsonError("a string in it holds half of a surrogate pair, which has no UTF-8 form") from e
    except RecursionError as e:
        raise NotJsonError("it is nested too deeply") from e


def is_ambiguous(value: Json, canonical: bytes) -> bool:
    """Tell whether the vendor's Python and TypeScript SDKs write `value`, whose canonical form is given, differently.

    They also sort keys differently, by code point and by UTF-16 unit, but only where a key is not ASCII.
    """
    return _SUSPECT.search(canonical) is not None and any(_differs(part) for part in _walk(value))


def _refuse_constant(name: str) -> Json:
    raise NotJsonError(f"{name} is no JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise NotJsonError("a number in it is too large for a double")
    return number


def _walk(value: Json) -> Iterator[Json]:
    pending: list[Json] = [value]
    while pending:
        part = pending.pop()
        yield part
        if isinstance(part, dict):
            pending += part.keys()
            pending += part.values()
        elif isinstance(part, list):
            pending += part


def _differs(part: Json) -> bool:
    match part:
        case str():
            return _ESCAPED_BY_PYTHON.search(part) is not None
        case bool() | None:
            return False
        case int():
            return abs(part) > 2**53 and _javascript_number(part) != str(part)
        case float():
            return _javascript_number(part) != repr(part)
        case dict():
            return not _OBJECT_PROTOTYPE.isdisjoint(part)
        case list():
            return False


def _javascript_number(number: float) -> str:
    """Write a number as JavaScript does: ECMA-262, Number::toString."""
    try:
        double = float(number)
    except OverflowError:
        return "null"
    if double == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(double)).normalize().as_tuple()
    assert isinstance(exponent, int)  # a finite number's
    text, minus = "".join(map(str, digits)), "-" if sign else ""
    point = len(text) + exponent
    if len(text) <= point <= 21:
        return minus + text + "0" * (point - len(text))
    if 0 < point <= 21:
        return f"{minus}{text[:point]}.{text[point:]}"
    if -6 < point <= 0:
        return f"{minus}0.{'0' * -point}{text}"
    mantissa = text[0] + ("." + text[1:] if len(text) > 1 else "")
    return f"{minus}{mantissa}e{point - 1:+d}"
