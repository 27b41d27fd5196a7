"""One writer at a time, of all threads and processes that name the same lock file."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from signer_proxy.users.users_error import UsersError

PATIENCE: Final = 10.0
_PAUSE: Final = 0.005


@contextmanager
def locked(path: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock file, made where it is missing; raises UsersError after `patience` seconds.

    The file stays: who removed it would let in one who waits for it and one who makes it anew.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as e:
        raise UsersError(f"lock file {path} cannot be opened: {e.strerror} (see `ls -ld`)") from e
    try:
        _wait(descriptor, path, patience)
        yield
    finally:
        os.close(descriptor)  # which ends the lock, too


def _wait(descriptor: int, path: Path, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            if time.monotonic() >= deadline:
                raise UsersError(
                    f"lock file {path} must be free within {patience:g} s, got no turn "
                    "(does another signer-proxy hang? see `fuser`)"
                ) from e
            time.sleep(_PAUSE)
        except OSError as e:  # a file system without locks
            raise UsersError(f"lock file {path} cannot be locked: {e.strerror} (take a local disk)") from e
        else:
            return
