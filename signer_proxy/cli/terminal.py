"""The daemon's records on a terminal: an exchange is one line of columns and colours, all else is a sentence."""

import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from rich.console import Console
from rich.text import Text

from signer_proxy.audit.line import entry
from signer_proxy.cli.exchange_line import text
from signer_proxy.proxy.course import Exchange

_ENDLESS: Final = 10_000
"""Columns of a pipe: what reads it wraps nothing."""

_STYLES: Final = {logging.WARNING: "yellow", logging.ERROR: "bold red"}


def console(environ: Mapping[str, str], *, stderr: bool) -> Console:
    """Return a console that has colours on a terminal, unless NO_COLOR forbids all of them (https://no-color.org)."""
    found = Console(
        stderr=stderr,
        color_system=None if environ.get("NO_COLOR") else "auto",
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
    )
    if not found.is_terminal:
        found.width = _ENDLESS
    return found


class Terminal(logging.Handler):
    """Writes to stderr."""

    def __init__(self) -> None:
        super().__init__()
        self._console = console(os.environ, stderr=True)

    def emit(self, record: logging.LogRecord) -> None:
        """Show a record."""
        done = getattr(record, "exchange", None)
        if isinstance(done, Exchange):
            line = text(entry(done), self._console.width)
        else:
            line = Text(record.getMessage(), _STYLES.get(record.levelno, "dim"))
        with suppress(OSError):  # a terminal that has gone keeps nothing from being done
            self._console.print(line)
