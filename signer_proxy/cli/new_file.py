"""Files that a command makes: never over another one, whole or not at all, and closed to others from the start."""

import os
from pathlib import Path

from signer_proxy.cli.failure import Failure


def write_new(path: Path, content: bytes, mode: int, what: str) -> None:
    """Write a file that was not there and that nobody else could open before it has its mode; `what` says what it is.

    Raises Failure.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as e:
        raise _exists(path, what) from e
    except OSError as e:
        raise _cannot_be_made(path, e) from e
    try:
        with open(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)  # whatever the umask took away
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    except BaseException as e:
        path.unlink()
        if isinstance(e, OSError):
            raise Failure(f"{path} cannot be written: {e.strerror} (see `df`)") from e
        raise


def check_place(path: Path, what: str) -> None:
    """Raise Failure where a file cannot be made since it exists or its directory does not."""
    if os.path.lexists(path):
        raise _exists(path, what)
    try:
        os.stat(os.path.join(path.parent, ""))  # the slash, since a file in the directory's place will not do either
    except OSError as e:
        raise _cannot_be_made(path, e) from e


def _cannot_be_made(path: Path, error: OSError) -> Failure:
    return Failure(f"{path} cannot be made: {error.strerror} (name a file in a directory of yours)")


def _exists(path: Path, what: str) -> Failure:
    return Failure(f"{path} exists, and {what} is never overwritten (name another file)")
