"""How content, path and query become one text: a JSON object of exactly these three members."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Protocol
from urllib.parse import parse_qs

from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.variant import Variant, common, right, wrong


class Members(Protocol):
    """The three members of a base."""

    @property
    def method(self) -> str:
        """The request's."""

    @property
    def raw(self) -> dict[str, str]:
        """The members as text without the quotation marks of JSON; a null is nothing."""

    def joined(self, *, more: dict[str, str] | None = None, names: dict[str, str] | None = None) -> str:
        """Return the JSON object of them, with `more` members and other `names`."""


type BaseForm = Callable[[Members], bytes]

_RULE = 'sign the JSON object {"content", "path", "query"} and nothing else'
_METHOD = Mistake("base-with-method", f"The method was signed, too; {_RULE}.", "base")
_PLAIN = Mistake("base-not-json", f"Content, path and query were joined without being JSON; {_RULE}.", "base")
_CONTENT_ONLY = Mistake("base-content-only", f"The body alone was signed, as for webhooks; {_RULE}.", "base")
_NAMES = Mistake("base-members-renamed", f"The members had other names than content, path and query; {_RULE}.", "base")
_BOM = Mistake("base-bom", "The base was signed with a byte order mark before it; sign its UTF-8 alone.", "base")
_NEWLINE = Mistake(
    "base-trailing-newline", "The base was signed with a line end behind it, as encoders and echo write one.", "base"
)
_TWICE = Mistake(
    "base-json-twice", "The base was written as JSON twice, so that it is one text; write it once.", "base"
)
_ENCODED = Mistake(
    "base-encoded", "The base was encoded (UTF-16, ISO-8859-1, Base64, hash) before signing; sign its UTF-8.", "base"
)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _joining(order: tuple[str, ...], mark: str) -> BaseForm:
    return lambda members: _utf8(mark.join(members.raw[name] for name in order))


def _around(before: str, after: str = "") -> BaseForm:
    return lambda members: _utf8(before.format(members.method) + members.joined() + after)


def _narrow(charset: str) -> BaseForm:
    """Encode as Java's getBytes(charset): with ? for what the charset does not have."""
    return lambda members: members.joined().encode(charset, "replace")


def _renamed(**names: str) -> BaseForm:
    return lambda members: _utf8(members.joined(names=names))


def _like_exchanges(form: str) -> BaseForm:
    def write(members: Members) -> bytes:
        time = parse_qs(members.raw["query"]).get("timestamp", [""])[-1]
        return _utf8(form.format(time=time, method=members.method, **members.raw))

    return write


def _plain() -> Iterator[Variant[BaseForm]]:
    for order in permutations(("content", "path", "query")):
        for mark in ("", "\n", "&", "?", ".", ":", "|", ","):
            yield wrong(_joining(order, mark), _PLAIN)
    yield wrong(lambda members: _utf8("{path}?{query}{content}".format(**members.raw)), _PLAIN)
    yield wrong(lambda members: _utf8("{path}?{query}".format(**members.raw)), _PLAIN)
    yield wrong(lambda members: _utf8("{path}?{query}\n{content}".format(**members.raw)), _PLAIN)
    yield wrong(
        lambda members: _utf8("\n".join([members.method, *(members.raw[n] for n in ("path", "query", "content"))])),
        _PLAIN,
        _METHOD,
    )
    yield wrong(lambda members: _utf8(members.raw["query"]), _PLAIN)
    # As exchanges have it: the time, the method, the path and the body.
    for form in (
        "{time}{method}{path}{content}",
        "{method}{path}{time}{content}",
        "{time}{method}{path}?{query}{content}",
    ):
        yield wrong(_like_exchanges(form), _PLAIN, _METHOD)


BASE_FORMS: tuple[Variant[BaseForm], ...] = (
    right(_around("")),
    common(lambda members: _utf8(members.joined(more={"method": members.method})), _METHOD),
    wrong(lambda members: _utf8(members.joined(more={"method": members.method.lower()})), _METHOD),
    *(wrong(_around(before), _METHOD) for before in ("{0}", "{0}\n", "{0} ", "{0}:", "{0}&")),
    common(_around("", "\n"), _NEWLINE),
    wrong(_around("", "\r\n"), _NEWLINE),
    wrong(_around("\ufeff"), _BOM),
    common(lambda members: _utf8(members.raw["content"]), _CONTENT_ONLY),
    *(wrong(_renamed(content=name), _NAMES) for name in ("body", "data", "payload")),
    *(wrong(_renamed(path=name), _NAMES) for name in ("url", "endpoint", "uri", "resource")),
    *(wrong(_renamed(query=name), _NAMES) for name in ("params", "queryString", "query_string")),
    wrong(lambda members: _utf8(json.dumps(members.joined())), _TWICE),
    wrong(lambda members: members.joined().encode("utf-16-le", "surrogatepass"), _ENCODED),
    wrong(lambda members: members.joined().encode("utf-16", "surrogatepass"), _ENCODED),
    *(wrong(_narrow(charset), _ENCODED) for charset in ("latin-1", "ascii")),
    wrong(lambda members: b64encode(_utf8(members.joined())), _ENCODED),
    wrong(lambda members: hashlib.sha256(_utf8(members.joined())).hexdigest().upper().encode(), _ENCODED),
    *_plain(),
)
