"""Stand before every route of PTI: read the request as raw bytes, verify it, and mark the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from signer_proxy.sandbox.content import MAX_BODY
from signer_proxy.sandbox.diagnoses import Diagnoses
from signer_proxy.sandbox.pti.clients import PtiClient
from signer_proxy.sandbox.pti.errors import PtiError, invalid, unauthorized
from signer_proxy.sandbox.pti.request_ids import RequestIds
from signer_proxy.sandbox.pti.tokens import AUTH_PATH, Tokens, forbidden_call
from signer_proxy.sandbox.pti.verifier import Signed, identify, verify
from signer_proxy.sandbox.raw_request import marking, read_body, values

_DIAGNOSED: Final = (400, 401)


@dataclass(frozen=True, slots=True)
class Verified:
    """A request whose signature or token is right, as the routes get it: in the scope's state, as `verified`."""

    client_id: str
    request_id: str | None
    body: bytes = field(repr=False)


class Gate:
    """ASGI middleware that lets verified requests through, and none besides."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        clients: Mapping[str, PtiClient],
        tokens: Tokens,
        base: str,
        clock: Callable[[], float],
    ) -> None:
        self._app = app
        self._clients = clients
        self._tokens = tokens
        self._token_calls = f"{base}{AUTH_PATH}".encode()
        self._request_ids = RequestIds()
        self._clock = clock
        self._diagnoses = Diagnoses()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        now = self._clock()
        verdict, app, body, client = "refused", self._app, None, None
        try:
            body = await read_body(receive, MAX_BODY, _too_large)
            if body is None:
                return
            client = identify(values(scope, b"x-pti-client-id"), self._clients)
            self._check(scope, body, client, now)
            request_id = self._request_ids.take(client.client_id, values(scope, b"x-pti-request-id"))
            scope.setdefault("state", {})["verified"] = Verified(client.client_id, request_id, body)
            verdict = "verified"
        except PtiError as e:
            if body is not None and e.status in _DIAGNOSED and not values(scope, b"x-pti-token"):
                clients = [client] if client else [*self._clients.values()]
                e.diagnosis = await self._diagnoses.of_jws(scope, body, clients, now)
            app = e.answer()
        # By the sandbox's own clock, so that who is off can see by how much.
        marks = {"Sandbox-Verdict": verdict, "Date": formatdate(now, usegmt=True)}
        await app(scope, receive, marking(send, marks))

    def _check(self, scope: Scope, body: bytes, client: PtiClient, now: float) -> None:
        """Return if a request is the client's, by its token or its signature, else raise PtiError."""
        path: bytes = scope["raw_path"]
        tokens, signatures = values(scope, b"x-pti-token"), values(scope, b"x-pti-signature")
        if tokens and signatures:
            raise invalid("mixed-authentication", "A request must have x-pti-token or x-pti-signature, not both.")
        if not tokens:
            content_types, dates = values(scope, b"content-type"), values(scope, b"date")
            verify(Signed(scope["method"], path, body, content_types, dates, signatures), client, now=now)
            return
        if len(tokens) > 1:
            raise unauthorized("duplicate-token", "A request must have x-pti-token once.")
        if path == self._token_calls:
            raise forbidden_call()
        self._tokens.spend(tokens[0].decode("latin-1"), client.client_id, scope["method"], path.decode("latin-1"), now)


def _too_large() -> PtiError:
    why = f"A body may have at most {MAX_BODY} bytes."
    return PtiError(413, "PAYLOAD_TOO_LARGE", "Request body is too large", reason="body-too-large", why=why)
