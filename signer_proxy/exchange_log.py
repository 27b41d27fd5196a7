"""The log's one line an exchange; no query, header value, body or signature base is ever in it."""

import re

from signer_proxy.guard import METHODS
from signer_proxy.message import values
from signer_proxy.proxy import Exchange

_UNSAFE = re.compile(rb"[^\x21-\x7e]")


def line(exchange: Exchange) -> str:
    """Write method, host, path, profile, scheme, status or code, milliseconds and the upstream's request id."""
    request, prepared, answer = exchange.request, exchange.prepared, exchange.answer
    host = prepared.upstream.authority.decode() if prepared else ""
    method = request.method if request.method in METHODS else "-"  # what is none could be anything
    parts = [method, host + _path(prepared.signed.target if prepared else request.target)]
    if prepared:
        parts += [prepared.profile.name, prepared.profile.scheme.name]
    parts += [str(answer.status)] if answer else []
    parts += [exchange.code] if exchange.code else []
    parts += [f"{exchange.seconds * 1000:.0f}ms"]
    parts += [_shown(value) for value in values(answer.headers, b"x-request-id")] if answer else []
    return " ".join(parts)


def _path(target: bytes) -> str:
    return _shown(target.partition(b"?")[0].partition(b"#")[0])


def _shown(raw: bytes) -> str:
    """Percent-encode what could break the line or a terminal, and cut what is long."""
    return _UNSAFE.sub(lambda match: b"%%%02X" % match[0][0], raw[:200]).decode("ascii")
