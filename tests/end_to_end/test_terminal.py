"""What `run` says, and how: columns and colours on a terminal, plain lines into a pipe, JSON for programs."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from signer_proxy.audit.line import KEYS
from tests.end_to_end.auditing import ORDER, config, lines
from tests.end_to_end.background import Background
from tests.end_to_end.daemon import NAME, PATIENCE, PROGRAM, free_port, started
from tests.end_to_end.holding import Holding
from tests.end_to_end.recording import Recording
from tests.end_to_end.test_signals import is_open
from tests.end_to_end.wire import ask, connected, read, request

COLUMNS: Final = 100
LEADING: Final = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Makes the terminal the one that controls the program, as a terminal's window does."""


@dataclass(slots=True)
class Session:
    """A daemon on a terminal, and all that it has shown so far."""

    process: subprocess.Popen[bytes]
    port: int
    screen: int
    shown: str = ""

    def wait_for(self, pattern: str) -> str:
        """Return the first line in which `pattern` is found, as soon as it is there."""
        while not (found := re.search(rf"^.*{pattern}.*$", self.shown, re.MULTILINE)):
            assert select.select([self.screen], [], [], PATIENCE)[0], self.shown
            self.shown += os.read(self.screen, 4096).decode().replace("\r\n", "\n")
        return found[0]


@contextmanager
def on_terminal(text: str, folder: Path, environ: Mapping[str, str], *flags: str) -> Iterator[Session]:
    """Run the daemon on a terminal of its own, until it ends or is killed."""
    (folder / NAME).write_text(text)
    (folder / NAME).chmod(0o600)
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", LEADING, PROGRAM, "run", *flags, "--config", NAME],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "TERM": "xterm-256color", **environ},
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    )
    os.close(its)
    session = Session(process, tomllib.loads(text)["upstreams"]["api"]["port"], ours)
    try:
        session.wait_for("listening on ")
        yield session
    finally:
        process.kill()
        process.wait(PATIENCE)
        if session.screen >= 0:
            os.close(session.screen)


def test_colours(upstream: Recording, tmp_path: Path) -> None:
    """A terminal gets one line an exchange that fits, with the status in its colour, and an order stands out."""
    with on_terminal(config(upstream.origin), tmp_path, {}) as session:
        ask(session.port, request(session.port, "GET", "/accounts?x=secret"))
        ask(session.port, request(session.port, "GET", "/" + "long/" * 30 + "end"))
        ask(session.port, request(session.port, *ORDER, body=b"{}"))
        first, long, order = (session.wait_for(rf"{name}\b.* ms") for name in ("accounts", "/end", "trade/place"))
    assert "\x1b[32m 200" in first
    assert re.search(r"\x1b\[[0-9;]*35m", order)
    assert "secret" not in session.shown
    for line in (first, long, order):
        assert len(re.sub(r"\x1b\[[0-9;]*m", "", line)) == COLUMNS
    assert "…" in long


def test_no_color(upstream: Recording, tmp_path: Path) -> None:
    """NO_COLOR leaves the columns, and not one escape sequence."""
    with on_terminal(config(upstream.origin), tmp_path, {"NO_COLOR": "1"}) as session:
        ask(session.port, request(session.port, "GET", "/accounts"))
        line = session.wait_for("accounts .*ms")
    assert re.fullmatch(rf"\d\d:\d\d:\d\d GET +{upstream.origin[7:]}/accounts +partner +200 +\d+ ms", line)
    assert len(line) == COLUMNS
    assert "\x1b" not in session.shown


def test_inspector(upstream: Recording, tmp_path: Path) -> None:
    """A person at a terminal gets the link that opens the inspector, with its password."""
    text = f"{config(upstream.origin)}\n[inspect]\nweb_port = {free_port()}\n"
    with on_terminal(text, tmp_path, {}, "--web") as session:
        link = session.wait_for("^inspector: ").removeprefix("inspector: ")
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{40,}", link)


def test_pipe(upstream: Recording, tmp_path: Path) -> None:
    """A pipe gets plain lines, whatever they are read by."""
    with started(config(upstream.origin), tmp_path, {"TERM": "xterm-256color"}) as daemon:
        ask(daemon.port, request(daemon.port, "GET", "/accounts"))
        line = daemon.wait_for("/accounts")
    assert re.fullmatch(r"[\d-]+ [\d:]+ GET \S+/accounts partner snaptrade-signature 200 \d+ms", line)
    assert "\x1b" not in daemon.output


def test_json(upstream: Recording, tmp_path: Path) -> None:
    """With --json each line is an object: an exchange has the keys of the audit, all else is a message."""
    naming = ("--config", NAME, "--json")
    with started(config(upstream.origin), tmp_path, naming=naming) as daemon:
        ask(daemon.port, request(daemon.port, "GET", "/accounts?x=secret"))
        daemon.wait_for('"path": "/accounts"')
    said = [json.loads(line) for line in daemon.lines]
    (exchange,) = (line for line in said if line["kind"] == "request")
    assert list(exchange) == list(KEYS)
    assert exchange == lines(tmp_path)[0]
    others = [line for line in said if line["kind"] == "message"]
    assert {tuple(line) for line in others} == {("time", "kind", "level", "message")}
    assert any("listening on" in line["message"] and line["level"] == "info" for line in others)
    assert "secret=" not in daemon.output


def test_terminal_that_goes_away(background: Background, upstream: Recording, tmp_path: Path) -> None:
    """A daemon whose terminal is closed ends as with any other signal: what is under way is done first."""
    holding = Holding(background)
    upstream.begin(holding.serve)
    with on_terminal(config(upstream.origin), tmp_path, {}) as session, connected(session.port) as client:
        client.sendall(request(session.port, "GET", "/accounts"))
        holding.wait_for_request()
        os.close(session.screen)
        session.screen = -1
        while is_open(session.port):
            assert session.process.poll() is None
        holding.release()
        assert read(client).status == 200
        assert session.process.wait(PATIENCE) >= 0  # not 0, since nothing can be said any more


def test_hangup_on_a_terminal(upstream: Recording, tmp_path: Path) -> None:
    """SIGHUP alone ends nothing as long as the terminal is there."""
    with on_terminal(config(upstream.origin), tmp_path, {}) as session:
        session.process.send_signal(signal.SIGHUP)
        ask(session.port, request(session.port, "GET", "/accounts"))
        session.wait_for("accounts .*ms")
        assert session.process.poll() is None
