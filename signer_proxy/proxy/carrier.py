"""Take an admitted request upstream: its credential, its signature, the way there, and the one repeat there is."""

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from signer_proxy import exchange
from signer_proxy.errors import ClientGoneError, SignerError, TooBusyError, UpstreamUnreachableError
from signer_proxy.exchange import Admitted, Prepared
from signer_proxy.message import Answer
from signer_proxy.proxy import opening
from signer_proxy.proxy.course import Course, Record
from signer_proxy.proxy.credentials import Credentials
from signer_proxy.proxy.learning import learn
from signer_proxy.runtime import Runtime
from signer_proxy.schemes.credential import Credential
from signer_proxy.upstream.outgoing import Limits, Outgoing
from signer_proxy.upstream.pool import Pool

# One core stays with the event loop, however many requests wait for a slow signature.
_SIGNING: Final = ThreadPoolExecutor(max(1, (os.cpu_count() or 1) - 1), thread_name_prefix="signing")


class Carrier:
    """Carries requests over one pool, with the tokens of the profiles in use."""

    def __init__(self, runtime: Runtime, pool: Pool, record: Record) -> None:
        self._pool = pool
        self._record = record
        self.credentials = Credentials(runtime, pool, self._own_call)

    async def carry(self, course: Course, admitted: Admitted) -> Answer:
        """Return the client's answer. Raises a SignerError, or ClientGoneError where nobody waits for it any more."""
        with course.token_time:
            credential = await self.credentials.get(admitted)
        answer = await self._send(course, admitted, credential)
        if answer.status == 401 and credential.token is not None:
            answer = await self._after_refusal(course, admitted, credential, answer)
        assert course.prepared is not None
        opened, warnings = await self._opened(course.prepared, answer)
        course.is_opened = opened is not answer
        learned = await learn(course.prepared, opened, lambda: self._record(course.record("user", opened)))
        return exchange.conclude(course.prepared, learned, time.time(), warnings)

    async def _after_refusal(self, course: Course, admitted: Admitted, refused: Credential, answer: Answer) -> Answer:
        """Make the one repeat there is: of a GET or HEAD, since what was refused has done nothing, with another token.

        A repeat of which nothing was sent leaves the API's answer as it is.
        """
        self.credentials.refuse(admitted, refused)
        if admitted.request.method not in ("GET", "HEAD"):
            return answer
        with course.token_time:
            other = await self.credentials.another(admitted, refused)
        if other is None:
            return answer
        try:
            again = await self._send(course, admitted, other)
        except (UpstreamUnreachableError, TooBusyError, ClientGoneError):
            return answer
        if again.status == 401:
            self.credentials.refuse(admitted, other)
        return again

    async def _opened(self, prepared: Prepared, answer: Answer) -> tuple[Answer, tuple[str, ...]]:
        keys = prepared.profile.answer_keys
        if not (keys and opening.is_sealed(answer)):
            return answer, ()
        return await asyncio.to_thread(opening.opened, answer, keys)  # RSA takes milliseconds

    async def _send(self, course: Course, admitted: Admitted, credential: Credential) -> Answer:
        if admitted.profile.scheme.is_slow:
            loop = asyncio.get_running_loop()
            prepared = await loop.run_in_executor(_SIGNING, exchange.sign, admitted, time.time(), credential)
        else:
            prepared = exchange.sign(admitted, time.time(), credential)
        course.prepared = prepared
        outgoing = Outgoing(
            prepared.upstream.origin,
            prepared.method,
            prepared.signed.target,
            prepared.signed.headers,
            prepared.body,
            course.is_wanted,
            lambda: self._leave(course),
        )
        course.outgoing.append(outgoing)
        runtime = admitted.runtime
        limits = Limits(runtime.connect_timeout, runtime.answer_timeout, runtime.max_answer)
        with course.upstream_time:
            return await self._pool.send(outgoing, limits)

    async def _own_call(self, runtime: Runtime, profile: str, method: str, path: str, body: bytes) -> Answer:
        """Make a call of our own for a token."""
        admitted = exchange.own_call(runtime, profile, method, path, body)
        course = Course(admitted.request, lambda: True, admitted.upstream, admitted.profile, admitted.access)
        answer, code = None, None
        try:
            answer = await self._send(course, admitted, await self.credentials.get(admitted))
        except SignerError as e:
            code = e.code
            raise
        finally:
            self._record(course.record("token", answer, code))
        return answer

    def _leave(self, course: Course) -> None:
        """Have it written down that an order leaves, before it does: no crash can hide it then."""
        if course.access == "trade":
            self._record(course.record("sent"))
