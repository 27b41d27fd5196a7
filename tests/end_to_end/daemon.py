"""The real daemon as a process of its own, watched by its lines and ended by its signals."""

import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

PROGRAM: Final = Path(sys.executable).with_name("signer-proxy")
NAME: Final = "signer-proxy.toml"
PATIENCE: Final = 20.0
"""Seconds after which what should have come is missed; nothing waits for so long when all is well."""


@dataclass(slots=True)
class Daemon:
    """A running daemon; `lines` is all that it has said so far, on stdout and stderr."""

    process: subprocess.Popen[str]
    config: Path
    ports: dict[str, int]
    """By the name of the upstream."""
    lines: list[str] = field(default_factory=list, repr=False)
    _news: threading.Condition = field(default_factory=threading.Condition)
    _is_over: bool = False

    @property
    def port(self) -> int:
        """The port of the first upstream."""
        return next(iter(self.ports.values()))

    @property
    def output(self) -> str:
        """All lines so far, as one text."""
        with self._news:
            return "\n".join(self.lines)

    def wait_for(self, pattern: str, *, since: int = 0) -> str:
        """Return the first line from number `since` on in which `pattern` is found, as soon as it is there."""
        end = time.monotonic() + PATIENCE
        with self._news:
            while True:
                for line in self.lines[since:]:
                    if re.search(pattern, line):
                        return line
                if self._is_over or not self._news.wait(end - time.monotonic()):
                    raise AssertionError(f"no line with {pattern!r} in:\n" + "\n".join(self.lines[since:]))

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, unless the daemon has ended already; return its exit code when its last line is there."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait for the end, and return the exit code when the last line is there."""
        code = self.process.wait(PATIENCE)
        with self._news:
            assert self._news.wait_for(lambda: self._is_over, PATIENCE)
        return code

    def listen(self) -> None:
        """Collect lines until the daemon ends."""
        assert self.process.stdout is not None
        with self.process.stdout as out:
            for line in out:
                with self._news:
                    self.lines.append(line.rstrip("\n"))
                    self._news.notify_all()
        with self._news:
            self._is_over = True
            self._news.notify_all()


@contextmanager
def launched(
    config_text: str,
    folder: Path,
    environ: Mapping[str, str] | None = None,
    command: Sequence[str | Path] = (PROGRAM, "run"),
    naming: Sequence[str] = ("--config", NAME),
) -> Iterator[Daemon]:
    """Launch the daemon with a config that is written into `folder`, and kill it if it is still there at the end.

    `environ` is its whole environment but for PATH, so that no variable of the machine plays a part; `naming` are the
    arguments that name the config.
    """
    config = folder / NAME
    config.write_text(config_text, encoding="utf-8")
    config.chmod(0o600)
    process = subprocess.Popen(
        [*command, *naming],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", **(environ or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="backslashreplace",
    )
    upstreams = tomllib.loads(config_text).get("upstreams", {})
    daemon = Daemon(process, config, {name: upstream["port"] for name, upstream in upstreams.items()})
    listening = threading.Thread(target=daemon.listen)
    listening.start()
    try:
        yield daemon
    finally:
        process.kill()
        process.wait()
        listening.join()


@contextmanager
def started(
    config_text: str,
    folder: Path,
    environ: Mapping[str, str] | None = None,
    command: Sequence[str | Path] = (PROGRAM, "run"),
    naming: Sequence[str] = ("--config", NAME),
) -> Iterator[Daemon]:
    """Launch the daemon and yield it when it listens; at the end it must stop cleanly, unless a test has ended it."""
    with launched(config_text, folder, environ, command, naming) as daemon:
        for port in daemon.ports.values():
            daemon.wait_for(rf"listening on http://127\.0\.0\.1:{port}\b")
        yield daemon
        if daemon.process.poll() is None:
            code = daemon.stop()
            assert code == 0, daemon.output
        assert "Traceback" not in daemon.output


def free_port() -> int:
    """Return a port that nobody listens on, below those that the system gives to outgoing connections."""
    while True:
        port = random.randrange(15_000, 30_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
