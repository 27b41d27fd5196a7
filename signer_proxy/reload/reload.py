"""Hot reload: watch the config and every file it refers to, and put what they say now in place, whole or not at all."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from watchfiles import awatch

from signer_proxy.reload.fingerprint import Fingerprint, fingerprint, is_missing_or_empty, places
from signer_proxy.reload.rereading import Reading, problems_of, read
from signer_proxy.runtime import Runtime
from signer_proxy.settings.configuration import Configuration

logger = logging.getLogger(__name__)

# In milliseconds. watchfiles groups changes for up to 1.6 s by default; a change is to be seen within 300 ms.
_GROUP: Final = 50
_STEP: Final = 10
_TICK: Final = 200
"""A look at the files that needs no event, since a directory that is a link and network file systems tell of none."""
_GRACE: Final = 1.0
"""Seconds that a file may be empty or missing, as it is while some editors write."""


@dataclass(frozen=True, slots=True)
class Reload:
    """What became of a changed config: it is in use, or it was refused for these problems."""

    time: float
    """In epoch seconds."""
    problems: tuple[str, ...] = ()

    @property
    def is_applied(self) -> bool:
        """Whether it is in use."""
        return not self.problems


class Reloader:
    """Watches the files of a config; `put` makes a runtime the one in use, or raises StartError and changes nothing.

    `tell` is told each reload, less those that find what is in use, or what was refused just before.
    """

    def __init__(
        self,
        configuration: Configuration,
        environ: Mapping[str, str],
        put: Callable[[Runtime], Awaitable[None]],
        tell: Callable[[Reload], None] = lambda _: None,
    ) -> None:
        self._configuration = configuration
        self._environ = environ
        self._put = put
        self._tell = tell
        # Nothing is seen yet: what was written since the config was loaded is found at the first look.
        self._seen: Fingerprint = dict.fromkeys(configuration.files)
        self._broken_since: float | None = None
        self._reported: tuple[str, ...] = ()
        self._one_at_a_time = asyncio.Lock()

    async def watch(self) -> None:
        """Watch until cancelled; a config without files, as the built-in one is, needs no watching."""
        while self._seen:
            await self._check()
            try:
                await self._watch(places(self._seen))
            except (OSError, RuntimeError):  # a directory that went this moment, or no inotify watch is left
                await asyncio.sleep(_TICK / 1000)

    async def reload(self) -> Reload:
        """Read all anew at once, every secret included, and put it in use or say why not."""
        async with self._one_at_a_time:
            while not (reading := await self._look(None)).is_whole:  # noqa: ASYNC110 - no event tells the end
                await asyncio.sleep(_STEP / 1000)  # somebody is writing
            error = await self._use(reading)
            if error is None:
                self._saw(reading.before)
                return self._accept()
            self._seen, self._broken_since = reading.before, None
            return self._report(problems_of(error))

    async def _watch(self, directories: Fingerprint) -> None:
        """Watch as long as the directories stay the same ones."""
        changes = awatch(
            *directories,
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
                if places(self._seen) != directories:
                    return

    async def _check(self) -> None:
        async with self._one_at_a_time:
            if fingerprint(self._seen) == self._seen and self._broken_since is None:
                return
            reading = await self._look(self._configuration)
            before = self._configuration
            error = await self._use(reading)
            if error is not None:
                self._refuse(reading.before, problems_of(error))
            elif reading.new is not None:
                self._saw(reading.before)
                if before != self._configuration or self._reported:
                    self._accept()

    async def _look(self, previous: Configuration | None) -> Reading:
        # All at once in a thread: each step of its own would wait behind the requests.
        return await asyncio.to_thread(read, self._configuration, self._seen, self._environ, previous)

    async def _use(self, reading: Reading) -> Exception | None:
        """Put what was read in use where it is another config; return what stands against it."""
        if reading.new is None:
            return reading.error
        configuration, runtime = reading.new
        try:
            if configuration != self._configuration:
                await self._put(runtime)
        except Exception as e:  # noqa: BLE001 - it is told, and the last good config goes on
            return e
        self._configuration = configuration
        return None

    def _saw(self, before: Fingerprint) -> None:
        self._seen = {file: before[file] for file in self._configuration.files}
        self._broken_since = None

    def _accept(self) -> Reload:
        self._reported = ()
        logger.info("reload: the changed config is in use")
        for warning in self._configuration.warnings:
            logger.warning("%s", warning)
        applied = Reload(time.time())
        self._tell(applied)
        return applied

    def _refuse(self, before: Fingerprint, problems: tuple[str, ...]) -> None:
        """Report what is wrong, but give a file that is being written its time."""
        now = time.monotonic()
        since = self._broken_since if self._broken_since is not None else now
        self._seen = before
        if any(is_missing_or_empty(file) for file in self._configuration.files) and now - since < _GRACE:
            self._broken_since = since  # and look again at the next tick
            return
        self._broken_since = None
        if problems != self._reported:
            self._report(problems)

    def _report(self, problems: tuple[str, ...]) -> Reload:
        self._reported = problems
        logger.error("reload: refused, the last good config stays in use")
        for problem in problems:
            logger.error("%s", problem)
        refused = Reload(time.time(), problems)
        self._tell(refused)
        return refused
