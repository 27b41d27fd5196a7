"""The command line as a user calls it, in a process of its own, with or without a terminal."""

import os
import pty
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

PROGRAM: Final = Path(sys.executable).with_name("signer-proxy")
PATIENCE: Final = 60.0
_KEYRING: Final = """
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    priority = 1
    def get_password(self, service, name):
        return {entries}.get((service, name))
    def set_password(self, service, name, password):
        raise NotImplementedError
"""
_ON_TERMINAL: Final = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def run(
    *arguments: str | Path, cwd: Path, environ: Mapping[str, str] | None = None, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run a command without a terminal."""
    return subprocess.run(
        [PROGRAM, *arguments],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **(environ or {})},
        input=stdin,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
        start_new_session=True,  # or it would find the terminal of whoever runs the tests
    )


def keyring_with(directory: Path, service: str, name: str, password: str) -> dict[str, str]:
    """Write a keyring with one entry, as a backend of the library's; return the variables that make it the user's."""
    (directory / "one_entry.py").write_text(
        _KEYRING.format(entries=ascii({(service, name): password})), encoding="ascii"
    )
    return {"PYTHONPATH": str(directory), "PYTHON_KEYRING_BACKEND": "one_entry.Keyring"}


def failed(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return the one line of a command that failed with exit code 1 and printed nothing else."""
    lines = done.stderr.decode().splitlines()
    assert (done.returncode, done.stdout) == (1, b""), lines
    assert len(lines) == 1, lines
    assert lines[0].startswith("signer-proxy: ")
    return lines[0]


def typed(*arguments: str | Path, cwd: Path, answers: Sequence[str]) -> tuple[int, str]:
    """Run a command on a terminal where each prompt gets its answer; return exit code and what the terminal shows."""
    ours, its = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", _ON_TERMINAL, PROGRAM, *arguments],
            cwd=cwd,
            stdin=its,
            stdout=its,
            stderr=its,
            start_new_session=True,
        )
        os.close(its)
        return _answer(process, ours, [f"{answer}\n".encode() for answer in answers])
    finally:
        os.close(ours)


def _answer(process: subprocess.Popen[bytes], terminal: int, answers: list[bytes]) -> tuple[int, str]:
    shown = b""
    with process:
        while piece := _piece(terminal):
            shown += piece
            if answers and shown.endswith(b": "):
                os.write(terminal, answers.pop(0))
        return process.wait(PATIENCE), shown.decode()


def _piece(terminal: int) -> bytes:
    """Return what comes next on a terminal, nothing once nobody holds its other end."""
    assert select.select([terminal], [], [], PATIENCE)[0], "the command is silent"
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux's way of saying so
        return b""
