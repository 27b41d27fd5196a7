"""The audit's files read as one, oldest first, and on over every rotation."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from signer_proxy.audit.file import KEPT, full

type Found = Mapping[str, object]
"""A line as it was read: what stands in a file may have been written by anybody."""


class Trail:
    """Reads what there is, and at each further call what has come since; lines that are cut or foreign are left out."""

    def __init__(self, path: Path) -> None:
        path = Path(os.path.realpath(path))
        self._names = [*(full(path, number) for number in range(KEPT, 0, -1)), path]
        self._file: IO[bytes] | None = None
        self._rest = b""

    def read(self) -> Iterator[Found]:
        """Yield the lines that have come. Raises OSError."""
        if self._file is None:
            self._file = self._oldest()
        while self._file is not None:
            yield from self._lines(self._file)
            newer = self._newer(self._file)
            if newer is None:
                return
            yield from self._lines(self._file)  # what was written before it was put aside
            self._file.close()
            self._file, self._rest = newer, b""

    def close(self) -> None:
        """Close the file that is read."""
        if self._file is not None:
            self._file.close()

    def _lines(self, file: IO[bytes]) -> Iterator[Found]:
        while piece := file.read(1 << 20):
            *lines, self._rest = (self._rest + piece).split(b"\n")
            yield from (found for line in lines if (found := _parsed(line)) is not None)

    def _oldest(self) -> IO[bytes] | None:
        while True:
            found = next((file for name in self._names if (file := _opened(name)) is not None), None)
            if found is None or not any(name.exists() for name in self._names[: self._place(found) or 0]):
                return found
            found.close()  # a rotation came in between

    def _newer(self, current: IO[bytes]) -> IO[bytes] | None:
        """Return the file behind the current one, whatever its name is now; the oldest, where it has none any more."""
        while True:
            place = self._place(current)
            if place is None:
                return self._oldest()
            behind = (_opened(newer) for newer in self._names[place + 1 :])
            newer = next((file for file in behind if file is not None), None)
            if self._place(current) == place:
                return newer
            if newer is not None:  # a rotation came between the two: it may not be the next one
                newer.close()

    def _place(self, current: IO[bytes]) -> int | None:
        """Return which of the names a file has; a rotation moves it the way that this looks, so it is not missed."""
        state = os.fstat(current.fileno())
        return next((place for place in range(len(self._names) - 1, -1, -1) if _is(self._names[place], state)), None)


def _opened(path: Path) -> IO[bytes] | None:
    try:
        return open(path, "rb")
    except FileNotFoundError:
        return None


def _is(path: Path, state: os.stat_result) -> bool:
    try:
        return os.path.samestat(path.stat(), state)
    except OSError:
        return False


def _parsed(line: bytes) -> Found | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("time"), str) else None
