"""The signals that come to us: passed on to the child while there is one, and else the end.

A child stays in our process group, so what is typed at the terminal reaches it by itself; the rest is passed on, also
where a process sends what could have been typed.
"""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from signer_proxy.child.process import Child
from signer_proxy.child.typed import TYPED, told_apart

_ENDING: Final = (signal.SIGTERM, signal.SIGHUP, *TYPED)
_ALL: Final = (*_ENDING, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCONT)


class Relay:
    """Takes signals for the child, or for the task that starts it and clears up behind it."""

    def __init__(self, task: asyncio.Task[int]) -> None:
        self._task = task
        self._child: Child | None = None
        self.ended_by: signal.Signals | None = None
        """What came while there was no child."""

    @contextmanager
    def to(self, child: Child) -> Iterator[Child]:
        """Pass on what comes from now on."""
        self._child = child
        try:
            yield child
        finally:
            self._child = None

    def take(self, number: signal.Signals, is_typed: bool | None = None) -> None:
        """Take a signal; `is_typed` says whether it was typed, None that this is not known."""
        if self._child is not None:
            if not (number in TYPED and _is_in_front() if is_typed is None else is_typed):
                self._child.send(number)
        elif number in _ENDING:
            self.ended_by = number
            self._task.cancel()


@contextmanager
def relayed() -> Iterator[Relay]:
    """Take the signals that would end us, in the running task; what is ignored, as under `nohup`, stays so."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    relay = Relay(task)
    taken = [number for number in _ALL if signal.getsignal(number) is not signal.SIG_IGN]
    for number in taken:  # those that can be typed come so only where nobody says who sent them
        loop.add_signal_handler(number, relay.take, number)

    def told(number: signal.Signals, is_typed: bool) -> None:
        loop.call_soon_threadsafe(relay.take, number, is_typed)

    try:
        with told_apart([number for number in taken if number in TYPED], told):
            yield relay
    finally:
        for number in taken:
            loop.remove_signal_handler(number)


def _is_in_front() -> bool:
    """Tell whether a terminal sends what is typed there to our process group."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
