"""Read a small regular file, together with the state of the very file that was read."""

import os
import stat
from pathlib import Path
from typing import Final

from signer_proxy.settings.unreadable import UnreadableError

LARGEST: Final = 1 << 20


def read(path: Path) -> tuple[bytes, os.stat_result]:
    """Return a file's bytes, 1 MiB at most, and its state; raises UnreadableError."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise UnreadableError(f"file {path} must be a regular file, got a pipe, device or socket (name a file)")
            content = file.read(LARGEST + 1)
    except FileNotFoundError as e:
        raise UnreadableError(f"file {path} does not exist (make it, or name another one)") from e
    except OSError as e:
        raise UnreadableError(f"file {path} cannot be read: {e.strerror} (see `ls -ld`)") from e
    if len(content) > LARGEST:
        raise UnreadableError(f"file {path} must be at most 1 MiB, got more (is it the right file?)")
    return content, state


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # opening a pipe would wait for a writer
