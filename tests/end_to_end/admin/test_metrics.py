"""The metrics: what Prometheus reads, with labels that no request can make up."""

from collections.abc import Mapping
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.end_to_end.admin.watched import Watched, watched
from tests.end_to_end.conftest import SANDBOX_CLIENT, Sandbox, config
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import ask, request
from tests.faulty_upstream import saying

LIMITED = (
    b"HTTP/1.1 200 OK\r\nX-RateLimit-Limit: 250\r\nX-RateLimit-Remaining: 12\r\nX-RateLimit-Reset: 600\r\n"
    b"Content-Length: 2\r\n\r\nok"
)

type Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(running: Watched) -> Samples:
    """Return all numbers by their name and labels."""
    reply = running.get("/metrics")
    assert (reply.status, reply.all("Content-Type")) == (200, ["text/plain; version=0.0.4; charset=utf-8"])
    families = text_string_to_metric_families(reply.body.decode())
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def number(found: Samples, name: str, labels: Mapping[str, str] | None = None) -> float:
    """Return one of them; what was never counted is none."""
    return found.get((f"signer_proxy_{name}", frozenset((labels or {}).items())), 0.0)


def test_requests(running: Watched) -> None:
    """Requests are counted by profile, outcome, code and class of status, and their times by profile."""
    before = samples(running)
    port = running.daemon.ports["sandbox"]
    for target, header in (("/snapTrade/partners", "X-A: b"), ("/nowhere", "X-A: b"), ("/", "Origin: https://evil")):
        ask(port, request(port, "GET", target, header))
    after = samples(running)
    for labels, more in (
        ({"profile": "verified", "outcome": "answered", "code": "", "status": "2xx"}, 1),
        ({"profile": "verified", "outcome": "answered", "code": "", "status": "4xx"}, 1),
        ({"profile": "", "outcome": "refused", "code": "guard-origin", "status": "4xx"}, 1),
    ):
        assert number(after, "requests_total", labels) == number(before, "requests_total", labels) + more
    for name in ("request", "upstream", "own"):
        counted = [number(each, f"{name}_seconds_count", {"profile": "verified"}) for each in (before, after)]
        assert counted[1] == counted[0] + 2
    times = {
        name: number(after, f"{name}_seconds_sum", {"profile": "verified"}) for name in ("request", "upstream", "own")
    }
    assert 0 < times["own"] + times["upstream"] <= times["request"] * 1.001


def test_rate_limits(running: Watched, upstream: Recording) -> None:
    """What the last answer said of a rate limit is told, by profile."""
    upstream.begin(saying(LIMITED))
    ask(running.daemon.port, request(running.daemon.port, "GET", "/accounts"))
    found, labels = samples(running), {"profile": "partner", "scope": "client"}
    assert number(found, "rate_limit_limit", labels) == 250
    assert number(found, "rate_limit_remaining", labels) == 12
    assert 0 < number(found, "rate_limit_reset_seconds", labels) <= 600
    limits = [limit for limit in running.status()["rate_limits"] if limit["profile"] == "partner"]
    assert [(limit["limit"], limit["remaining"]) for limit in limits] == [(250, 12)]


def test_labels(running: Watched) -> None:
    """What a client makes up becomes no label: the profiles are those of the config, and none."""
    port = running.daemon.ports["sandbox"]
    for header in ("Signer-Profile: made-up", "X-A: b"):
        ask(port, request(port, "BREW", "/", header))
        ask(port, request(port, "GET", "/made-up", header))
    labels = [dict(pairs) for name, pairs in samples(running) if name.startswith("signer_proxy_")]
    known = {"", "partner", "writer", "elsewhere", "verified"}
    assert {each["profile"] for each in labels if "profile" in each} <= known
    assert "made-up" not in str(labels)


def test_reloads(sandbox: Sandbox, recorder: Recording, tmp_path: Path) -> None:
    """Reloads are counted, and it is seen whether the last one was refused."""
    with watched(config(sandbox, recorder, "admin_port = ADMIN"), tmp_path) as running:
        assert number(samples(running), "reloads_total", {"result": "applied"}) == 0
        assert running.call("reload").returncode == 0
        running.daemon.config.write_text("version = 2", "utf-8")
        assert running.call("reload").returncode == 1
        found = samples(running)
    assert number(found, "reloads_total", {"result": "applied"}) == 1
    # The file is watched, too.
    assert number(found, "reloads_total", {"result": "refused"}) in (1, 2)
    assert number(found, "last_reload_refused") == 1


def test_build(running: Watched) -> None:
    """The version that runs is told, and how the process is."""
    names = {name: dict(labels) for name, labels in samples(running)}
    assert names["signer_proxy_build_info"]["version"] == running.status()["version"]
    assert "process_resident_memory_bytes" in names
    assert SANDBOX_CLIENT.consumer_key not in str(names)
