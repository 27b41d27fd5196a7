"""The ways of each step of signing that make a difference for a request, alone or beside another one.

A way is left out only where it makes none, whatever is done at the other steps: a decoded query holds signs that the
one that was sent does not hold, and what was text in the body may have been signed as a number.
"""

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

from signer_proxy.diagnosis.budget import Budget
from signer_proxy.diagnosis.received import Received
from signer_proxy.diagnosis.snaptrade.base_form import BASE_FORMS
from signer_proxy.diagnosis.snaptrade.body import Body
from signer_proxy.diagnosis.snaptrade.changed_content import as_number
from signer_proxy.diagnosis.snaptrade.content import contents
from signer_proxy.diagnosis.snaptrade.credentials import Credentials
from signer_proxy.diagnosis.snaptrade.escaping import Escaping, escapes
from signer_proxy.diagnosis.snaptrade.key_order import ORDERS, KeyOrder
from signer_proxy.diagnosis.snaptrade.number_form import NUMBER_FORMS, NumberForm
from signer_proxy.diagnosis.snaptrade.part import Absent, Number, Part, Value, Verbatim
from signer_proxy.diagnosis.snaptrade.path import paths
from signer_proxy.diagnosis.snaptrade.raw_query import queries
from signer_proxy.diagnosis.snaptrade.spacing import SPACINGS
from signer_proxy.diagnosis.snaptrade.timestamp import near_timestamps
from signer_proxy.diagnosis.variant import Variant

type Steps = Mapping[str, Sequence[Variant[Any]]]
"""The ways of each step, by the name of its place in Choice; the right one is the first."""

_SMALL: Final = 2048
"""In characters: over it every order of keys is taken to make a difference."""


def steps(received: Received, body: Body, credentials: Credentials, budget: Budget) -> Steps:
    """Return all that may have been done at each step. Raises SpentError."""
    query = received.query
    content = _distinct(contents(body, budget), _part)
    path = _distinct(paths(received.path, query, received.origin), _part)
    texts = _distinct((*queries(query, credentials), *near_timestamps(query)), _part)
    budget.spend(len(query) * len(texts))
    target = _signs(received.path + b"?" + query)
    inside = _inside(body)
    numbers = sorted(set(_numbers(body.json)))
    trees = [tree for way in (*content, *texts) if (tree := _tree(way.value)) is not None]
    is_small = len(body.text) + len(query) <= _SMALL

    def escaped(way: Escaping) -> Hashable:
        return way.content(inside), way.target(target)

    def written(way: NumberForm) -> Hashable:
        return tuple(map(way, numbers))

    def arranged(way: KeyOrder) -> Hashable:
        return (way.members, *(repr(way.arrange(tree)) for tree in trees)) if is_small else id(way)

    return {
        "form": BASE_FORMS,
        "spacing": SPACINGS,
        "order": _distinct(ORDERS, arranged),
        "escape": _distinct(escapes(credentials.canonical_json), escaped),
        "numbers": _distinct(NUMBER_FORMS, written),
        "content": content,
        "path": path,
        "query": texts,
    }


def _distinct[T](ways: Sequence[Variant[T]], key: Callable[[T], Hashable]) -> list[Variant[T]]:
    """Return each way once; of two that are the same, the one with the fewest mistakes."""
    found: dict[Hashable, Variant[T]] = {}
    for way in sorted(ways, key=lambda way: len(way.mistakes)):
        found.setdefault(key(way.value), way)
    return list(found.values())


def _part(part: Part) -> Hashable:
    match part:
        case Absent():
            return None
        case Verbatim(text):
            return text, None
        case Value(json=value):
            return repr(value)


def _tree(part: Part) -> object:
    return part.json if isinstance(part, Value) and isinstance(part.json, dict | list) else None


def _signs(target: bytes) -> str:
    """Return, as the text of JSON, every sign that path and query have in any spelling."""
    text = target.decode("latin-1")
    signs = {*text, *unquote(text), *unquote_plus(unquote(text))}
    return json.dumps("".join(sorted(signs | set('/&="'))), ensure_ascii=False)


def _inside(body: Body) -> str:
    """Return, as the text of JSON, every sign that the content may have; marks and quotes come with its forms."""
    if not body.text:
        return ""
    signs = {*body.text, *json.dumps(body.plain, ensure_ascii=False), *_controls(body.plain)}
    return json.dumps("".join(sorted(signs | set('/+="\ufeff'))), ensure_ascii=False)


def _controls(value: object) -> Iterator[str]:
    for text in _texts(value):
        yield from (sign for sign in text if sign < " ")


def _numbers(value: object) -> Iterator[str]:
    for text in _texts(value):
        number = text if isinstance(text, Number) else as_number(text)
        if isinstance(number, Number):
            yield number


def _texts(value: object) -> Iterator[str]:
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            pending += part.keys()
            pending += part.values()
        elif isinstance(part, list):
            pending += part
