"""What is signed as the path: that of the request line, to the byte."""

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.snaptrade.part import Absent, Part, Value
from signer_proxy.diagnosis.variant import Variant, common, right, wrong

PREFIX = "/api/v1"


def _mistake(code: str, what: str) -> Mistake:
    return Mistake(code, f"The path was signed {what}; sign exactly the path that is sent.", "path")


_ADDED = _mistake("path-prefix-added", f"with {PREFIX} before it, though the request was sent without")
_DOUBLED = _mistake("path-prefix-doubled", f"with {PREFIX} twice")
_MISSING = _mistake("path-prefix-missing", f"without {PREFIX}, though the request was sent with it")
_OTHER = _mistake("path-prefix-other", "with another prefix than the one that was sent")
_HOST = _mistake("path-with-host", "with the host before it")
_SLASH_MORE = _mistake("path-slash-added", "with a slash more at its end")
_SLASH_LESS = _mistake("path-slash-missing", "without the slash at its end")
_NO_LEADING = _mistake("path-leading-slash-missing", "without the slash at its beginning")
_DECODED = _mistake("path-decoded", "with its percent-escapes decoded")
_ENCODED = _mistake("path-encoded-again", "percent-encoded in another way than it was sent")
_LOWER = _mistake("path-lower-case", "in lower case")
_COLLAPSED = _mistake("path-collapsed", "with double slashes made one")
_QUERY = _mistake("path-with-query", "with the query behind it")
_EMPTY = _mistake("path-empty", "as nothing")
_HOSTS = ("https://api.snaptrade.com", "http://api.snaptrade.com")


def paths(sent: bytes, query: bytes, origin: str) -> tuple[Variant[Part], ...]:
    """Return what may have been signed as the path; `origin` is scheme and host, where they are known."""
    path = sent.decode("latin-1")
    return (right(Value(path)), *_prefixes(path), *_spellings(path), *_more(path, query.decode("latin-1"), origin))


def _prefixes(path: str) -> Iterator[Variant[Part]]:
    if path.startswith(PREFIX):
        yield common(Value(path.removeprefix(PREFIX)), _MISSING)
        yield common(Value(PREFIX + path), _DOUBLED)
        yield wrong(Value(path.removeprefix(PREFIX) + "/"), _MISSING, _SLASH_MORE)
        yield wrong(Value(path.removeprefix(PREFIX)[1:]), _MISSING, _NO_LEADING)
        yield wrong(Value("/v1" + path.removeprefix(PREFIX)), _OTHER)
        yield wrong(Value("/api" + path.removeprefix(PREFIX)), _OTHER)
    else:
        yield common(Value(PREFIX + path), _ADDED)
        yield wrong(Value(PREFIX + PREFIX + path), _DOUBLED)
        yield wrong(Value(f"{PREFIX}{path}/"), _ADDED, _SLASH_MORE)
        yield wrong(Value(f"{PREFIX}{unquote(path)}"), _ADDED, _DECODED)
        yield wrong(Value(f"{PREFIX}{path}"[1:]), _ADDED, _NO_LEADING)
        yield wrong(Value(f"{PREFIX}/{path}"), _ADDED, _mistake("path-slash-doubled", "with a slash twice"))
        yield wrong(Value("/v1" + path), _OTHER)
        yield wrong(Value("/api" + path), _OTHER)


def _spellings(path: str) -> Iterator[Variant[Part]]:
    yield common(Value(f"{path}/"), _SLASH_MORE) if not path.endswith("/") else common(Value(path[:-1]), _SLASH_LESS)
    yield wrong(Value(path.removeprefix("/")), _NO_LEADING)
    decoded = unquote(path)
    yield wrong(Value(decoded), _DECODED)
    for encoded in (quote(decoded), quote(decoded, safe="/:@!$&'()*+,;=~"), quote(path), quote(path, safe="")):
        yield wrong(Value(encoded), _ENCODED)
    yield wrong(Value(re.sub("%..", lambda found: found[0].upper(), path)), _ENCODED)
    yield wrong(Value(re.sub("%..", lambda found: found[0].lower(), path)), _ENCODED)
    yield wrong(Value(path.lower()), _LOWER)
    yield wrong(Value(re.sub("//+", "/", path)), _COLLAPSED)


def _more(path: str, query: str, origin: str) -> Iterator[Variant[Part]]:
    origins = [*_HOSTS] if not origin else [origin, *_HOSTS]
    for one in dict.fromkeys(origins):
        yield wrong(Value(one + path), _HOST)
        yield wrong(Value(one.partition("://")[2] + path), _HOST)
        yield wrong(Value(f"{one}{path}?{query}"), _HOST, _QUERY)
        if not path.startswith(PREFIX):
            yield wrong(Value(one + PREFIX + path), _HOST, _ADDED)
    yield wrong(Value(f"{path}?{query}"), _QUERY)
    yield wrong(Value(f"{path}?"), _QUERY)
    yield wrong(Value(""), _EMPTY)
    yield wrong(Value(None), _EMPTY)
    yield wrong(Absent(), _EMPTY)
