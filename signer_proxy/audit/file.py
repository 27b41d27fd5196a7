"""The file of the audit: whole lines, each by one write, so that no kill takes one that was written or cuts it."""

import errno
import fcntl
import logging
import os
import stat
from pathlib import Path
from typing import Final

from signer_proxy.errors import StartError
from signer_proxy.runtime import AuditPlace
from signer_proxy.settings import private_file
from signer_proxy.settings.unreadable import UnreadableError

logger = logging.getLogger(__name__)

KEPT: Final = 5
"""Files that were full: audit.jsonl.1, the newest, to audit.jsonl.5."""


def full(path: Path, number: int) -> Path:
    """Return the name of a file that was full: 1 is the newest."""
    return path.with_name(f"{path.name}.{number}")


class AuditFile:
    """An open file that nobody else writes; raises StartError where it cannot be had."""

    def __init__(self, place: AuditPlace) -> None:
        self.place = place
        self._path, self._descriptor, self._size = _opened(place.path)
        self._complaint = ""

    def append(self, line: bytes) -> None:
        """Write a line, or nothing of it; raises OSError."""
        if os.fstat(self._descriptor).st_nlink == 0:  # somebody has removed it: nobody could ever read the line
            self.reopen()
            if os.fstat(self._descriptor).st_nlink == 0:
                raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
        if self._size and self._size + len(line) > self.place.rotate:
            self._rotate()
        written = os.write(self._descriptor, line)
        if written < len(line):  # the disk is full: half a line would take the next one with it
            os.ftruncate(self._descriptor, self._size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._size += written

    def reopen(self) -> None:
        """Go on in the file that has the name now; where that cannot be had, in the one that is open."""
        if _is(self._path, self._descriptor):
            return
        try:
            path, descriptor, size = _opened(self.place.path)
        except StartError as e:
            self._complain(str(e))
            return
        os.close(self._descriptor)
        self._path, self._descriptor, self._size, self._complaint = path, descriptor, size, ""

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _rotate(self) -> None:
        try:
            if _is(self._path, self._descriptor):  # else somebody has moved it, and it has a name of its own
                for number in range(KEPT, 1, -1):
                    if full(self._path, number - 1).exists():
                        os.replace(full(self._path, number - 1), full(self._path, number))
                os.replace(self._path, full(self._path, 1))
        except OSError as e:
            self._complain(f"audit file {self._path} cannot be rotated and grows: {e.strerror} (see `ls -ld`)")
        self.reopen()

    def _complain(self, sentence: str) -> None:
        if sentence != self._complaint:
            self._complaint = sentence
            logger.error("%s", sentence)


def _opened(path: Path) -> tuple[Path, int, int]:
    """Open a file of ours, made where it is missing; return it with its real path and size. Raises StartError."""
    real = Path(os.path.realpath(path))
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK  # opening a pipe would wait
    try:
        descriptor = os.open(real, flags, 0o600)
    except OSError as e:
        raise StartError(f"audit file {real} cannot be opened: {e.strerror} (see `ls -ld`, or name another one)") from e
    try:
        return real, descriptor, _checked(real, descriptor)
    except BaseException:
        os.close(descriptor)
        raise


def _checked(path: Path, descriptor: int) -> int:
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode):
        raise StartError(f"audit file {path} must be a regular file, got a pipe, device or socket (name a file)")
    try:
        private_file.check(path, state)
    except UnreadableError as e:
        raise StartError(f"audit {e}") from e
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as e:
        raise StartError(
            f"audit file {path} must be one daemon's alone, got another that writes it (name another file)"
        ) from e
    if state.st_size and os.pread(descriptor, 1, state.st_size - 1) != b"\n":
        return state.st_size + _end_line(path, descriptor)
    return state.st_size


def _end_line(path: Path, descriptor: int) -> int:
    """End a line in the middle of which the machine went down, so that the next one is whole."""
    try:
        return os.write(descriptor, b"\n")
    except OSError as e:
        raise StartError(f"audit file {path} cannot be written: {e.strerror} (make room, or name another one)") from e


def _is(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except OSError:
        return False
