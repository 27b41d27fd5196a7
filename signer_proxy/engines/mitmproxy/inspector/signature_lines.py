"""A signature base in lines, each marked against the lines that the request would have had as it came in."""

import hashlib
import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

from signer_proxy import content_coding
from signer_proxy.engines.mitmproxy.inspector.facts import Facts
from signer_proxy.errors import SignerError
from signer_proxy.message import split_target, values

_MOST: Final = 2000
"""Lines that are compared; the time that it takes grows with their square."""
_LARGEST: Final = 1 << 20


def marked(facts: Facts) -> Iterator[str]:
    """Yield the lines of what was signed, and with `-` those that came in and were not signed."""
    signed = _lines(facts.base)
    came = _snaptrade_before(facts) if facts.base.startswith(b"{") else _before(facts)
    if len(signed) + len(came) > _MOST:
        yield from (f"    {line}" for line in signed)
        return
    for kind, start, end, from_, to in SequenceMatcher(a=came, b=signed, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (f"    {line}" for line in signed[from_:to])
        else:
            yield from (f"  - {line}" for line in came[start:end])
            yield from (f"  + {line}" for line in signed[from_:to])


def _lines(base: bytes) -> list[str]:
    text = base.decode("utf-8", "backslashreplace")
    try:
        found = json.loads(text)
        return _snaptrade(found["content"], str(found["path"]), str(found["query"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return text.split("\n")


def _snaptrade(content: object, path: str, raw_query: str) -> list[str]:
    body = json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True).split("\n")
    parameters = [f"  {part}" for part in raw_query.split("&")] if raw_query else []
    return ["content", *(f"  {line}" for line in body), "path", f"  {path}", "query", *parameters]


def _snaptrade_before(facts: Facts) -> list[str]:
    path, raw_query = split_target(facts.target)
    body = _body(facts)
    try:
        content = json.loads(body) if body else None
        content = None if content == {} else content  # as it is signed
        return _snaptrade(content, path.decode("latin-1"), (raw_query or b"").decode("latin-1"))
    except (ValueError, TypeError, RecursionError):
        return []


def _before(facts: Facts) -> list[str]:
    """Return what the lines would have been, of method, digest, headers and path."""
    method, _, rest = facts.base.decode("utf-8", "backslashreplace").partition("\n")
    digest, _, rest = rest.partition("\n")
    headers = tuple((name, value) for name, value in facts.headers)
    named: list[str] = []
    for line in rest.split("\n")[:-1]:
        name, colon, _ = line.partition(":")
        came = [f"{name}:{value.decode('latin-1')}" for value in values(headers, name.encode())]
        named += came if colon else [line]
    path, _ = split_target(facts.target)
    sha256 = hashlib.sha256(facts.body).hexdigest().upper() if facts.body else ""
    return [method, sha256 if digest else "", *named, path.decode("latin-1")]


def _body(facts: Facts) -> bytes:
    codings = values(((name, value) for name, value in facts.headers), b"content-encoding")
    try:
        return content_coding.unpack(facts.body, codings, _LARGEST)
    except SignerError:
        return facts.body
