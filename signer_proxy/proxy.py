"""The running proxy: each request is served with one runtime, sent at most once, answered, and told to who watches."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from signer_proxy import exchange, opening, problem
from signer_proxy.credentials import Credentials
from signer_proxy.errors import ClientGoneError, InternalError, NoUpstreamError, ShuttingDownError, SignerError
from signer_proxy.exchange import Admitted, Prepared
from signer_proxy.learning import learn
from signer_proxy.message import Answer, Request
from signer_proxy.runtime import Runtime
from signer_proxy.schemes.credential import Credential
from signer_proxy.upstream.outgoing import Limits, Outgoing
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


@dataclass(slots=True)
class _Course:
    """How far a request has come, for the sentence that an unexpected failure needs."""

    request: Request
    prepared: Prepared | None = None
    outgoing: Outgoing | None = field(default=None, repr=False)


class Proxy:
    """Serves requests with the runtime of the moment; `observe` is told each exchange when it is done."""

    def __init__(self, runtime: Runtime, pool: Pool, observe: Callable[[Exchange], None]) -> None:
        self._pool = pool
        self._credentials = Credentials(pool, self._own_call)
        self._observe = observe
        self._upstream_of = dict(runtime.ports)
        self._closing = False
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.runtime = runtime

    def swap(self, runtime: Runtime) -> None:
        """Serve every request from now on with `runtime`; those under way end with the one they began with."""
        self._upstream_of |= runtime.ports  # connections of a port that went keep its upstream
        self.runtime = runtime
        self._credentials.retain(runtime)

    async def close(self, seconds: float) -> None:
        """Refuse new requests and wait until those under way are answered, at most for `seconds`."""
        self._closing = True
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            logger.warning("%d requests were cut: what was sent may have been received", self._under_way)

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
        course, answer, code = _Course(request), None, None
        self._under_way += 1
        self._idle.clear()
        try:
            answer = await self._serve(course, is_wanted, replayed_profile)
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

    async def _serve(self, course: _Course, is_wanted: Callable[[], bool], replayed_profile: str | None) -> Answer:
        if self._closing:
            raise ShuttingDownError("the proxy is ending and takes no new requests (nothing was sent)")
        runtime, request = self.runtime, course.request
        if replayed_profile is not None:
            admitted = exchange.admit_replay(runtime, replayed_profile, request)
        else:
            admitted = exchange.admit(runtime, self._upstream(request.port), request)
        credential = await self._credentials.get(admitted)
        answer = await self._send(course, runtime, admitted, credential, is_wanted)
        if answer.status == 401 and credential.token is not None:
            self._credentials.refuse(admitted, credential)
            if request.method in ("GET", "HEAD"):  # the one repeat: what was refused has done nothing
                other = await self._credentials.another(admitted, credential)
                answer = await self._send(course, runtime, admitted, other, is_wanted) if other else answer
        assert course.prepared is not None
        return await self._conclude(course.prepared, answer)

    async def _conclude(self, prepared: Prepared, answer: Answer) -> Answer:
        answer = await learn(prepared, answer)
        if opening.is_sealed(answer):  # RSA takes milliseconds
            return await asyncio.to_thread(exchange.conclude, prepared, answer, time.time())
        return exchange.conclude(prepared, answer, time.time())

    async def _send(
        self,
        course: _Course,
        runtime: Runtime,
        admitted: Admitted,
        credential: Credential,
        is_wanted: Callable[[], bool],
    ) -> Answer:
        prepared = course.prepared = exchange.sign(admitted, time.time(), credential)
        course.outgoing = Outgoing(
            prepared.upstream.origin,
            prepared.method,
            prepared.signed.target,
            prepared.signed.headers,
            prepared.body,
            is_wanted,
        )
        limits = Limits(runtime.connect_timeout, runtime.answer_timeout, runtime.max_answer)
        return await self._pool.send(course.outgoing, limits)

    async def _own_call(self, profile: str, path: str) -> Answer:
        """Make a call of our own for a token."""
        runtime = self.runtime
        admitted = exchange.own_call(runtime, profile, "GET", path)
        course = _Course(admitted.request)
        credential = await self._credentials.get(admitted)
        return await self._send(course, runtime, admitted, credential, lambda: True)

    def _upstream(self, port: int) -> str:
        try:
            return self._upstream_of[port]
        except KeyError as e:
            raise NoUpstreamError(f"port {port} is no upstream's (nothing was sent)") from e


def _internal(error: Exception, course: _Course) -> InternalError:
    """Say where our own failure was, without its text: that could hold anything."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_globals.get('__name__')} line {place.tb_lineno}" if place else "nowhere"
    logger.error("internal: %s in %s", type(error).__name__, where)
    sent = "the request was sent and may have been received" if course.outgoing and course.outgoing.sent else ""
    return InternalError(f"{type(error).__name__} in {where} ({sent or 'nothing was sent'})")
