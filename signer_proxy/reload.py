"""Hot reload: watch the config and every file it refers to, and put what they say now in place, whole or not at all."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from watchfiles import awatch

from signer_proxy.errors import ConfigError, StartError
from signer_proxy.runtime import Runtime, build
from signer_proxy.settings.configuration import Configuration, load, watched

logger = logging.getLogger(__name__)

# In milliseconds. watchfiles groups changes for up to 1.6 s by default; a change is to be seen within 300 ms.
_GROUP: Final = 50
_STEP: Final = 10
_TICK: Final = 500
_GRACE: Final = 1.0
"""Seconds that a file may be empty or missing, as it is while some editors write."""

type Fingerprint = tuple[object, ...]


class Reloader:
    """Watches the files of a config; `put` makes a runtime the one in use, or raises StartError and changes nothing."""

    def __init__(
        self, configuration: Configuration, environ: Mapping[str, str], put: Callable[[Runtime], Awaitable[None]]
    ) -> None:
        self._configuration = configuration
        self._environ = environ
        self._put = put
        self._files = configuration.files
        self._seen = fingerprint(self._files)
        self._broken_since: float | None = None
        self._reported: tuple[str, ...] = ()

    async def watch(self) -> None:
        """Watch until cancelled; a config without files, as the built-in one is, needs no watching."""
        while directories := _directories(self._files):
            # A tick without a change shows what no event told, and ends the grace of a file that is gone.
            changes = awatch(
                *directories,
                watch_filter=None,
                debounce=_GROUP,
                step=_STEP,
                rust_timeout=_TICK,
                yield_on_timeout=True,
                recursive=False,
            )
            async for _ in changes:
                await self._check()
                if _directories(self._files) != directories:
                    break

    async def _check(self) -> None:
        before = fingerprint(self._files)
        if before == self._seen and self._broken_since is None:
            return
        try:
            await self._reload(before)
        except (ConfigError, StartError) as e:
            self._refuse(tuple(str(e).splitlines()))

    async def _reload(self, before: Fingerprint) -> None:
        old = self._configuration
        new = await asyncio.to_thread(load, old.path, self._environ, old)
        if fingerprint(self._files) != before:
            return  # it changed while we read: the next event or tick reads it again
        await self._put(await asyncio.to_thread(build, new))
        self._configuration, self._files = new, new.files
        self._seen = fingerprint(new.files)
        self._broken_since, self._reported = None, ()
        logger.info("reload: the changed config is in use")
        for warning in new.warnings:
            logger.warning("%s", warning)

    def _refuse(self, problems: tuple[str, ...]) -> None:
        """Report what is wrong, but give a file that is being written its time."""
        now = time.monotonic()
        since = self._broken_since if self._broken_since is not None else now
        path = self._configuration.path
        self._files = self._configuration.files | (watched(path, self._environ) if path else frozenset())
        self._seen = fingerprint(self._files)
        if any(_is_missing_or_empty(file) for file in self._configuration.files) and now - since < _GRACE:
            self._broken_since = since  # and look again at the next tick
            return
        self._broken_since = None
        if problems != self._reported:
            self._reported = problems
            logger.error("reload: refused, the last good config stays in use")
            for problem in problems:
                logger.error("%s", problem)


def fingerprint(files: Iterable[Path]) -> Fingerprint:
    """Return what differs as soon as one of `files` was written to, replaced, removed or swapped by a link."""
    return tuple(_state(file) for file in sorted(files))


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


def _directories(files: Iterable[Path]) -> set[Path]:
    """Return where changes show: beside each file and, for a link, beside all that it leads through."""
    return {place for file in files for link in _links(file) for place in [link.parent] if place.is_dir()}


def _links(file: Path) -> list[Path]:
    found = [file, file.resolve()]
    while found[-2].is_symlink() and len(found) < 40:
        found.insert(-1, found[-2].parent / found[-2].readlink())
    return found
