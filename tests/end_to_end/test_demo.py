"""`signer-proxy demo`: requests arrive unsigned, leave signed and are verified, for eyes and for scripts."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.daemon import PATIENCE, PROGRAM, Daemon, launched

ESCAPE = "\x1b"
WRONG = """
import signer_proxy.cli.main
import signer_proxy.schemes.snaptrade_signature as scheme
scheme.sign_base = lambda *_: "c2lnbmVkIHdpdGggbm8ga2V5"
signer_proxy.cli.main.main()
"""


def environ(folder: Path) -> dict[str, str]:
    """Return an environment without anything of the machine's."""
    return {"PATH": "/usr/bin:/bin", "HOME": str(folder), "TERM": "xterm-256color", "LANG": "C.UTF-8"}


def run(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, without a terminal."""
    return subprocess.run(
        command, cwd=folder, env=environ(folder), capture_output=True, encoding="utf-8", timeout=2 * PATIENCE
    )


def test_once(tmp_path: Path) -> None:
    """The demo shows each request with what was added, what was signed and the verdict, in plain text, and ends."""
    done = run(tmp_path, PROGRAM, "demo", "--once")
    assert done.returncode == 0, done.stderr
    for label in ("came in", "added", "signed", "Signature"):
        assert len(re.findall(rf"^ +{label} ", done.stdout, re.MULTILINE)) >= 3, label
    verdicts = re.findall(r"^ +verdict +(.*)", done.stdout, re.MULTILINE)
    assert [verdict for verdict in verdicts if not re.fullmatch("verified · 20[01]", verdict)] == []
    assert len(verdicts) == len(re.findall(r"^ +came in ", done.stdout, re.MULTILINE)) == 6
    assert "Nestlé" in done.stdout
    assert ESCAPE not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "curl" not in done.stdout


def test_refused(tmp_path: Path) -> None:
    """Where the sandbox does not verify a request, the demo shows its verdict and ends with exit code 1."""
    done = run(tmp_path, sys.executable, "-c", WRONG, "demo", "--once")
    assert done.returncode == 1
    assert "refused · 401" in done.stdout
    assert "Traceback" not in done.stderr


def test_terminal(tmp_path: Path) -> None:
    """On a terminal the demo has colours."""
    ours, its = pty.openpty()
    process = subprocess.Popen([PROGRAM, "demo", "--once"], cwd=tmp_path, env=environ(tmp_path), stdout=its)
    os.close(its)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # how the end of a terminal reads on Linux
        pass
    finally:
        os.close(ours)
    assert process.wait(PATIENCE) == 0
    assert ESCAPE.encode() in shown
    assert "verified · 200".encode() in shown


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Daemon]:
    """Start a demo that stays."""
    with launched("", tmp_path, environ(tmp_path), (PROGRAM, "demo"), naming=()) as demo:
        demo.wait_for("Try it yourself")
        yield demo
        assert "Traceback" not in demo.output


def test_lines_to_try(demo: Daemon, tmp_path: Path) -> None:
    """Each line to try works as it is printed, and the demo shows what became of it."""
    demo.wait_for("curl .*trade")
    lines = [line for line in demo.lines if line.startswith("  curl ")]
    assert len(lines) >= 3
    for line in lines:
        since = len(demo.lines)
        done = run(tmp_path, "/usr/bin/env", "bash", "-euc", f"{line} --fail-with-body -D {tmp_path / 'head'}")
        assert done.returncode == 0, done
        assert "sandbox-verdict: verified" in (tmp_path / "head").read_text("utf-8").lower()
        demo.wait_for(r" 200 \d+ms", since=since)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_end(demo: Daemon, number: signal.Signals) -> None:
    """The demo stays until it is told to end."""
    assert demo.process.poll() is None
    assert demo.stop(number) == 0
