"""Compose the sandbox: the gate, and behind it the routes of the SnapTrade API."""

import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.errors import ApiError
from signer_proxy.sandbox.gate import Gate, Verified
from signer_proxy.sandbox.limits import RateLimits
from signer_proxy.sandbox.snaptrade.call import Call
from signer_proxy.sandbox.snaptrade.routes import OWN_ROUTES, PREFIXES, ROUTES, Operation, is_for_tokens
from signer_proxy.sandbox.snaptrade.users import Users
from signer_proxy.sandbox.tokens import Tokens


def create_application(
    clients: Iterable[Client],
    *,
    clock: Callable[[], float] = time.time,
    limit_per_minute: int | None = 250,
    token_life: int | None = 300,
) -> Starlette:
    """Return an ASGI application that is the API for `clients`; what they do is kept as long as it lives.

    `clock` is in Unix seconds; with `limit_per_minute` None nobody is throttled. Tokens live for `token_life` seconds;
    with None they have no `exp`. `application.state.revoke(client_id, user_id)` revokes those of a user.
    """
    known = {client.client_id: client for client in clients}
    users = {client_id: Users(client) for client_id, client in known.items()}
    tokens = Tokens(users, token_life)

    # Endpoints are coroutines, so that they run one after the other in the event loop and never change users at once.
    def endpoint(path: str, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            verified: Verified = request.state.verified
            call = Call(verified, users[verified.client.client_id], tokens, request.path_params, clock())
            try:
                if verified.user is not None and not is_for_tokens(path):
                    raise _not_for_tokens()
                call.users.refuse_named_user(call.query)
                return JSONResponse(operation(call))
            except ApiError as e:
                return e.answer()

        return answer

    async def status(_: Request) -> Response:
        moment = datetime.fromtimestamp(clock(), UTC)
        return JSONResponse({"version": 151, "timestamp": moment.isoformat(timespec="seconds"), "online": True})

    routes = [Route(f"{prefix}/", status) for prefix in PREFIXES]
    routes += [
        Route(prefix + path, endpoint(path, operation), methods=[method])
        for prefix in PREFIXES
        for method, path, operation in ROUTES + OWN_ROUTES
    ]
    gate = Middleware(
        Gate,
        clients=known,
        tokens=tokens,
        open_paths=frozenset(f"{prefix}/".encode() for prefix in PREFIXES),
        limits=RateLimits(limit_per_minute),
        clock=clock,
    )
    application = Starlette(routes=routes, middleware=[gate], exception_handlers={HTTPException: _no_such_operation})
    # A redirect to the path with a slash less would have to be signed anew: there is none.
    application.router.redirect_slashes = False
    application.state.revoke = lambda client_id, user_id: users[client_id].revoke_tokens(user_id)
    return application


def _not_for_tokens() -> ApiError:
    return ApiError(
        403,
        "Access tokens cannot be used for this operation",
        reason="partner-only",
        why="The operation is the client's, which signs its requests; the token of a user opens the user's data alone.",
    )


def _no_such_operation(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return ApiError(
        error.status_code,
        error.detail,
        reason="unknown-operation",
        why="The request is verified, but the sandbox has no such path, or not with this method.",
        headers=error.headers,
    ).answer()
