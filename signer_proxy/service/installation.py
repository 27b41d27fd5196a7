"""Where a service's file stands: it is written whole, and neither another's file nor an edited one is lost."""

import os
from pathlib import Path

from signer_proxy.errors import StartError
from signer_proxy.service.marker import is_untouched


def write(file: Path, text: str) -> None:
    """Write a service's file. Raises StartError, and changes nothing, where one stands that is not as we wrote it."""
    _check(file)
    new = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(text, "utf-8")
        new.replace(file)
    except OSError as e:
        new.unlink(missing_ok=True)
        raise StartError(f"service: {file} cannot be written: {e.strerror} (see `ls -ld`)") from e


def require(file: Path) -> None:
    """Raise StartError where a service's file is not there, or not as we wrote it."""
    if not os.path.lexists(file):
        raise StartError(f"service: {file} does not exist: nothing is installed (see `signer-proxy service install`)")
    _check(file)


def remove(file: Path) -> None:
    """Remove a service's file. Raises StartError as `require`, or where it cannot be removed."""
    require(file)
    try:
        file.unlink()
    except OSError as e:
        raise StartError(f"service: {file} cannot be removed: {e.strerror} (see `ls -ld`)") from e


def _check(file: Path) -> None:
    try:
        is_ours = is_untouched(file.read_text("utf-8", "replace"))
    except FileNotFoundError:
        return
    except OSError as e:
        raise StartError(f"service: {file} cannot be read: {e.strerror} (see `ls -ld`)") from e
    if not is_ours:
        raise StartError(
            f"service: {file} must be as `signer-proxy service install` wrote it, got another's file or an edited one "
            "(move it away first)"
        )
