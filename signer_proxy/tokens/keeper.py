"""Keep a profile's token in memory: fetched once for all who wait, renewed ahead of its end, replaced when refused."""

import asyncio
import logging
import math
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final

from signer_proxy.errors import TokenUnavailableError
from signer_proxy.tokens.access_token import Token, read_token
from signer_proxy.tokens.backoff import backoff
from signer_proxy.tokens.held import Held, hold
from signer_proxy.tokens.source import Source, SourceError
from signer_proxy.tokens.standing import Standing, State

logger = logging.getLogger(__name__)

_SHORTEST: Final = 0.25
"""Between two fetches, where a source gives tokens that are about to end."""
_INTEREST: Final = 60.0
"""Seconds before a fetch in which a request must have come for another fetch to follow."""


class TokenKeeper:
    """Holds one profile's token and at most one fetch of it.

    A fetch begins for a request that has no token to use, or by a timer: ahead of the token's end, or after a failure.
    The timer acts only where somebody asked since the last fetch or shortly before it, so that an idle profile comes
    to rest. While a failure is known, requests that the old token cannot serve are told at once, and wait for nothing.
    """

    def __init__(
        self,
        source: Source,
        profile: str,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._source = source
        self._profile = profile
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._jitter = jitter
        self._held: Held | None = None
        self._held_since = 0.0
        self._refused = False
        self._refusable_from = 0.0
        self._repeats = 0
        self._failures = 0
        self._reason = ""
        self._asked_at = -math.inf
        self._fetched_at = 0.0
        self._closed = False
        self._fetching: asyncio.Task[Token | None] | None = None
        self._timer: asyncio.Task[None] | None = None

    async def get(self) -> Token:
        """Return a token to use now; raises TokenUnavailableError with the last reason."""
        self._asked_at = self._monotonic()
        for _ in range(2):  # a fetch that is under way may have begun before the change
            if not self._closed and self._source.changed():
                await self._fetched()
        if held := self._usable():
            if held.renew_at < math.inf and self._timer is None and not self._closed:
                self._start()  # it was due when nobody asked
            return held.token
        if not self._failures and not self._closed and (token := await self._fetched()):
            return token
        reason = self._reason if self._failures else "its source was closed (try again)"
        raise TokenUnavailableError(f"profile {self._profile!r}: no token: {reason}")

    def reject(self, text: str) -> None:
        """Say that the API refused a token with this text: the next `get` fetches, once.

        Does nothing where it is replaced already. Nor does it where the source has just brought the very same again:
        then the refusal may be about something else, and to ask at every request would bring no other.
        """
        if self._held is None or self._held.token.text != text:
            return
        if not self._refused and self._monotonic() >= self._refusable_from:
            self._refused = True
            self._failures = 0

    def standing(self) -> Standing:
        """Return how the token stands, without asking for one."""
        if self._held is None:
            return Standing("missing" if self._reason else "none", reason=self._reason)
        state: State = "refused" if self._refused else "good" if self._usable() else "ended"
        return Standing(state, self._held_since, self._held.token.expires, self._reason)

    async def retire(self) -> None:
        """Begin no more fetches; those who wait get what the one under way brings."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._fetching is not None:
            await asyncio.wait([self._fetching])

    async def close(self) -> None:
        """Cancel what is under way; those who wait for it get TokenUnavailableError."""
        self._closed = True
        under_way = [task for task in (self._fetching, self._timer) if task is not None]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    def _usable(self) -> Held | None:
        if self._held is None or self._refused or self._clock() >= self._held.use_until:
            return None
        return self._held

    async def _fetched(self) -> Token | None:
        """Wait for the fetch that is under way, or for a new one; a waiter that is cancelled does not cancel it."""
        fetching = self._start()
        await asyncio.wait([fetching])
        return None if fetching.cancelled() else fetching.result()

    def _start(self) -> asyncio.Task[Token | None]:
        if self._fetching is None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> Token | None:
        try:
            token = await self._from_source()
        except SourceError as e:
            self._fail(str(e))
            return None
        else:
            self._put(token)
            return token
        finally:
            self._fetching = None

    async def _from_source(self) -> Token:
        try:
            plaintext = await self._source.fetch()
        except SourceError:
            raise
        except Exception as e:  # whatever a source does, its retries go on
            raise SourceError(f"its source failed with {type(e).__name__}") from e
        try:
            token = read_token(plaintext)
        except ValueError as e:
            raise SourceError(f"{e} (seal the token, and nothing else)") from e
        if token.expires is not None and (late := self._clock() - token.expires) >= 0:
            raise SourceError(f"the token had ended {late:.0f} s before it came (get a new one; is the clock right?)")
        return token

    def _put(self, token: Token) -> None:
        old, now = self._held, self._clock()
        if old is not None and old.token.text == token.text:
            self._repeats += 1
            pause = backoff(self._repeats, self._jitter())
            self._held = Held(token, old.renew_at, old.use_until)
        else:
            self._repeats = 0
            pause = 0.0
            self._held, self._held_since = hold(token, now), now
        self._refused = False
        self._refusable_from = self._monotonic() + pause
        self._failures = 0
        if self._reason:
            self._reason = ""
            logger.info("profile %s: a token is there again", self._profile)
        if self._held.renew_at < math.inf:
            self._wait(max(pause, self._held.renew_at - now, _SHORTEST))

    def _fail(self, reason: str) -> None:
        self._failures += 1
        if reason != self._reason:
            self._reason = reason
            logger.warning("profile %s: no new token: %s", self._profile, reason)
        self._wait(backoff(self._failures, self._jitter()))

    def _wait(self, seconds: float) -> None:
        self._fetched_at = self._monotonic()
        if not self._closed:
            self._timer = asyncio.create_task(self._after(seconds))

    async def _after(self, seconds: float) -> None:
        await self._sleep(seconds)
        self._timer = None
        if self._asked_at >= self._fetched_at - _INTEREST:
            self._start()
        else:
            self._failures = 0  # nobody asks: the next request tries afresh
