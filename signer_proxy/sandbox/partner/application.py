"""Compose the partner: a login, and behind it the three things that it does for its clients.

The steps are those of SnapTrade's guide "Client-side Direct API Usage". The partner keeps each userSecret and passes
envelopes along; the private keys are its clients', so it cannot read what is in them.
"""

import json
import time
from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.partner.api import Api, User
from signer_proxy.sandbox.partner.behaviour import Behaviour, Misbehaving
from signer_proxy.sandbox.partner.errors import PartnerError
from signer_proxy.sandbox.partner.sessions import Sessions

type _Fields = Mapping[str, object]
type _Endpoint = Callable[[Request], Awaitable[Response]]


def create_partner(
    api_url: str,
    client: Client,
    accounts: Mapping[str, str],
    *,
    clock: Callable[[], float] = time.time,
    behaviour: Behaviour | None = None,
) -> Starlette:
    """Return an ASGI application that is the backend of `client`, in front of the API at `api_url`.

    `accounts` are its own: passwords by name. Names are the userIds at the API; the users that `client` has from the
    start are registered here as well. `clock` is in Unix seconds.
    """
    behaviour = behaviour or Behaviour()
    partner = _Partner(Api(api_url, client, clock), accounts, client.users, behaviour)
    return Starlette(
        routes=[
            Route("/login", _endpoint(partner.login), methods=["POST"]),
            Route("/snaptrade/register", _endpoint(partner.register), methods=["POST"]),
            Route("/snaptrade/connect", _endpoint(partner.connect), methods=["POST"]),
            Route("/snaptrade/token", _endpoint(partner.token), methods=["POST"]),
        ],
        middleware=[Middleware(Misbehaving, behaviour=behaviour)],
    )


class _Partner:
    def __init__(
        self, api: Api, accounts: Mapping[str, str], registered: Mapping[str, str], behaviour: Behaviour
    ) -> None:
        self._api = api
        self._sessions = Sessions(accounts)
        self._registered = {user_id: User(user_id, secret) for user_id, secret in registered.items()}
        self._behaviour = behaviour

    async def login(self, request: Request) -> Response:
        """Open a session."""
        fields = await _fields(request)
        return JSONResponse({"token": self._sessions.open(fields.get("user"), fields.get("password"))})

    async def register(self, request: Request) -> Response:
        """Register the client at the API with its public key, and keep its userSecret."""
        name, fields = await self._asked(request)
        public_key = fields.get("rsaPublicKey")
        if not isinstance(public_key, str) or not public_key:
            raise PartnerError(400, "bad-request", "The body must have the text rsaPublicKey: the client's public key.")
        if name in self._registered:
            raise PartnerError(
                409, "already-registered", "The user is registered at the API, with the key it had then."
            )
        self._registered[name] = await self._api.register(name, public_key)
        return JSONResponse({"status": "registered", "userId": name})

    async def connect(self, request: Request) -> Response:
        """Pass along the sealed link by which the client connects a brokerage account."""
        return await self._passed_along(request, self._api.login)

    async def token(self, request: Request) -> Response:
        """Pass along a sealed access token."""
        return await self._passed_along(request, self._api.token)

    async def _passed_along(self, request: Request, call: Callable[[User], Awaitable[bytes]]) -> Response:
        name, _ = await self._asked(request)
        user = self._registered.get(name)
        if user is None:
            raise PartnerError(
                403, "not-registered", "The user is not registered at the API (POST /snaptrade/register)."
            )
        envelope = await call(user)
        if self._behaviour.mixes_up:
            envelope = json.dumps(await self._behaviour.envelope_of_another()).encode()
        return Response(envelope, media_type="application/json", headers={"Cache-Control": "no-store"})

    async def _asked(self, request: Request) -> tuple[str, _Fields]:
        """Return who asks and the body's fields, which may name the user, but no other one."""
        name = self._sessions.user(request.headers.get("Authorization"))
        fields = await _fields(request)
        if fields.get("userId", name) != name:
            raise PartnerError(403, "other-user", "The userId in the body is not that of the user who is logged in.")
        return name, fields


def _endpoint(operation: _Endpoint) -> _Endpoint:
    async def answer(request: Request) -> Response:
        try:
            return await operation(request)
        except PartnerError as e:
            return e.answer()

    return answer


async def _fields(request: Request) -> _Fields:
    """Return the fields of the body, none where there is no body."""
    body = await request.body()
    try:
        content = json.loads(body) if body else {}
    except (ValueError, RecursionError) as e:
        raise PartnerError(400, "bad-request", "The body must be JSON.") from e
    if not isinstance(content, dict):
        raise PartnerError(400, "bad-request", "The body must be a JSON object.")
    return content
