"""Write flows to a file as they are done, in mitmproxy's format and without secrets, for `mitmdump -nr`."""

import logging
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Self

from mitmproxy import io
from mitmproxy.http import HTTPFlow

from signer_proxy.errors import StartError
from signer_proxy.settings import private_file
from signer_proxy.settings.unreadable import UnreadableError

logger = logging.getLogger(__name__)


class Saving:
    """The open file; what is there already stays."""

    def __init__(self, path: Path) -> None:
        """Open a file that nobody else can read. Raises StartError."""
        self._path = path
        self._file = _opened(path)
        self._lost = 0

    def add(self, redacted: HTTPFlow) -> None:
        """Write a flow that holds no secrets; one that cannot be written is lost, which is said."""
        try:
            if os.fstat(self._file.fileno()).st_nlink == 0:  # somebody has removed it: nobody could ever read the flow
                removed, self._file = self._file, _opened(self._path)
                removed.close()
            io.FlowWriter(self._file).add(redacted)
            self._file.flush()
        except (OSError, StartError) as e:
            if not self._lost:
                why = str(e) if isinstance(e, StartError) else f"inspect: save: {self._path}: {e.strerror}"
                logger.error("%s (flows are not saved until it can be written)", why)
            self._lost += 1
        else:
            if self._lost:
                logger.warning("inspect: save: flows are written again, %d were lost", self._lost)
            self._lost = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # what could not be written is tried once more, and was told of
            self._file.close()


def _opened(path: Path) -> BinaryIO:
    try:
        # Without O_NONBLOCK, opening a pipe would wait.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    except OSError as e:
        raise StartError(f"inspect: save: {path} cannot be opened: {e.strerror} (name another file)") from e
    file = open(descriptor, "ab")  # noqa: SIM115 - open for as long as the inspector is
    try:
        _check(path, os.fstat(descriptor))
    except UnreadableError as e:
        file.close()
        raise StartError(f"inspect: save: {e}") from e
    return file


def _check(path: Path, state: os.stat_result) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise UnreadableError(f"file {path} must be a regular file, got a pipe, device or socket (name a file)")
    private_file.check(path, state)
