"""Stand before every route: read the request as raw bytes, verify it, count it, and mark the answer."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.content import MAX_BODY, read_content, too_large
from signer_proxy.sandbox.diagnoses import Diagnosed, Diagnoses
from signer_proxy.sandbox.errors import ApiError
from signer_proxy.sandbox.limits import RateLimits
from signer_proxy.sandbox.raw_request import marking, read_body, values
from signer_proxy.sandbox.snaptrade.users import User
from signer_proxy.sandbox.tokens import Tokens, check_client, has_token, read_token
from signer_proxy.sandbox.verifier import Signed, identify, read_query, verify

_DIAGNOSED: Final = (400, 401)


@dataclass(frozen=True, slots=True)
class Verified:
    """A request whose signature or token is right, as the routes get it: in the scope's state, as `verified`."""

    client: Client
    query: Mapping[str, str] = field(repr=False)
    content: object = field(repr=False)
    user: User | None = None
    """Whose token it came with; None where it is signed."""


class Gate:
    """ASGI middleware that lets verified requests through, and bare ones to `open_paths` when they only read.

    Whoever sends a Signature or a token wants it checked, so on an open path a wrong one is refused as well.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        clients: Mapping[str, Client],
        tokens: Tokens,
        open_paths: frozenset[bytes],
        limits: RateLimits,
        clock: Callable[[], float],
    ) -> None:
        self._app = app
        self._clients = clients
        self._tokens = tokens
        self._open_paths = open_paths
        self._limits = limits
        self._clock = clock
        self._diagnoses = Diagnoses()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        now = self._clock()
        client: Client | None = None
        verdict = {"Sandbox-Verdict": "refused"}
        app, body = self._app, None
        try:
            body = await read_body(receive, MAX_BODY, too_large)
            if body is None:
                return
            if self._is_open(scope):
                verdict = {}
            else:
                parameters, user = read_query(scope["query_string"]), None
                signatures, authorizations = values(scope, b"signature"), values(scope, b"authorization")
                if has_token(authorizations, signatures):
                    token = read_token(authorizations, signatures, parameters)
                    client, user = self._tokens.holder(token, now)
                    check_client(parameters, client)
                    content = read_content(body, values(scope, b"content-encoding"))
                else:
                    client = identify(parameters, self._clients)
                    content = read_content(body, values(scope, b"content-encoding"))
                    signed = Signed(scope["raw_path"], scope["query_string"], content, signatures)
                    verify(signed, parameters.get("timestamp"), client, now=now)
                verdict = {"Sandbox-Verdict": "verified"}
                self._limits.count(client.client_id, now)
                scope.setdefault("state", {})["verified"] = Verified(client, parameters, content, user)
        except ApiError as e:
            if body is not None and e.status in _DIAGNOSED:
                e.diagnosis = await self._diagnosis(scope, body, client, now)
            app = e.answer()
        standing = self._limits.standing(client.client_id if client else None, now)
        marks = {"X-Request-ID": str(uuid.uuid4()), **verdict, **(standing.headers() if standing else {})}
        await app(scope, receive, marking(send, marks))

    async def _diagnosis(self, scope: Scope, body: bytes, client: Client | None, now: float) -> Diagnosed:
        signatures, authorizations = values(scope, b"signature"), values(scope, b"authorization")
        if has_token(authorizations, signatures):
            return await self._diagnoses.of_token(scope, body, now)
        clients = [client] if client else [*self._clients.values()]
        return await self._diagnoses.of_signature(scope, body, clients, now, client.users if client else {})

    def _is_open(self, scope: Scope) -> bool:
        is_bare = not (values(scope, b"signature") or values(scope, b"authorization"))
        return is_bare and scope["method"] in ("GET", "HEAD") and scope["raw_path"] in self._open_paths
