"""The running proxy: each request is served with one runtime, sent at most once, answered, and told to who watches."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from signer_proxy import exchange, problem
from signer_proxy.carrier import Carrier, Course
from signer_proxy.errors import ClientGoneError, InternalError, NoUpstreamError, ShuttingDownError, SignerError
from signer_proxy.exchange import Prepared
from signer_proxy.message import Answer, Request
from signer_proxy.runtime import Runtime
from signer_proxy.upstream.pool import Pool

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its answer, and what we did to them."""

    request: Request
    prepared: Prepared | None
    """None for a request that was refused."""
    answer: Answer | None
    """None where the client went away before anything was sent."""
    code: str | None
    """Of an answer of our own; None for the upstream's."""
    seconds: float


class Proxy:
    """Serves requests with the runtime of the moment; `observe` is told each exchange when it is done."""

    def __init__(self, runtime: Runtime, pool: Pool, observe: Callable[[Exchange], None]) -> None:
        self._carrier = Carrier(runtime, pool)
        self._observe = observe
        self._upstream_of = dict(runtime.ports)
        self._closing = False
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.runtime = runtime

    def expect(self, runtime: Runtime) -> None:
        """Know new ports of `runtime` from now on: a port takes requests in a moment before the swap."""
        new = {port: name for port, name in runtime.ports.items() if port not in self.runtime.ports}
        self._upstream_of = {**self._upstream_of, **new}

    def swap(self, runtime: Runtime) -> None:
        """Serve every request from now on with `runtime`; those under way end with the one they began with."""
        self._upstream_of |= runtime.ports  # connections of a port that went keep its upstream
        self.runtime = runtime
        self._carrier.credentials.retain(runtime)

    async def close(self, seconds: float) -> None:
        """Refuse new requests and wait until those under way are answered, at most for `seconds`."""
        self._closing = True
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            pass
        finally:
            if self._under_way:
                logger.warning("%d requests were cut: what was sent may have been received", self._under_way)
            await self._carrier.credentials.close()

    def keeps_connection(self, port: int) -> bool:
        """Tell whether a connection to `port` of ours may be used again after this answer."""
        return port in self.runtime.ports and not self._closing

    async def answer(
        self, request: Request, is_wanted: Callable[[], bool], *, replayed_profile: str | None = None
    ) -> Answer:
        """Answer a request, whatever happens; `replayed_profile` makes it a replay, which no client asks for.

        Raises ClientGoneError where the client went away before anything was sent.
        """
        started = time.perf_counter()
        course, answer, code = Course(request, is_wanted), None, None
        self._under_way += 1
        self._idle.clear()
        try:
            answer = await self._serve(course, replayed_profile)
        except SignerError as e:
            answer, code = problem.answer(e), e.code
        except ClientGoneError:
            code = "client-gone"
            raise
        except Exception as e:  # noqa: BLE001 - fail closed: a hook that raised would let mitmproxy go on
            answer, code = problem.answer(_internal(e, course)), InternalError.code
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()
            self._tell(Exchange(request, course.prepared, answer, code, time.perf_counter() - started))
        return answer

    def _tell(self, done: Exchange) -> None:
        try:
            self._observe(done)
        except Exception as e:  # noqa: BLE001 - the answer is there, and goes out
            logger.error("internal: %s while an exchange was told", type(e).__name__)

    async def _serve(self, course: Course, replayed_profile: str | None) -> Answer:
        if self._closing:
            raise ShuttingDownError("the proxy is ending and takes no new requests (nothing was sent)")
        if replayed_profile is not None:
            admitted = exchange.admit_replay(self.runtime, replayed_profile, course.request)
        else:
            admitted = exchange.admit(self.runtime, self._upstream(course.request.port), course.request)
        return await self._carrier.carry(course, admitted)

    def _upstream(self, port: int) -> str:
        upstream = self._upstream_of.get(port)
        if upstream is None:
            raise NoUpstreamError(f"port {port} is no upstream's (nothing was sent)")
        return upstream


def _internal(error: Exception, course: Course) -> InternalError:
    """Say where our own failure was, without its text: that could hold anything."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_globals.get('__name__')} line {place.tb_lineno}" if place else "nowhere"
    logger.error("internal: %s in %s", type(error).__name__, where)
    sent = "the request was sent and may have been received" if course.is_sent else "nothing was sent"
    return InternalError(f"{type(error).__name__} in {where} ({sent})")
