"""Run a program for what it prints: no shell, no input, no terminal, an end to its time and to its output."""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Final

from signer_proxy.settings.unreadable import UnreadableError

LARGEST: Final = 1 << 16
PATIENCE: Final = 30.0


def output(command: Sequence[str], directory: Path, environ: Mapping[str, str], patience: float = PATIENCE) -> bytes:
    """Return what a program prints within `patience` seconds, 64 KiB at most; raises UnreadableError.

    Neither its arguments nor what it prints is shown, on stderr either: both may hold secrets.
    """
    subject = f"program {command[0]}"
    try:
        # In a session of its own, so that it cannot wait for a terminal and ends with all that it started.
        process = subprocess.Popen(  # noqa: S603  the config's own program, and no shell
            command,
            cwd=directory,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as e:
        raise UnreadableError(f"{subject} cannot be started: {e.strerror} (is it installed, and on the PATH?)") from e
    deadline = time.monotonic() + patience
    with process:
        try:
            printed = _drain(process.stdout, deadline) if process.stdout else b""
            code = process.wait(max(0.0, deadline - time.monotonic()))
        except BaseException as e:
            # It may have ended this moment, which systems say in either way.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            if isinstance(e, TimeoutError | subprocess.TimeoutExpired):
                raise UnreadableError(
                    f"{subject} must end within {patience:g} s, got no end (does it wait for input? run it by hand)"
                ) from e
            if isinstance(e, _TooMuchError):
                raise UnreadableError(
                    f"{subject} must print at most 64 KiB, got more (let it print the secret alone)"
                ) from e
            raise
    if code:
        ended = f"exit code {code}" if code > 0 else f"an end by signal {-code}"
        raise UnreadableError(f"{subject} must end with exit code 0, got {ended} (run it by hand to see why)")
    return printed


class _TooMuchError(Exception):
    """More was printed than a secret can be."""


def _drain(pipe: IO[bytes], deadline: float) -> bytes:
    printed = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while len(printed) <= LARGEST:
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise TimeoutError
            piece = os.read(pipe.fileno(), LARGEST)
            if not piece:
                return printed
            printed += piece
    raise _TooMuchError
