"""`signer-proxy log`: what it shows, filters, sums up and follows; the daemon need not run."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from signer_proxy.audit.file import full
from signer_proxy.audit.line import line
from signer_proxy.message import Answer
from signer_proxy.proxy.course import Exchange
from tests.audit.exchanges import ANSWERED, PROFILE, REFUSED
from tests.cli.command import PATIENCE, PROGRAM, failed, run

CONFIG: Final = """
version = 1
[audit]
file = "audit.jsonl"
[upstreams.api]
url = "https://api.example.com"
port = 8080
[profiles.me]
upstream = "api"
scheme = "snaptrade-signature"
client_id = "ID"
consumer_key = { command = ["touch", "asked"] }
"""
OTHER: Final = replace(ANSWERED, profile=replace(PROFILE, name="you"), answer=Answer(404), seconds=0.5)
ORDER: Final = replace(ANSWERED, kind="sent", answer=None, access="trade")
ALL: Final = [ANSWERED, OTHER, ORDER, REFUSED]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a config and an audit of two files."""
    (tmp_path / "signer-proxy.toml").write_text(CONFIG)
    (tmp_path / "audit.jsonl.1").write_bytes(line(ANSWERED) + line(OTHER))
    (tmp_path / "audit.jsonl").write_bytes(line(ORDER) + line(REFUSED) + b'{"time": "cut')
    return tmp_path


def shown(folder: Path, *arguments: str) -> list[str]:
    """Return the lines that the command prints."""
    done = run("log", *arguments, cwd=folder, environ={"TZ": "UTC"})
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode().splitlines()


def test_all(folder: Path) -> None:
    """All files are shown, oldest first, in plain lines; what was cut is left out, and no secret is asked for."""
    assert [" ".join(text.split()) for text in shown(folder)] == [
        "2027-01-15 08:00:00 GET api.example.com/accounts/1 me 200 30 ms",
        "2027-01-15 08:00:00 GET api.example.com/accounts/1 you 404 500 ms",
        "2027-01-15 08:00:00 GET api.example.com/accounts/1 leaves me -",
        "2027-01-15 08:00:00 GET /accounts/1 guard-origin - 403 30 ms",
    ]
    assert not (folder / "asked").exists()


FILTERS: Final[dict[str, tuple[list[str], list[Exchange]]]] = {
    "profile": (["--profile", "me"], [ANSWERED, ORDER]),
    "no-such-profile": (["--profile", "nobody"], []),
    "status": (["--status", "404"], [OTHER]),
    "status-class": (["--status", "4xx"], [OTHER, REFUSED]),
    "both": (["--status", "4xx", "--profile", "you"], [OTHER]),
    "since": (["--since", "36500d"], ALL),
}


@pytest.mark.parametrize(("arguments", "left"), FILTERS.values(), ids=FILTERS)
def test_filter(folder: Path, arguments: list[str], left: list[Exchange]) -> None:
    """What a filter leaves; as JSON the lines are those of the file."""
    found = [json.loads(text) for text in shown(folder, *arguments, "--json")]
    assert found == [json.loads(line(each)) for each in left]


def test_since(folder: Path) -> None:
    """What is older is left out."""
    now = time.time()
    times = (now - 8 * 86400, now - 6 * 86400, now - 5400, now - 1800)
    lines = [line(replace(ANSWERED, started=started)) for started in times]
    (folder / "audit.jsonl.1").unlink()
    (folder / "audit.jsonl").write_bytes(b"".join(lines))
    assert [len(shown(folder, "--since", ago)) for ago in ("9d", "7d", "2h", "60m", "60 s")] == [4, 3, 2, 1, 0]


def test_stats(folder: Path) -> None:
    """Counts and times by profile, for people and for programs."""
    document = [json.loads(text) for text in shown(folder, "--stats", "--json")]
    assert [(each["profile"], each["requests"]) for each in document[0]] == [(None, 1), ("me", 1), ("you", 1)]
    assert document[0][2]["ms_total"] == {"p50": 500.0, "p95": 500.0, "p99": 500.0}
    table = shown(folder, "--stats")
    assert table[0].split()[:4] == ["profile", "requests", "outcomes", "statuses"]
    assert "500.0 / 500.0 / 500.0" in table[-1]
    assert not any("\x1b" in text for text in table)


WRONG: Final = {
    "status": ["--status", "six"],
    "since": ["--since", "yesterday"],
    "both": ["--follow", "--stats"],
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG)
def test_wrong_usage(folder: Path, arguments: list[str]) -> None:
    """What cannot be meant is wrong usage."""
    assert run("log", *arguments, cwd=folder).returncode == 2


def test_nothing_yet(folder: Path) -> None:
    """An audit that has not begun is empty."""
    for name in ("audit.jsonl", "audit.jsonl.1"):
        (folder / name).unlink()
    assert shown(folder) == []


def test_no_audit(folder: Path) -> None:
    """A config without an audit is told how to get one."""
    (folder / "signer-proxy.toml").write_text(CONFIG.replace('[audit]\nfile = "audit.jsonl"', ""))
    assert "[audit] must name a file, got none" in failed(run("log", cwd=folder))


def test_what_stands_in_a_file_cannot_steer_a_terminal(folder: Path) -> None:
    """Whoever wrote a line, no control character of it is printed."""
    (folder / "audit.jsonl").write_text(json.dumps({"time": "\x1b", "path": "\x1b[31m/a\r\n", "method": 5}) + "\n")
    assert shown(folder)[-1].split() == ["-", "5", "\ufffd[31m/a\ufffd\ufffd", "-", "-"]


@contextmanager
def following(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Follow the audit, and end as a person does."""
    command: list[str | Path] = [PROGRAM, "log", "--follow", "--json", *arguments]
    environ = {"PATH": os.environ["PATH"]}
    with subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()


def test_follow(folder: Path) -> None:
    """New lines are shown as they come, over a rotation, too; it begins with the last ten."""
    (folder / "audit.jsonl.1").write_bytes(line(ANSWERED) * 20)
    (folder / "audit.jsonl").write_bytes(line(OTHER))
    with following(folder) as process:
        assert process.stdout is not None
        statuses = [json.loads(process.stdout.readline())["status"] for _ in range(10)]
        assert statuses == [200] * 9 + [404]
        with (folder / "audit.jsonl").open("ab") as file:
            file.write(line(ANSWERED))
        assert json.loads(process.stdout.readline())["status"] == 200
        os.replace(folder / "audit.jsonl.1", full(folder / "audit.jsonl", 2))
        os.replace(folder / "audit.jsonl", full(folder / "audit.jsonl", 1))
        (folder / "audit.jsonl").write_bytes(line(REFUSED))
        assert json.loads(process.stdout.readline())["status"] == 403
