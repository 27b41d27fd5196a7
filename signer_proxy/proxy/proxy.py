"""The running proxy: each request is served with one runtime, sent at most once, answered, and told to who watches."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from signer_proxy import exchange, problem
from signer_proxy.errors import ClientGoneError, InternalError, ShuttingDownError, SignerError
from signer_proxy.guard import cors, guard
from signer_proxy.message import Answer, Request
from signer_proxy.proxy import passage
from signer_proxy.proxy.carrier import Carrier
from signer_proxy.proxy.course import Course, Exchange, Record
from signer_proxy.proxy.ports import Ports
from signer_proxy.runtime import Runtime
from signer_proxy.tokens.standing import Standing
from signer_proxy.upstream.pool import Pool

logger = logging.getLogger(__name__)


class Proxy:
    """Serves requests with the runtime of the moment.

    `observe` is told each exchange of a client's when it is done; `record` as well, and what else there is to record.
    """

    def __init__(self, runtime: Runtime, pool: Pool, observe: Callable[[Exchange], None], record: Record) -> None:
        self._pool = pool
        self._carrier = Carrier(runtime, pool, record)
        self._watching = (record, observe)
        self.ports = Ports(runtime)
        pool.avoid(self.ports.is_open)
        self._closing = False
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.runtime = runtime

    @contextmanager
    def expecting(self, runtime: Runtime) -> Iterator[None]:
        """Know the ports of `runtime` in this block: a port takes requests in a moment before the swap.

        Raises StartError where its upstreams cannot be reached from here.
        """
        self._pool.check([upstream.origin for upstream in runtime.upstreams.values()])
        with self.ports.expecting(runtime):
            yield

    def swap(self, runtime: Runtime) -> None:
        """Serve every request from now on with `runtime`; those under way end with the one they began with."""
        self.ports.swap(runtime)
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

    def tokens(self) -> dict[str, Standing]:
        """Return how the token of each profile stands that needs one."""
        return self._carrier.credentials.standings()

    def keeps_connection(self, port: int) -> bool:
        """Tell whether a connection to `port` of ours may be used again after this answer."""
        return self.ports.is_open(port) and not self._closing

    def passes(self, request: Request) -> bool:
        """Tell whether a request to a forward port, a CONNECT among them, passes on untouched.

        Raises a SignerError for a CONNECT that leads nowhere, and for whom is not trusted; it is told as an exchange.
        """
        try:
            self._check_open()
            return passage.passes(self.runtime, request, is_lent=self.ports.is_lent(request.port))
        except SignerError as e:
            self._tell(Course(request, lambda: True).record("request", problem.answer(e), e.code))
            raise

    def may_pass_to(self, peer: passage.Address, near: str) -> bool:
        """Tell whether what passes may go to an address; `near` is the address of this end of the connection."""
        return passage.is_open(self.runtime, peer, near, is_ours=self.ports.is_ours(peer[1]))

    async def answer(
        self, request: Request, is_wanted: Callable[[], bool], *, replayed_profile: str | None = None
    ) -> Answer:
        """Answer a request, whatever happens; `replayed_profile` makes it a replay, which no client asks for.

        Raises ClientGoneError where the client went away before anything was sent.
        """
        course, answer, code = Course(request, is_wanted), None, None
        allowed_origins = self.runtime.trust.allowed_origins
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
            answer = answer and cors.shared(request, answer, allowed_origins)
            self._tell(course.record("request", answer, code))
        return answer

    def refused(self, error: SignerError, client: str) -> None:
        """Tell of a request that never became one: nobody could read it."""
        course = Course(Request("", b"", client=client), lambda: True)
        self._tell(course.record("request", problem.answer(error), error.code))

    def _tell(self, done: Exchange) -> None:
        for tell in self._watching:
            try:
                tell(done)
            except Exception as e:  # noqa: BLE001 - the answer is there, and goes out
                logger.error("internal: %s while an exchange was told", type(e).__name__)

    async def _serve(self, course: Course, replayed_profile: str | None) -> Answer:
        self._check_open()
        if replayed_profile is None and cors.is_preflight(course.request):
            is_forward = self.ports.is_forward(course.request.port)
            guard.check_without_token(course.request, self.runtime.trust, is_forward=is_forward)
            return Answer(204, reason=b"No Content")
        if replayed_profile is not None:
            routed = exchange.find_again(self.runtime, replayed_profile, course.request)
        else:
            routed = exchange.find(self.runtime, self.ports.upstream(course.request.port), course.request)
        course.upstream, course.profile = routed.upstream, routed.profile
        if routed.verdict is not None:
            course.access = routed.verdict.access.name.lower()
        return await self._carrier.carry(course, exchange.admit(routed))

    def _check_open(self) -> None:
        if self._closing:
            raise ShuttingDownError("the proxy is ending and takes no new requests (nothing was sent)")


def _internal(error: Exception, course: Course) -> InternalError:
    """Say where our own failure was, without its text: that could hold anything."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_globals.get('__name__')} line {place.tb_lineno}" if place else "nowhere"
    logger.error("internal: %s in %s", type(error).__name__, where)
    sent = "the request was sent and may have been received" if course.is_sent else "nothing was sent"
    return InternalError(f"{type(error).__name__} in {where} ({sent})")
