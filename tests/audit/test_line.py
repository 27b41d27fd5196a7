"""The audit's line: its keys, its values, and nothing that is secret."""

import json
from dataclasses import replace
from typing import Any

import pytest

from signer_proxy.audit.line import KEYS, entry, line
from signer_proxy.message import Answer, Request
from signer_proxy.proxy.course import Exchange
from tests.audit.exchanges import ANSWERED, REFUSED

WHOLE = {
    "time": "2027-01-15T08:00:00.123Z",
    "kind": "request",
    "outcome": "answered",
    "code": None,
    "profile": "me",
    "scheme": "snaptrade-jwt",
    "access": "read",
    "method": "GET",
    "host": "api.example.com",
    "path": "/accounts/1",
    "status": 200,
    "request_bytes": 6,
    "answer_bytes": 11,
    "ms_total": 30.124,
    "ms_upstream": 20.0,
    "ms_token": 10.0,
    "upstream_request_id": "id-1",
    "added": ["Authorization"],
    "replaced": ["clientId"],
    "removed": ["userId"],
    "client": "127.0.0.1:50312",
}


def test_answered() -> None:
    """A line is one JSON object with all that may be known, in the order that is documented."""
    written = line(ANSWERED)
    assert json.loads(written) == WHOLE
    assert list(json.loads(written)) == list(KEYS)
    assert written.endswith(b"}\n")
    assert written.count(b"\n") == 1


def test_refused() -> None:
    """What was refused before its profile was known has all keys, too, with nothing behind most."""
    refused = entry(REFUSED)
    known = {key: value for key, value in refused.items() if value not in (None, [])}
    assert list(refused) == list(KEYS)
    assert known == {
        **{key: WHOLE[key] for key in ("time", "kind", "method", "path", "request_bytes", "client")},
        **{key: WHOLE[key] for key in ("ms_total", "ms_upstream", "ms_token")},
        "outcome": "refused",
        "code": "guard-origin",
        "status": 403,
        "answer_bytes": 0,
    }


OUTCOMES = {
    "answer": (ANSWERED, "answered"),
    "answer-with-an-error": (replace(ANSWERED, answer=Answer(500)), "answered"),
    "rule": (replace(ANSWERED, answer=Answer(403), code="access-denied"), "refused"),
    "busy": (replace(ANSWERED, answer=Answer(503), code="too-busy"), "refused"),
    "no-token": (replace(ANSWERED, answer=Answer(503), code="token-unavailable"), "failed"),
    "broke": (replace(ANSWERED, answer=Answer(502), code="upstream-broke"), "failed"),
    "client-gone": (replace(ANSWERED, answer=None, code="client-gone"), "failed"),
    "cut": (replace(ANSWERED, answer=None), "failed"),
    "leaves": (replace(ANSWERED, kind="sent", answer=None), None),
}


@pytest.mark.parametrize(("recorded", "outcome"), OUTCOMES.values(), ids=OUTCOMES)
def test_outcome(recorded: Exchange, outcome: str | None) -> None:
    """An answer of the API is an answer whatever it says; a rule that was kept is no failure."""
    assert entry(recorded)["outcome"] == outcome


ODD: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "method": ({"request": Request("secret", b"/a"), "prepared": None}, "method", None),
    "fragment": ({"request": Request("GET", b"/a#secret"), "prepared": None}, "path", "/a"),
    "escape": ({"request": Request("GET", b"/\x1b[31m"), "prepared": None}, "path", "/%1B[31m"),
    "line-end": ({"request": Request("GET", b"/a\nb"), "prepared": None}, "path", "/a%0Ab"),
    "long": ({"request": Request("GET", b"/" + b"a" * 999), "prepared": None}, "path", "/" + "a" * 199),
    "forward": ({"upstream": None, "request": Request("CONNECT", b"", authority=b"a.b:44")}, "host", "a.b:44"),
    "password": ({"upstream": None, "request": Request("GET", b"/", authority=b"u:secret@a.b")}, "host", None),
    "scheme": ({"upstream": None, "request": Request("GET", b"/", (), b"", b"a.b", "ftp")}, "host", None),
    "id": ({"answer": Answer(200, ((b"X-Request-Id", b"a\x1b\xff"),))}, "upstream_request_id", "a%1B%FF"),
}


@pytest.mark.parametrize(("changes", "key", "value"), ODD.values(), ids=ODD)
def test_odd_value(changes: dict[str, Any], key: str, value: str | None) -> None:
    """What a client or the API chose can neither break a line nor steer a terminal."""
    assert entry(replace(ANSWERED, **changes))[key] == value


@pytest.mark.parametrize("recorded", [ANSWERED, REFUSED], ids=["answered", "refused"])
def test_no_secret(recorded: Exchange) -> None:
    """Query, headers, bodies, signature base and signature are not in a line."""
    assert b"secret" not in line(recorded)
    assert b"the base" not in line(recorded)
    assert b"the digest" not in line(recorded)
