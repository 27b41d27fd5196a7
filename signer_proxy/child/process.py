"""A child that shares our terminal, and that stops and goes on as if we were not there."""

import asyncio
import errno
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from signer_proxy.child.typed import heard

_MOMENT: Final = 0.05
"""Seconds in which a child that was continued is seen to go on."""


class Child:
    """A running child, in our process group."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._status: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        threading.Thread(target=self._wait, args=(asyncio.get_running_loop(),), daemon=True).start()

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if not self._status.done():
            with suppress(ProcessLookupError, PermissionError):  # it may have become another user's
                os.kill(self._process.pid, number)

    async def ended(self) -> int:
        """Wait for the end; return the exit code as shells tell it, 128 and the number of a signal that ended it."""
        code = os.waitstatus_to_exitcode(await self._status)
        return 128 - code if code < 0 else code

    def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait in a thread of its own, and stop where the child stops: the shell above waits for us alone."""
        _, status = os.waitpid(self._process.pid, os.WUNTRACED)
        while os.WIFSTOPPED(status):
            time.sleep(_MOMENT)  # what was typed stops us as well: then we are here when both have gone on
            changed, status = os.waitpid(self._process.pid, os.WUNTRACED | os.WCONTINUED | os.WNOHANG)
            if not changed:
                os.kill(os.getpid(), signal.SIGSTOP)
            if not changed or os.WIFCONTINUED(status):
                _, status = os.waitpid(self._process.pid, os.WUNTRACED)
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(self._end, status)

    def _end(self, status: int) -> None:
        self._process.returncode = os.waitstatus_to_exitcode(status)  # else it would be waited for again
        if not self._status.done():
            self._status.set_result(status)


def launch(command: Sequence[str], environ: Mapping[str, str]) -> Child:
    """Start a command that shares our terminal, directory, open files and process group. Raises OSError."""
    if not command[0]:  # else each directory of PATH would be found, and not be executable
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), command[0])
    with heard():
        process = subprocess.Popen(command, env=environ, close_fds=False)  # noqa: S603 - what the user asks for
    return Child(process)
