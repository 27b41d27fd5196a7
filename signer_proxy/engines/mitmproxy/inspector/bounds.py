"""How much of a flow is kept: a body over 1 MiB only in its beginning, and that is said."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from mitmproxy import http

from signer_proxy.engines.mitmproxy.inspector.facts import SIGNED, Facts
from signer_proxy.engines.mitmproxy.inspector.redaction import plain_body
from signer_proxy.message import Headers, Request, values, without
from signer_proxy.proxy.course import Exchange

MOST: Final = 1 << 20
"""Bytes of a body."""

_PIECE: Final = 200
"""Bytes that Python takes for a header, or a word on one, beside its own."""

SMALL: Final = 16 << 10
"""Bytes of an exchange that are looked through at once; more takes a time that others would wait for."""


def is_small(done: Exchange) -> bool:
    """Tell whether an exchange is looked through in no time."""
    prepared, answer = done.prepared, done.answer
    total = _weight(done.request.headers, done.request.body) + len(done.request.target)
    if prepared is not None:
        total += _weight(prepared.signed.headers, prepared.body)
    if answer is not None:
        total += _weight(answer.headers, answer.body)
    return total <= SMALL


def is_light(request: Request) -> bool:
    """Tell whether a request is looked through in no time."""
    return _weight(request.headers, request.body) <= SMALL


def shortened(done: Exchange) -> Exchange:
    """Return an exchange with no more of plain bodies than shows that they are too long."""
    request, prepared, answer = done.request, done.prepared, done.answer
    request = replace(request, body=_beginning(request.headers, request.body))
    if prepared is not None:
        prepared = replace(prepared, body=_beginning(prepared.signed.headers, prepared.body))
    if answer is not None:
        answer = replace(answer, body=_beginning(answer.headers, answer.body))
    return replace(done, request=request, prepared=prepared, answer=answer)


def cut(flow: http.HTTPFlow) -> None:
    """Cut what is too long, once unpacked, off a flow's bodies, before anything looks through them."""
    facts = Facts.of(flow)
    parts = [name for name, message in (("request", flow.request), ("answer", flow.response)) if _cut(message)]
    if facts is not None:
        came = flow.request.copy()
        came.data.headers = http.Headers(tuple((name, value) for name, value in facts.headers))
        came.data.content = facts.body
        if _cut(came):
            facts = replace(facts, body=came.raw_content or b"", headers=[list(each) for each in _fields(came)])
            parts = sorted({"request", *parts}, reverse=True)
        if len(facts.base) > MOST:
            facts, parts = replace(facts, base=facts.base[:MOST]), [*parts, SIGNED]
        replace(facts, cut=parts).put(flow)
    for part in (each for each in parts if each != SIGNED):
        flow.comment += f" · {part} cut at 1 MiB"


def size(flow: http.HTTPFlow) -> int:
    """Return the bytes of a flow, in each form in which its content is kept."""
    total = len(flow.request.data.path)
    for message in (flow.request, flow.response):
        if message is not None:
            total += len(message.raw_content or b"") + _pieces(_fields(message))
    facts = Facts.of(flow)
    if facts is not None:
        total += len(facts.target) + len(facts.body) + len(facts.base) + len(facts.digest)
        total += _pieces(facts.headers) + _pieces(facts.changes)
    return total


def _pieces(lists: Iterable[Sequence[str | bytes]]) -> int:
    return sum(_PIECE + sum(map(len, words)) for words in lists)


def _fields(message: http.Message) -> tuple[tuple[bytes, bytes], ...]:
    return message.headers.fields


def _weight(fields: Headers, body: bytes) -> int:
    if body and values(fields, b"content-encoding"):
        return SMALL + 1  # what is packed may be of any size
    return len(body) + sum(len(name) + len(value) for name, value in fields)


def _beginning(fields: Headers, body: bytes) -> bytes:
    return body if values(fields, b"content-encoding") else body[: MOST + 1]


def _cut(message: http.Message | None) -> bool:
    plain = None if message is None else plain_body(message)
    if message is None or plain is None or len(plain) <= MOST:  # what cannot be unpacked is not kept at all
        return False
    message.data.headers = http.Headers(without(_fields(message), b"content-encoding"))
    message.data.content = plain[:MOST]
    return True
