"""A token source in the hands of a test."""

import asyncio
from collections.abc import Callable

from signer_proxy.tokens.source import SourceError

type Step = str | Exception | Callable[[], str]


class ScriptedSource:
    """Brings one step after the other, the last one for ever; while it is `held`, fetches wait."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.fetches = 0
        self.under_way = 0
        self.most_under_way = 0
        self.is_changed = False
        self._open = asyncio.Event()
        self._open.set()

    def hold(self) -> None:
        """Let fetches wait from now on."""
        self._open.clear()

    def release(self) -> None:
        """Let them go on."""
        self._open.set()

    async def fetch(self) -> str:
        """Do the next step."""
        self.fetches += 1
        self.is_changed = False
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self._open.wait()
        finally:
            self.under_way -= 1
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Exception):
            raise step
        return step() if callable(step) else step

    def changed(self) -> bool:
        """Tell what the test says."""
        return self.is_changed


DOWN = SourceError("the partner is down")
