"""What is signed as the query: the raw text behind the first `?`, to the byte."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlencode

from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.snaptrade.changed_content import MOST
from signer_proxy.diagnosis.snaptrade.credentials import Credentials
from signer_proxy.diagnosis.snaptrade.part import Absent, Part, Value
from signer_proxy.diagnosis.variant import Variant, common, right, wrong

OURS = ("clientId", "timestamp")


def _mistake(code: str, what: str) -> Mistake:
    return Mistake(code, f"The query was signed {what}; sign the raw query exactly as it is sent.", "query")


_MARK = _mistake("query-question-mark", "with the question mark")
_SORTED = _mistake("query-sorted", "with its parameters sorted")
_REORDERED = _mistake("query-reordered", "with its parameters in another order")
_DECODED = _mistake("query-decoded", "with its escapes decoded")
_ENCODED = _mistake("query-encoded-again", "percent-encoded in another way than it was sent")
_TWICE = _mistake("query-encoded-twice", "percent-encoded twice")
_PLUS = _mistake("query-plus-for-space", "with + for spaces, where %20 was sent")
_PERCENT = _mistake("query-percent-for-plus", "with %20 for spaces, where + was sent")
_EMPTY = _mistake("query-empty", "as nothing")
_NO_CLIENT = _mistake("query-without-client-id", "without clientId")
_NO_TIME = _mistake("query-without-timestamp", "without timestamp")
_NEITHER = _mistake("query-without-ours", "without clientId and timestamp")
_ADDED = _mistake("query-parameters-added", "before parameters were added to it")
_MORE = _mistake("query-parameters-missing", "with parameters that were not sent")
_OBJECT = _mistake("query-as-object", "as an object of its parameters")
_HTML = _mistake("query-html-escaped", "with &amp; for &")
_SEPARATOR = _mistake("query-separators", "with a separator more or less")


def queries(sent: bytes, credentials: Credentials) -> tuple[Variant[Part], ...]:
    """Return what may have been signed as the query."""
    query = sent.decode("latin-1")
    parts = query.split("&")
    found = [right(query), *_spellings(query), *_orders(parts), *_fewer(parts), *_more(query, parts, credentials)]
    found += [*_twice(found)]
    texts = (Variant[Part](Value(each.value), each.mistakes, each.is_common) for each in found)
    return (*texts, *_objects(query))


def _name(part: str) -> str:
    return unquote(part.partition("=")[0])


def _spellings(query: str) -> Iterator[Variant[str]]:
    yield common(f"?{query}", _MARK)
    yield common(unquote_plus(query), _DECODED)
    yield common(unquote(query), _DECODED)
    yield common(query.replace("%20", "+"), _PLUS)
    yield common(query.replace("+", "%20"), _PERCENT)
    pairs = parse_qsl(query, keep_blank_values=True)
    for spelled in (urlencode(pairs), urlencode(pairs, quote_via=quote), urlencode(pairs, quote_via=quote, safe="")):
        yield common(spelled, _ENCODED)
    unreserved = quote(unquote(query), safe="=&!*'()~-_.")
    for spelled in (
        unreserved,
        quote(unquote(query), safe="=&;,/?:@+$-_.!~*'()#"),
        urlencode(pairs, safe="*").replace("~", "%7E"),
        urlencode(pairs, safe="/"),
        urlencode(pairs, safe=":,@/"),
        urlencode([(name, value.replace(" ", "+")) for name, value in pairs], safe="+"),
        re.sub("%..", lambda found: found[0].upper(), query),
        re.sub("%..", lambda found: found[0].lower(), query),
    ):
        yield wrong(spelled, _ENCODED)
    yield wrong(query.replace("%", "%25"), _TWICE)
    yield wrong(quote(query, safe=""), _TWICE)
    yield wrong(quote(query, safe="=&"), _TWICE)
    yield wrong(query.replace("&", "&amp;"), _HTML)
    yield wrong(f"{query}&", _SEPARATOR)
    yield wrong(f"&{query}", _SEPARATOR)
    yield wrong(query.strip("&"), _SEPARATOR)
    yield wrong(re.sub("&&+", "&", query).strip("&"), _SEPARATOR)
    yield wrong("", _EMPTY)
    yield wrong("?", _EMPTY, _MARK)


def _twice(found: list[Variant[str]]) -> Iterator[Variant[str]]:
    """Yield the common spellings of the query in other orders, or with fewer parameters."""
    spelled: dict[str, Variant[str]] = {}
    for way in _spellings(found[0].value):
        if way.is_common:
            spelled.setdefault(way.value, way)
    for text, way in spelled.items():
        parts = text.removeprefix("?").split("&")
        mark = text[: text.startswith("?")]
        for other in (*_orders(parts), *(one for one in _fewer(parts) if one.is_common)):
            yield wrong(mark + other.value, *other.mistakes, *way.mistakes)


def _orders(parts: list[str]) -> Iterator[Variant[str]]:
    yield common("&".join(sorted(parts)), _SORTED)
    yield wrong("&".join(sorted(parts, key=str.lower)), _SORTED)
    yield wrong("&".join(sorted(parts, key=_name)), _SORTED)
    ours, rest = [part for part in parts if _name(part) in OURS], [part for part in parts if _name(part) not in OURS]
    for order in (ours + rest, rest + ours, ours[::-1] + rest, rest + ours[::-1], parts[::-1]):
        yield wrong("&".join(order), _REORDERED)
    swapped = iter(ours[::-1])
    yield wrong("&".join(next(swapped) if _name(part) in OURS else part for part in parts), _REORDERED)


def _fewer(parts: list[str]) -> Iterator[Variant[str]]:
    """Yield the query less some of its parameters: they were added after signing."""

    def without(*names: str) -> str:
        return "&".join(part for part in parts if _name(part) not in names)

    yield common(without("clientId"), _NO_CLIENT)
    yield common(without("timestamp"), _NO_TIME)
    yield common(without("clientId", "timestamp"), _NEITHER)
    yield common("&".join(part for part in parts if _name(part) in OURS), _ADDED)
    yield wrong(without("userId", "userSecret"), _ADDED)
    for at in range(min(len(parts), MOST)):
        yield wrong("&".join(parts[:at] + parts[at + 1 :]), _ADDED)
        yield wrong("&".join(parts[:at]), _ADDED)
        yield wrong("&".join(parts[at:]), _ADDED)


def _more(query: str, parts: list[str], credentials: Credentials) -> Iterator[Variant[str]]:
    """Yield the query with parameters that one knows without seeing them."""
    names = {_name(part) for part in parts}
    given = {"clientId": credentials.client_id, "userId": credentials.user_id, "userSecret": credentials.user_secret}
    missing = [f"{name}={quote(value, safe='')}" for name, value in given.items() if value and name not in names]
    sets = [[part] for part in missing] + ([missing] if len(missing) > 1 else []) + ([missing[1:]] if missing else [])
    for added in sets:
        for order in (parts + added, added + parts):
            yield wrong("&".join(filter(None, order)), _MORE)
    if query:
        for part in parts[:MOST]:
            yield wrong(f"{query}&{part}", _MORE)


def _objects(query: str) -> Iterator[Variant[Part]]:
    pairs = dict(parse_qsl(query, keep_blank_values=True))
    yield wrong(Value(pairs), _OBJECT)
    yield wrong(Value([list(pair) for pair in parse_qsl(query, keep_blank_values=True)]), _OBJECT)
    yield wrong(Value({}), _EMPTY, _OBJECT)
    yield wrong(Value(None), _EMPTY)
    yield wrong(Absent(), _EMPTY)
