"""The audit's file under a real daemon: private, rotated, moved, changed by a reload, and full."""

import shutil
import signal
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from tests.end_to_end.auditing import AUDIT, ORDER, config, lines, told
from tests.end_to_end.daemon import NAME, PROGRAM, Daemon, launched, started
from tests.end_to_end.recording import Recording
from tests.end_to_end.test_hosted import serving
from tests.end_to_end.wire import ask, connected, read, request

SMALL_DISK: Final = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Room for one line of an audit in each file."""


def get(daemon: Daemon, path: str = "/accounts") -> None:
    """Have a request answered."""
    assert ask(daemon.port, request(daemon.port, "GET", path)).status == 200


def test_private(upstream: Recording, tmp_path: Path) -> None:
    """The file is there as soon as the daemon listens, for its owner alone."""
    with started(config(upstream.origin), tmp_path):
        assert stat.S_IMODE((tmp_path / AUDIT).stat().st_mode) == 0o600
        assert lines(tmp_path) == []


def test_shared(upstream: Recording, tmp_path: Path) -> None:
    """A file that others can read ends the start, with the way out."""
    (tmp_path / AUDIT).touch(0o640)
    with launched(config(upstream.origin), tmp_path) as daemon:
        assert daemon.wait() == 1
    assert f"audit file {tmp_path / AUDIT} must be closed to other users, got mode 0640 (chmod 600 " in daemon.output


def test_second_daemon(upstream: Recording, tmp_path: Path) -> None:
    """Two daemons do not write one file: the second one's rotation would take it from the first."""
    (tmp_path / "other").mkdir()
    with started(config(upstream.origin), tmp_path):
        text = config(upstream.origin, audit=f'file = "{tmp_path / AUDIT}"')
        with launched(text, tmp_path / "other") as second:
            assert second.wait() == 1
        assert "must be one daemon's alone" in second.output


def test_rotation_under_load(upstream: Recording, tmp_path: Path) -> None:
    """Rotations in the middle of many requests at once lose no line and cut none."""
    number, clients = 400, 8

    def go(client: int) -> None:
        with connected(daemon.port) as connection:
            for turn in range(number // clients):
                connection.sendall(request(daemon.port, "GET", f"/accounts/{client}-{turn}"))
                assert read(connection).status == 200

    text = config(upstream.origin, audit=f'file = "{AUDIT}"\nrotate = "50 KiB"')
    with started(text, tmp_path) as daemon, ThreadPoolExecutor(clients) as pool:
        list(pool.map(go, range(clients)))
    names = [AUDIT, *(f"{AUDIT}.{age}" for age in range(1, 5))]
    files = [file for file in names if (tmp_path / file).exists()]
    assert len(files) >= 4
    paths = [line["path"] for file in files for line in lines(tmp_path, file)]
    assert sorted(paths) == sorted(f"/accounts/{client}-{turn}" for client in range(8) for turn in range(50))
    assert max((tmp_path / file).stat().st_size for file in files) <= 50 * 1024
    assert {stat.S_IMODE((tmp_path / file).stat().st_mode) for file in files} == {0o600}


def test_hangup(upstream: Recording, tmp_path: Path) -> None:
    """SIGHUP lets the daemon go on in a new file when the old one was moved, as logrotate does."""
    with started(config(upstream.origin), tmp_path) as daemon:
        get(daemon, "/accounts/1")
        (tmp_path / AUDIT).rename(tmp_path / "moved")
        get(daemon, "/accounts/2")
        daemon.process.send_signal(signal.SIGHUP)
        while not (tmp_path / AUDIT).exists():
            assert daemon.process.poll() is None
        get(daemon, "/accounts/3")
    assert [line["path"] for line in lines(tmp_path, "moved")] == ["/accounts/1", "/accounts/2"]
    assert [line["path"] for line in lines(tmp_path)] == ["/accounts/3"]


def test_full_disk(upstream: Recording, tmp_path: Path) -> None:
    """While the audit cannot be written no order leaves, and all else goes on; nothing of this is silent."""
    command = (sys.executable, "-c", SMALL_DISK, PROGRAM, "run")
    with started(config(upstream.origin), tmp_path, command=command) as daemon:
        get(daemon)
        upstream.requests.clear()
        reply = ask(daemon.port, request(daemon.port, *ORDER, body=b"{}"))
        assert (reply.status, reply.code) == (500, "internal")
        assert "must take a line before an order leaves" in reply.problem["detail"]
        assert "nothing was sent" in reply.problem["detail"]
        assert upstream.requests == []
        get(daemon)
        assert len(upstream.requests) == 1
        daemon.wait_for(
            "audit.jsonl cannot be written: (File too large|No space left on device) .lines are lost; no order leaves"
        )
        (tmp_path / AUDIT).unlink()
        daemon.process.send_signal(signal.SIGHUP)
        while not (tmp_path / AUDIT).exists():
            assert daemon.process.poll() is None
        get(daemon)
        daemon.wait_for("audit: lines are written again, 2 were lost")
    assert told(tmp_path, "kind", "status") == [("request", 200)]


def test_removed_folder(upstream: Recording, tmp_path: Path) -> None:
    """While the audit's directory is gone no order leaves, and all else goes on."""
    (tmp_path / "logs").mkdir()
    text = config(upstream.origin, audit=f'file = "logs/{AUDIT}"')
    with started(text, tmp_path) as daemon:
        shutil.rmtree(tmp_path / "logs")
        reply = ask(daemon.port, request(daemon.port, *ORDER, body=b"{}"))
        assert (reply.status, reply.code) == (500, "internal")
        assert upstream.requests == []
        get(daemon)
        (tmp_path / "logs").mkdir()
        assert ask(daemon.port, request(daemon.port, *ORDER, body=b"{}")).status == 200
    assert told(tmp_path / "logs", "kind") == [("sent",), ("request",)]


def test_reload(upstream: Recording, tmp_path: Path) -> None:
    """A reload changes the file; one that cannot be had is refused, and the old one goes on."""
    text = config(upstream.origin)
    with started(text, tmp_path) as daemon:
        get(daemon, "/accounts/1")
        (tmp_path / NAME).write_text(text.replace(AUDIT, "missing/audit.jsonl"))
        daemon.wait_for("missing/audit.jsonl cannot be opened: No such file or directory")
        get(daemon, "/accounts/2")
        (tmp_path / NAME).write_text(text.replace(AUDIT, "other.jsonl"))
        daemon.wait_for("reload: the changed config is in use")
        get(daemon, "/accounts/3")
        (tmp_path / NAME).write_text(text.replace("[audit]", "").replace(f'file = "{AUDIT}"', ""))
        since = len(daemon.lines)
        daemon.wait_for("reload: the changed config is in use", since=since)
        get(daemon, "/accounts/4")
    assert [line["path"] for line in lines(tmp_path)] == ["/accounts/1", "/accounts/2"]
    assert [line["path"] for line in lines(tmp_path, "other.jsonl")] == ["/accounts/3"]


def test_hosted(upstream: Recording, tmp_path: Path) -> None:
    """Inside mitmdump the audit is the same."""
    with serving(config(upstream.origin), tmp_path, "mitmdump") as daemon:
        ask(daemon.port, request(daemon.port, *ORDER, body=b"{}"))
    assert told(tmp_path, "kind", "status") == [("sent", None), ("request", 200)]


@pytest.mark.parametrize("audit", ["", 'rotate = "1 MiB"', 'file = ""', 'file = "a"\nrotate = "0 B"'])
def test_wrong_config(upstream: Recording, tmp_path: Path, audit: str) -> None:
    """What [audit] must have is said before anything runs."""
    with launched(config(upstream.origin, audit=audit), tmp_path) as daemon:
        assert daemon.wait() == 1
    assert f"{NAME}: audit." in daemon.output
