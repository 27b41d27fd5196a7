"""What is typed at the terminal, told apart from what a process sends: the first reaches the child by itself.

The system says who sent a signal only to whoever waits for it (POSIX, sigwaitinfo), so a thread of ours waits for those
that can be typed, and every other thread has them blocked.
"""

import signal
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Final

TYPED: Final = (signal.SIGINT, signal.SIGQUIT)


@contextmanager
def told_apart(numbers: Collection[signal.Signals], take: Callable[[signal.Signals, bool], None]) -> Iterator[None]:
    """Have `take` called, from a thread, with each of the signals and whether it was typed.

    Begin before there are other threads. On macOS, which does not say who sent a signal, nothing is called.
    """
    if sys.platform == "darwin" or not numbers:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    ended = threading.Event()

    def wait() -> None:
        while True:
            found = signal.sigwaitinfo(numbers)
            if ended.is_set():
                return
            take(signal.Signals(found.si_signo), found.si_code > 0)  # sigaction(2): above 0 it is the kernel's

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    try:
        yield
    finally:
        ended.set()
        assert waiting.ident is not None
        signal.pthread_kill(waiting.ident, next(iter(numbers)))
        waiting.join()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def heard() -> Iterator[None]:
    """Let the running thread start a program in this block: it would have those signals blocked, too."""
    before = signal.pthread_sigmask(signal.SIG_UNBLOCK, TYPED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
