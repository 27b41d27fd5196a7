"""The audit of a running proxy: each exchange is a line before its client has the answer, an order before it leaves."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from signer_proxy.audit.file import AuditFile
from signer_proxy.audit.line import line
from signer_proxy.errors import InternalError
from signer_proxy.proxy.course import Exchange
from signer_proxy.runtime import AuditPlace

logger = logging.getLogger(__name__)


class Audit:
    """Writes to the file of the runtime in use; without one it writes nothing. A line takes microseconds, no thread."""

    def __init__(self) -> None:
        self._file: AuditFile | None = None
        self._lost = 0

    @contextmanager
    def changing(self, place: AuditPlace | None) -> Iterator[None]:
        """Open the file of another runtime, and write to it once all that is inside is done.

        Raises StartError, and changes nothing, where it cannot be had.
        """
        old = self._file
        is_same = old is not None and place is not None and old.place.path == place.path
        new = old if is_same else AuditFile(place) if place is not None else None
        try:
            yield
        except BaseException:
            if new is not None and new is not old:
                new.close()
            raise
        self._file = new
        if new is not None and place is not None:
            new.place = place
        if old is not None and old is not new:
            old.close()

    def write(self, exchange: Exchange) -> None:
        """Write the line of an exchange; raises InternalError where an order's cannot be written before it leaves.

        Any other line that is lost is told of and keeps nothing from being done: reading must not end with a disk.
        """
        if self._file is None:
            return
        try:
            self._file.append(line(exchange))
        except Exception as e:  # whatever it is, it must not cost an answer that is there
            where, why = f"audit file {self._file.place.path}", _reason(e)
            if exchange.kind == "sent":
                raise InternalError(
                    f"{where} must take a line before an order leaves, got an error: {why} "
                    "(nothing was sent; make room, or take [audit] out of the config)"
                ) from e
            self._lose(f"{where} cannot be written: {why}")
        else:
            self._find()

    def reopen(self) -> None:
        """Go on in the file that has the name now: who rotates files from outside asks for it."""
        if self._file is not None:
            self._file.reopen()

    def close(self) -> None:
        """Write no more."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _lose(self, why: str) -> None:
        if not self._lost:
            logger.error("%s (lines are lost; no order leaves until there is room)", why)
        self._lost += 1

    def _find(self) -> None:
        if self._lost:
            logger.warning("audit: lines are written again, %d were lost", self._lost)
            self._lost = 0


def _reason(error: Exception) -> str:
    """Say what is wrong, without a text that could hold anything."""
    return error.strerror or "an error" if isinstance(error, OSError) else type(error).__name__
