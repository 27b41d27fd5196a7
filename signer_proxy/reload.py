"""Hot reload: watch the config and every file it refers to, and put what they say now in place, whole or not at all."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from watchfiles import awatch

from signer_proxy.assembly import build
from signer_proxy.errors import ConfigError, StartError
from signer_proxy.runtime import Runtime
from signer_proxy.settings.configuration import Configuration, load, watched

logger = logging.getLogger(__name__)

# In milliseconds. watchfiles groups changes for up to 1.6 s by default; a change is to be seen within 300 ms.
_GROUP: Final = 50
_STEP: Final = 10
_TICK: Final = 200
"""A look at the files that needs no event, since a directory that is a link and network file systems tell of none."""
_GRACE: Final = 1.0
"""Seconds that a file may be empty or missing, as it is while some editors write."""

type Fingerprint = Mapping[Path, object]
"""What differs as soon as a file was written to, replaced, removed or swapped by a link."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was found at one look: something new, an error, or neither where the files changed meanwhile."""

    before: Fingerprint
    new: tuple[Configuration, Runtime] | None = None
    error: Exception | None = None


class Reloader:
    """Watches the files of a config; `put` makes a runtime the one in use, or raises StartError and changes nothing."""

    def __init__(
        self, configuration: Configuration, environ: Mapping[str, str], put: Callable[[Runtime], Awaitable[None]]
    ) -> None:
        self._configuration = configuration
        self._environ = environ
        self._put = put
        # Nothing is seen yet: what was written since the config was loaded is found at the first look.
        self._seen: Fingerprint = dict.fromkeys(configuration.files)
        self._broken_since: float | None = None
        self._reported: tuple[str, ...] = ()

    async def watch(self) -> None:
        """Watch until cancelled; a config without files, as the built-in one is, needs no watching."""
        while self._seen:
            await self._check()
            try:
                await self._watch(_places(self._seen))
            except (OSError, RuntimeError):  # a directory that went this moment, or no inotify watch is left
                await asyncio.sleep(_TICK / 1000)

    async def _watch(self, places: Fingerprint) -> None:
        """Watch as long as the directories stay the same ones."""
        changes = awatch(
            *places,
            watch_filter=None,
            debounce=_GROUP,
            step=_STEP,
            rust_timeout=_TICK,
            yield_on_timeout=True,
            recursive=False,
        )
        async with aclosing(changes):
            async for _ in changes:
                await self._check()
                if _places(self._seen) != places:
                    return

    async def _check(self) -> None:
        if _fingerprint(self._seen) == self._seen and self._broken_since is None:
            return
        reading = await asyncio.to_thread(self._read)
        error = reading.error
        if reading.new is not None:
            configuration, runtime = reading.new
            try:
                if configuration != self._configuration:
                    await self._put(runtime)
            except Exception as e:  # noqa: BLE001 - it is told below, and the last good config goes on
                error = e
            else:
                self._accept(reading.before, configuration)
        if error is not None:
            self._refuse(reading.before, _problems(error))

    def _read(self) -> _Reading:
        """Read all at once in a thread: each step of its own would wait behind the requests."""
        old = self._configuration
        # Taken before anything is read: whatever is written from then on differs from it, and is read at the next look.
        before = _fingerprint(self._seen)
        try:
            if old.path is not None:
                before = _fingerprint(old.files | watched(old.path, self._environ))
            new = load(old.path, self._environ, old)
            is_whole = new.files <= before.keys() and _fingerprint(before) == before
            return _Reading(before, (new, build(new)) if is_whole else None)  # else the next event or tick reads it
        except Exception as e:  # noqa: BLE001 - it is told where all else is
            return _Reading(before, error=e)

    def _accept(self, before: Fingerprint, new: Configuration) -> None:
        is_news = new != self._configuration or self._reported
        self._configuration = new
        self._seen = {file: before[file] for file in new.files}
        self._broken_since, self._reported = None, ()
        if is_news:
            logger.info("reload: the changed config is in use")
            for warning in new.warnings:
                logger.warning("%s", warning)

    def _refuse(self, before: Fingerprint, problems: tuple[str, ...]) -> None:
        """Report what is wrong, but give a file that is being written its time."""
        now = time.monotonic()
        since = self._broken_since if self._broken_since is not None else now
        self._seen = before
        if any(_is_missing_or_empty(file) for file in self._configuration.files) and now - since < _GRACE:
            self._broken_since = since  # and look again at the next tick
            return
        self._broken_since = None
        if problems != self._reported:
            self._reported = problems
            logger.error("reload: refused, the last good config stays in use")
            for problem in problems:
                logger.error("%s", problem)


def _problems(error: Exception) -> tuple[str, ...]:
    if isinstance(error, ConfigError | StartError):
        return tuple(str(error).splitlines())
    return (f"internal: {type(error).__name__} in a reload",)  # its text could hold anything


def _fingerprint(files: Iterable[Path]) -> Fingerprint:
    return {file: _state(file) for file in files}


def _state(file: Path) -> object:
    try:
        found = file.stat()
    except OSError as e:
        return e.errno
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_mode


def _is_missing_or_empty(file: Path) -> bool:
    try:
        return file.stat().st_size == 0
    except OSError:
        return True


def _places(files: Iterable[Path]) -> Fingerprint:
    """Return where changes show: the directory of each file and, for a link, of all that it leads through."""
    found = {_existing(link.parent) for file in files for link in _links(file)}
    return {place: (place.stat().st_dev, place.stat().st_ino) for place in found}


def _existing(directory: Path) -> Path:
    return next(place for place in (directory, *directory.parents) if place.is_dir())


def _links(file: Path) -> list[Path]:
    found = [file, file.resolve()]
    while found[-2].is_symlink() and len(found) < 40:
        found.insert(-1, found[-2].parent / found[-2].readlink())
    return found
