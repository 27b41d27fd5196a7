"""A command at a terminal: what is typed reaches it once, and it stops and goes on with us."""

import os
import pty
import re
import select
import signal
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.end_to_end.daemon import PATIENCE
from tests.end_to_end.exec.stage import Stage

STOPPED = r"Stopped.*\r\n(.*\r\n)*\$ $"
"""What the shell says, and its next prompt: it forgets what was typed before."""


class Terminal:
    """A terminal with a shell of job control in it."""

    def __init__(self, screen: int) -> None:
        self._screen = screen
        self.text = ""

    def type(self, text: str) -> None:
        """Type."""
        os.write(self._screen, text.encode())

    def wait_for(self, pattern: str, since: int = 0) -> str:
        """Return what matches on the screen as soon as it is there."""
        end = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.text[since:])):
            ready, _, _ = select.select([self._screen], [], [], max(0, end - time.monotonic()))
            assert ready, f"no {pattern!r} in:\n{self.text}"
            self.text += os.read(self._screen, 65536).decode(errors="replace")
        return found[0]


@contextmanager
def terminal(stage: Stage) -> Iterator[Terminal]:
    """Open a terminal with bash in it, where `x CMD …` runs a command under `exec`."""
    inputrc = stage.folder / "inputrc"
    inputrc.write_text("set enable-bracketed-paste off\n")
    pid, screen = pty.fork()
    if pid == 0:
        os.chdir(stage.folder)
        environ = {**stage.environ, "PS1": "$ ", "TERM": "vt100", "INPUTRC": str(inputrc)}
        os.execve("/bin/bash", ["bash", "--norc", "--noprofile", "-i"], environ)
    termios.tcsetwinsize(screen, (24, 80))
    modes = termios.tcgetattr(screen)
    modes[3] &= ~termios.ECHO
    termios.tcsetattr(screen, termios.TCSANOW, modes)
    opened = Terminal(screen)
    try:
        opened.wait_for(r"\$ $")
        opened.type(' x() { signer-proxy exec -- "$@"; }; stty -echo; echo OK\n')
        opened.wait_for(r"OK\r\n")
        yield opened
    finally:
        with suppress(OSError):
            opened.type("\x03\nkill -KILL %1 2>/dev/null; exit\n")
        os.close(screen)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGHUP)
        os.waitpid(pid, 0)


COUNTING = (
    "import os, signal; signal.signal(signal.SIGALRM, lambda *_: os._exit(9));"
    "signal.signal(signal.SIGINT, lambda *_: (os.write(1, b'INT\\n'), signal.setitimer(signal.ITIMER_REAL, 0.3)));"
    "os.write(1, b'ready %d\\n' % os.isatty(0)); [signal.pause() for _ in iter(int, 1)]"
)
"""Ends a moment after the first interrupt, in which a second one would show."""
TELLING = COUNTING.replace("os.isatty(0)", "os.getppid()")


def test_interrupt_is_typed_once(stage: Stage) -> None:
    """Ctrl-C reaches the command by itself: it is not sent again by us, and does not end us before the command."""
    with terminal(stage) as screen:
        screen.type(f'x {sys.executable} -c "{COUNTING}"; echo code $?\n')
        screen.wait_for("ready 1")
        screen.type("\x03")
        screen.wait_for("code 9")
        assert screen.text.count("INT") == 1


def test_interrupt_that_a_process_sends(stage: Stage) -> None:
    """What is sent to us alone is passed on, though we are in the foreground: the command has not got it by itself."""
    with terminal(stage) as screen:
        screen.type(f'x {sys.executable} -c "{TELLING}"; echo code $?\n')
        ours = int(screen.wait_for(r"ready \d+\r\n").split()[1])
        os.kill(ours, signal.SIGINT)
        screen.wait_for("code 9")
        assert screen.text.count("INT") == 1


def test_stop_and_continue(stage: Stage) -> None:
    """Ctrl-Z gives the shell back, and `fg` the command."""
    with terminal(stage) as screen:
        screen.type("x cat; echo code $?\n")
        screen.type("first\n")
        screen.wait_for("first\r\n")
        screen.type("\x1a")
        screen.wait_for(STOPPED)
        before = len(screen.text)
        screen.type("fg\n")
        screen.wait_for("signer-proxy exec", since=before)
        screen.type("second\n")
        screen.wait_for("second\r\n")
        screen.type("\x04")
        screen.wait_for(r"second\r\n(.*\r\n)*\$ $")


def test_command_that_stops_itself(stage: Stage) -> None:
    """A pager that is suspended gives the shell back, too."""
    with terminal(stage) as screen:
        screen.type("x sh -c 'echo before; kill -STOP $$; echo after'\n")
        screen.wait_for(STOPPED)
        screen.type("fg\n")
        screen.wait_for(r"after\r\n(.*\r\n)*\$ $")


def test_modes_of_the_terminal(stage: Stage) -> None:
    """A command may change them, and a pager may take the whole screen."""
    with terminal(stage) as screen:
        screen.type("x stty -icanon; x stty -a; stty icanon\n")
        screen.wait_for(r"-icanon(.*\r\n)*\$ $")
        screen.type("x sh -c 'seq 100 | less -f'\n")
        screen.wait_for("2\r\n3\r\n")
        screen.type("q")
        screen.type("echo still $((40+2))\n")
        screen.wait_for("still 42")
