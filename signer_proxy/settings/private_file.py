"""Read a file that holds a secret: only where nobody else can, as ssh does with its keys."""

import os
import shlex
import stat
from pathlib import Path

from signer_proxy.settings import regular_file
from signer_proxy.settings.unreadable import UnreadableError


def read(path: Path) -> bytes:
    """Return the bytes of a file that belongs to the user or root and is closed to all others, or UnreadableError."""
    content, state = regular_file.read(path)
    check(path, state)
    return content


def check(path: Path, state: os.stat_result) -> None:
    """Raise UnreadableError unless the file belongs to the user or root and is closed to all others."""
    if state.st_uid not in (0, os.geteuid()):
        raise UnreadableError(
            f"file {path} must belong to you or root, got the owner {state.st_uid} (make a copy that is yours)"
        )
    if shared(state):
        raise UnreadableError(
            f"file {path} must be closed to other users, got mode {stat.S_IMODE(state.st_mode):04o} ({closing(path)})"
        )


def shared(state: os.stat_result) -> bool:
    """Say whether a group or all others may read a file, or write or run it."""
    return bool(state.st_mode & 0o077)


def closing(path: Path) -> str:
    """Return the command that closes a file to other users."""
    return f"chmod 600 {shlex.quote(str(path))}"
