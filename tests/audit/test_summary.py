"""What many exchanges come to."""

from signer_proxy.audit.summary import summarise
from signer_proxy.audit.trail import Found


def found(number: int, profile: str | None = "me", **more: object) -> Found:
    """Return a line that took `number` milliseconds, half of them upstream and one for a token."""
    times = {"ms_total": number, "ms_upstream": number / 2, "ms_token": 1}
    return {"time": "", "kind": "request", "outcome": "answered", "status": 200, "profile": profile, **times, **more}


def test_counts_and_times() -> None:
    """Outcomes, statuses or codes and three percentiles of three times, by profile."""
    lines = [found(number) for number in range(1, 101)]
    lines += [found(0, "you", outcome="refused", status=403, code="access-denied"), found(0, None)]
    nobody, me, you = summarise(lines)
    assert (nobody.profile, nobody.requests) == (None, 1)
    assert me.document() == {
        "profile": "me",
        "requests": 100,
        "outcomes": {"answered": 100},
        "statuses": {"200": 100},
        "ms_total": {"p50": 50, "p95": 95, "p99": 99},
        "ms_upstream": {"p50": 25, "p95": 47.5, "p99": 49.5},
        "ms_own": {"p50": 24, "p95": 46.5, "p99": 48.5},
    }
    assert (you.outcomes, you.statuses, you.own) == ({"refused": 1}, {"access-denied": 1}, (0.0, 0.0, 0.0))


def test_other_kinds_do_not_count() -> None:
    """An order that leaves, or a call of ours for a token, is part of a request and none itself."""
    assert summarise([found(1, kind=kind) for kind in ("sent", "token", "user")]) == []


def test_odd_values() -> None:
    """What stands in a line may have been written by anybody: it counts for nothing, and breaks nothing."""
    (summary,) = summarise([found(1, None, ms_total="long", outcome=None, status=None)])
    assert (summary.profile, summary.total, summary.outcomes, summary.statuses) == (None, (0.0, 0.0, 0.0), {}, {})
