"""What a partner can do wrong, for tests of those who depend on it."""

import asyncio
from dataclasses import dataclass, field

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from signer_proxy.crypto.envelope import seal
from signer_proxy.crypto.rsa_key import PrivateKey, PublicKey


@dataclass(slots=True)
class Behaviour:
    """How a partner behaves; well, until a test sets one of these, at any time."""

    is_ready: asyncio.Event | None = None
    """When set, nothing is answered before the event: as slow as a test wants, or silent."""
    is_down: bool = False
    """Everything is answered with 503."""
    is_html: bool = False
    """Everything is answered with 200 and a page, as a load balancer or a login wall does."""
    mixes_up: bool = False
    """Envelopes are someone else's: real ones, but sealed to a key that nobody has."""
    _stranger: PublicKey | None = field(default=None, repr=False)

    async def envelope_of_another(self) -> dict[str, object]:
        """Return an envelope that no client can open."""
        if self._stranger is None:
            self._stranger = (await asyncio.to_thread(PrivateKey.new)).public
        return seal("not yours", self._stranger)


class Misbehaving:
    """ASGI middleware that does what a Behaviour says, before the partner sees the request."""

    def __init__(self, app: ASGIApp, *, behaviour: Behaviour) -> None:
        self._app = app
        self._behaviour = behaviour

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self._behaviour.is_ready is not None:
            await self._behaviour.is_ready.wait()
        await (self._answer() or self._app)(scope, receive, send)

    def _answer(self) -> Response | None:
        if self._behaviour.is_down:
            return PlainTextResponse("Service Unavailable", 503)
        if self._behaviour.is_html:
            return HTMLResponse("<!doctype html><title>Partner</title><p>Please log in.")
        return None
