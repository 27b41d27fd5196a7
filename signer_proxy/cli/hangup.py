"""SIGHUP: go on in files that were rotated from outside, or end, where it says that our terminal has gone away."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from signer_proxy.cli.stopping import Signals


@asynccontextmanager
async def reopening(reopen: Callable[[], None], signals: Signals) -> AsyncIterator[None]:
    """Call `reopen` at each SIGHUP; one that comes since the terminal has closed counts as a signal to end."""
    # What `nohup` starts is not to end with its terminal.
    may_end = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN and _has_terminal()

    def hung_up() -> None:
        if may_end and not _has_terminal():
            signals.put(signal.SIGHUP)
        else:
            reopen()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, hung_up)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK))
    except OSError:
        return False
    return True
