"""Where a daemon's socket stands: one for each config, in a directory that is the user's own."""

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from signer_proxy.errors import StartError

_BUILT_IN: Final = "built-in"


def socket_path(config: Path | None, environ: Mapping[str, str]) -> Path:
    """Return the socket of the daemon that runs on a config; None is the built-in one."""
    name = _BUILT_IN if config is None else os.path.abspath(config)
    return _directory(environ) / f"{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}.sock"


def check_directory(directory: Path) -> None:
    """Make sure that nobody else can put a socket there. Raises StartError, FileNotFoundError."""
    try:
        found = directory.lstat()
    except FileNotFoundError:
        raise
    except OSError as e:
        raise StartError(f"the directory of the control socket, {directory}, must be readable: {e.strerror}") from e
    if not stat.S_ISDIR(found.st_mode):
        raise StartError(f"{directory} must be a directory, for the control socket (move what is there away)")
    if found.st_uid != os.geteuid():
        raise StartError(
            f"{directory} must be yours, for the control socket, got user {found.st_uid} "
            "(set XDG_RUNTIME_DIR to a directory of your own)"
        )
    if mode := stat.S_IMODE(found.st_mode) & 0o077:
        raise StartError(
            f"{directory} must be yours alone, for the control socket, got mode {mode | 0o700:04o} "
            f"(chmod 700 {directory})"
        )


def _directory(environ: Mapping[str, str]) -> Path:
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    if os.path.isabs(runtime):  # XDG Base Directory Specification, "Basics": a relative one is ignored
        return Path(runtime) / "signer-proxy"
    return Path(environ.get("TMPDIR") or "/tmp") / f"signer-proxy-{os.geteuid()}"  # noqa: S108 - checked when used
