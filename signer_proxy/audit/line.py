"""The audit's line of an exchange: an allow-list of what may be known of it for ever, and nothing that is secret."""

import json
import re
from datetime import UTC, datetime
from typing import Final

from signer_proxy import destination
from signer_proxy.message import values
from signer_proxy.operations.rule import METHODS
from signer_proxy.proxy.course import Exchange

type Value = str | int | float | list[str] | None
type Entry = dict[str, Value]

KEYS: Final = (
    "time",
    "kind",
    "outcome",
    "code",
    "profile",
    "scheme",
    "access",
    "method",
    "host",
    "path",
    "status",
    "request_bytes",
    "answer_bytes",
    "ms_total",
    "ms_upstream",
    "ms_token",
    "upstream_request_id",
    "added",
    "replaced",
    "removed",
    "client",
)
"""What each line has, in this order."""

_UNSAFE: Final = re.compile(rb"[^\x21-\x7e]")
_LONGEST: Final = 200


def entry(exchange: Exchange) -> Entry:
    """Return what may be known of an exchange, by name; None where there is nothing to tell."""
    prepared, answer, profile = exchange.prepared, exchange.answer, exchange.profile
    explanation = prepared.signed.explanation if prepared else None
    ids = values(answer.headers, b"x-request-id") if answer else []
    known: tuple[Value, ...] = (
        datetime.fromtimestamp(exchange.started, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        exchange.kind,
        exchange.outcome,
        exchange.code,
        profile.name if profile else None,
        profile.scheme.name if profile else None,
        exchange.access,
        method(exchange),
        host(exchange),
        path(exchange),
        answer.status if answer else None,
        len(exchange.request.body),
        len(answer.body) if answer else None,
        _milliseconds(exchange.seconds),
        _milliseconds(exchange.seconds_upstream),
        _milliseconds(exchange.seconds_token),
        shown(ids[0]) if ids else None,
        list(explanation.added) if explanation else [],
        list(explanation.replaced) if explanation else [],
        list(explanation.removed) if explanation else [],
        exchange.client or None,
    )
    return dict(zip(KEYS, known, strict=True))


def line(exchange: Exchange) -> bytes:
    """Return the audit's line of an exchange, with its end."""
    return json.dumps(entry(exchange), separators=(",", ":")).encode("ascii") + b"\n"


def method(exchange: Exchange) -> str | None:
    """Return the method of a request; what is none could be anything, and is None."""
    return exchange.request.method if exchange.request.method in {*METHODS, "CONNECT"} else None


def host(exchange: Exchange) -> str | None:
    """Return the host that a request went to, or would have gone to."""
    if exchange.upstream is not None:
        return exchange.upstream.authority.decode()
    asked = exchange.request
    named = destination.read(asked.authority, asked.scheme) if asked.scheme in destination.DEFAULT_PORTS else None
    return shown(str(named).encode()) if named is not None else None


def path(exchange: Exchange) -> str:
    """Return the path as it left, or as it came where it did not leave: no query, and no fragment."""
    target = exchange.prepared.signed.target if exchange.prepared else exchange.request.target
    return shown(target.partition(b"?")[0].partition(b"#")[0])


def shown(raw: bytes) -> str:
    """Percent-encode what could break a line or a terminal, and cut what is long."""
    return _UNSAFE.sub(lambda match: b"%%%02X" % match[0][0], raw[:_LONGEST]).decode("ascii")


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
