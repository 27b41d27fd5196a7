"""The status as text."""

from typing import Any

import pytest

from signer_proxy.cli.status_view import duration, view

DURATIONS = {
    0.0: "0 s",
    59.4: "59 s",
    60.0: "1 min",
    125.0: "2 min 5 s",
    3600.0: "1 h",
    90_061.0: "1 d 1 h",
    -3.0: "0 s",
}


@pytest.mark.parametrize(("seconds", "text"), DURATIONS.items())
def test_duration(seconds: float, text: str) -> None:
    """A time is told in two units at most."""
    assert duration(seconds) == text


def token(state: str, expires_in: float | None = None, reason: str | None = None) -> dict[str, Any]:
    """Return a token as the status has it."""
    return {"state": state, "since": None, "expires": None, "expires_in": expires_in, "life": None, "reason": reason}


TOKENS = {
    "none-needed": (None, ""),
    "good": (token("good", 125.0), "token ends in 2 min 5 s"),
    "endless": (token("good"), "token without an end"),
    "not-asked-for": (token("none"), "no token yet"),
    "missing": (token("missing", None, "the source is down"), "token missing: the source is down"),
    "single-use": (token("single-use"), "a token for each request"),
}


def profile(token: dict[str, Any] | None) -> dict[str, Any]:
    """Return a profile as the status has it."""
    known = {
        "name": "alice",
        "upstream": "api",
        "scheme": "snaptrade-jwt",
        "client_id": None,
        "fingerprint": "SHA256:x",
    }
    return {**known, "access": "read", "allow": [], "deny": [], "token": token}


def status(**more: object) -> dict[str, Any]:
    """Return a status with nothing in it but what is given."""
    empty: dict[str, list[object]] = {
        "listeners": [],
        "upstreams": [],
        "profiles": [],
        "rate_limits": [],
        "exchanges": [],
        "held": [],
    }
    counts = {"answered": 2, "refused": 1, "failed": 0}
    began = "2026-01-01T00:00:00.000Z"
    return {"version": "1.2.3", "started": began, "reload": None, "counts": counts, **empty, **more}


NOW = 1767225600.0 + 90
EMPTY = "signer-proxy 1.2.3, up for 1 min 30 s\n\nRequests\n  2 answered, 1 refused, 0 failed"


def test_empty() -> None:
    """What there is none of has no heading."""
    assert view(status(), NOW) == EMPTY


@pytest.mark.parametrize(("token", "text"), TOKENS.values(), ids=TOKENS)
def test_token(token: dict[str, Any] | None, text: str) -> None:
    """A profile tells how its token stands."""
    line = view(status(profiles=[profile(token)]), NOW).splitlines()[3]
    assert line == f"  alice  snaptrade-jwt  SHA256:x  read  {text}".rstrip()


def test_listeners() -> None:
    """Listeners stand in columns, each with what is behind it."""
    listeners = [
        {"kind": "upstream", "host": "127.0.0.1", "port": 8080, "upstream": "api"},
        {"kind": "forward", "host": "::", "port": 8888, "upstream": None},
        {"kind": "admin", "host": "127.0.0.1", "port": 8079, "upstream": None},
    ]
    upstreams = [{"name": "api", "url": "https://api.example", "default_profile": None}]
    assert view(status(listeners=listeners, upstreams=upstreams), NOW).splitlines()[2:6] == [
        "Listening",
        "  http://127.0.0.1:8080  api             https://api.example",
        "  http://[::]:8888       explicit proxy",
        "  http://127.0.0.1:8079  status page",
    ]


def test_refused_reload() -> None:
    """A refused reload comes with all that is wrong."""
    reload = {"time": "2026-01-01T00:01:00.000Z", "applied": False, "problems": ["one", "two"]}
    *_, first, second, third = view(status(reload=reload), NOW).splitlines()
    assert first.endswith("refused, the last good config stays in use")
    assert (second, third) == ("  one", "  two")


def test_rate_limit() -> None:
    """A rate limit tells what is left of it."""
    limit = {"profile": "alice", "scope": "client", "limit": 250, "remaining": 12, "resets_in": 31.0}
    assert "  alice  client  12 of 250 left  all again in 31 s" in view(status(rate_limits=[limit]), NOW).splitlines()
