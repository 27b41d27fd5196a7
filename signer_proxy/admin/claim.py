"""The one daemon of a config: who holds the lock listens on the socket, and nobody else can."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from signer_proxy.control.place import check_directory
from signer_proxy.errors import StartError


@contextmanager
def claimed(path: Path) -> Iterator[socket.socket]:
    """Bind the control socket at `path` until the end of the block; what a killed daemon left is replaced.

    Raises StartError, where a daemon runs on the same config as well.
    """
    with _locked(path), _bound(path) as bound:
        yield bound


@contextmanager
def _bound(path: Path) -> Iterator[socket.socket]:
    with closing(socket.socket(socket.AF_UNIX)) as bound:
        try:
            path.unlink(missing_ok=True)
            bound.bind(str(path))
            path.chmod(0o600)
        except OSError as e:
            raise _error(path, e) from e
        try:
            yield bound
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = path.with_suffix(".lock")
    try:
        lock.parent.mkdir(mode=0o700, exist_ok=True)
        check_directory(lock.parent)
        descriptor = _lock(lock)
    except OSError as e:
        raise _error(path, e) from e
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(descriptor)  # which ends the lock, too


def _lock(lock: Path) -> int:
    """Return the descriptor of a lock file that is ours, and that stands where others look for it."""
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(lock, descriptor):
                return descriptor
        except BlockingIOError as e:
            os.close(descriptor)
            raise StartError("a daemon runs on this config already (`signer-proxy status` shows it)") from e
        os.close(descriptor)  # its owner ended, and took it away, after we had opened it


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _error(path: Path, error: OSError) -> StartError:
    why = error.strerror or str(error)  # a path that is too long has no number
    return StartError(f"cannot open the control socket {path}: {why} (set XDG_RUNTIME_DIR to another directory)")
