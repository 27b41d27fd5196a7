"""What is signed as the content: the body's JSON, and null where there is no body or it is `{}`."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlencode

from signer_proxy.diagnosis.budget import Budget
from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.snaptrade.body import Body
from signer_proxy.diagnosis.snaptrade.changed_content import changed
from signer_proxy.diagnosis.snaptrade.part import Absent, Part, Value, Verbatim
from signer_proxy.diagnosis.variant import Variant, common, right, wrong

_RULE = "sign the body's JSON itself, and null where there is no body or it is {}"


def _mistake(code: str, what: str) -> Mistake:
    return Mistake(code, f"The content was signed as {what}; {_RULE}.", "content")


EMPTY_OBJECT = _mistake("content-empty-object", "{}")
_EMPTY_STRING = _mistake("content-empty-string", 'the empty text ""')
_EMPTY_LIST = _mistake("content-empty-list", "[]")
_NULL = _mistake("content-null", "null, though a body was sent")
_NULL_TEXT = _mistake("content-null-as-string", 'the text "null" or "undefined"')
_ABSENT = Mistake("content-absent", f"The member content was left out (undefined?); {_RULE}.", "content")
_STRING = _mistake("content-as-string", "text: the JSON was made a string and then written as JSON once more")
_VERBATIM = Mistake(
    "content-verbatim",
    "The body's text was put into the base as it stands, with its white space and order; write its JSON anew, in "
    "canonical form.",
    "content",
)
_OBJECT = _mistake("content-object-as-text", 'the text "[object Object]", which JavaScript makes of an object')
_LINE_ENDS = _mistake("content-line-ends", "text whose line ends differ from those that were sent (CRLF against LF)")
_BOM = _mistake("content-bom", "text with a byte order mark")
_DIGEST = _mistake("content-digest", "a digest or an encoding of the body")
_FORM = _mistake("content-form-encoded", "form data such as a=1&b=2")
_WRAPPED = _mistake("content-wrapped", "a value with the body inside it, such as {“body”: …} or […]")


def signed_content(body: Body) -> Part:
    """Return what is signed as the content of a request with this body."""
    return Value(None if body.json == {} else body.json)


def contents(body: Body, budget: Budget) -> tuple[Variant[Part], ...]:
    """Return what may have been signed as the content. Raises SpentError."""
    nothing = body.json is None or body.json == {}
    found = [right(signed_content(body)), *_without(nothing=nothing)]
    for way in _of(body, budget) if body.text else ():
        budget.spend(len(body.text))
        found.append(way)
    return tuple(found)


def _without(*, nothing: bool) -> Iterator[Variant[Part]]:
    if not nothing:
        yield common(Value(None), _NULL)
    yield common(Value({}), EMPTY_OBJECT)
    yield common(Value(""), _EMPTY_STRING)
    yield common(Absent(), _ABSENT)
    yield wrong(Value([]), _EMPTY_LIST)
    yield wrong(Value("null"), _NULL_TEXT)
    yield wrong(Value("undefined"), _NULL_TEXT)


def _of(body: Body, budget: Budget) -> Iterator[Variant[Part]]:
    text = body.text
    yield common(Value(text), _STRING)
    yield common(Verbatim(text), _VERBATIM)
    for is_sorted in (True, False):
        for spaces, indent in (((",", ":"), None), ((", ", ": "), None), ((",", ": "), 2)):
            again = json.dumps(body.plain, sort_keys=is_sorted, separators=spaces, indent=indent)
            budget.spend(8 * len(again))
            yield wrong(Value(again), _STRING)
    yield wrong(Value("[object Object]"), _OBJECT)
    unix = text.replace("\r\n", "\n")
    for other in (unix.replace("\n", "\r\n"), unix, text.strip(), f"{text}\n", f"{text}\r\n"):
        yield wrong(Verbatim(other), _LINE_ENDS)
        yield wrong(Value(other), _LINE_ENDS, _STRING)
    yield wrong(Verbatim(f"\ufeff{text}"), _BOM)
    yield wrong(Value(f"\ufeff{text}"), _BOM, _STRING)
    raw = text.encode("utf-8", "surrogatepass")
    yield wrong(Value(b64encode(raw).decode()), _DIGEST)
    yield wrong(Value(hashlib.sha256(raw).hexdigest()), _DIGEST)
    yield wrong(Value(hashlib.md5(raw, usedforsecurity=False).hexdigest()), _DIGEST)
    if isinstance(body.plain, dict):
        with suppress(UnicodeEncodeError):  # half of a surrogate pair
            yield wrong(Value(urlencode(body.plain)), _FORM)
    for wrapped in ([body.json], {"body": body.json}, {"data": body.json}, {"content": body.json}):
        yield wrong(Value(wrapped), _WRAPPED)
    yield from changed(body.json, lambda: budget.spend(2 * len(text)))
