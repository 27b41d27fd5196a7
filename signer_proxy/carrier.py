"""Take an admitted request upstream: its credential, its signature, the way there, and the one repeat there is."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from signer_proxy import exchange, opening
from signer_proxy.credentials import Credentials
from signer_proxy.exchange import Admitted, Prepared
from signer_proxy.learning import learn
from signer_proxy.message import Answer, Request
from signer_proxy.runtime import Runtime
from signer_proxy.schemes.credential import Credential
from signer_proxy.upstream.outgoing import Limits, Outgoing
from signer_proxy.upstream.pool import Pool


@dataclass(slots=True)
class Course:
    """How far a request has come."""

    request: Request
    is_wanted: Callable[[], bool] = field(repr=False)
    prepared: Prepared | None = None
    outgoing: Outgoing | None = field(default=None, repr=False)

    @property
    def is_sent(self) -> bool:
        """Whether a byte of it may have been received."""
        return self.outgoing is not None and self.outgoing.sent


class Carrier:
    """Carries requests over one pool, with the tokens of the profiles in use."""

    def __init__(self, runtime: Runtime, pool: Pool) -> None:
        self._pool = pool
        self.credentials = Credentials(runtime, pool, self._own_call)

    async def carry(self, course: Course, admitted: Admitted) -> Answer:
        """Return the client's answer. Raises a SignerError, or ClientGoneError where nobody waits for it any more."""
        credential = await self.credentials.get(admitted)
        answer = await self._send(course, admitted, credential)
        if answer.status == 401 and credential.token is not None:
            self.credentials.refuse(admitted, credential)
            if admitted.request.method in ("GET", "HEAD"):  # the one repeat: what was refused has done nothing
                other = await self.credentials.another(admitted, credential)
                answer = await self._send(course, admitted, other) if other else answer
        assert course.prepared is not None
        answer = await learn(course.prepared, answer)
        if opening.is_sealed(answer):  # RSA takes milliseconds
            return await asyncio.to_thread(exchange.conclude, course.prepared, answer, time.time())
        return exchange.conclude(course.prepared, answer, time.time())

    async def _send(self, course: Course, admitted: Admitted, credential: Credential) -> Answer:
        if admitted.profile.scheme.is_slow:
            prepared = await asyncio.to_thread(exchange.sign, admitted, time.time(), credential)
        else:
            prepared = exchange.sign(admitted, time.time(), credential)
        course.prepared = prepared
        course.outgoing = Outgoing(
            prepared.upstream.origin,
            prepared.method,
            prepared.signed.target,
            prepared.signed.headers,
            prepared.body,
            course.is_wanted,
        )
        runtime = admitted.runtime
        limits = Limits(runtime.connect_timeout, runtime.answer_timeout, runtime.max_answer)
        return await self._pool.send(course.outgoing, limits)

    async def _own_call(self, runtime: Runtime, profile: str, method: str, path: str, body: bytes) -> Answer:
        """Make a call of our own for a token."""
        admitted = exchange.own_call(runtime, profile, method, path, body)
        course = Course(admitted.request, is_wanted=lambda: True)
        return await self._send(course, admitted, await self.credentials.get(admitted))
