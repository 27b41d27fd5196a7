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
from signer_proxy.sandbox.snaptrade.routes import PREFIXES, ROUTES, Operation
from signer_proxy.sandbox.snaptrade.users import Users


def create_application(
    clients: Iterable[Client],
    *,
    clock: Callable[[], float] = time.time,
    limit_per_minute: int | None = 250,
) -> Starlette:
    """Return an ASGI application that is the API for `clients`; what they do is kept as long as it lives.

    `clock` is in Unix seconds; with `limit_per_minute` None nobody is throttled.
    """
    known = {client.client_id: client for client in clients}
    users = {client_id: Users(client) for client_id, client in known.items()}

    # Endpoints are coroutines, so that they run one after the other in the event loop and never change users at once.
    def endpoint(operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            verified: Verified = request.state.verified
            call = Call(verified, users[verified.client.client_id], request.path_params, clock())
            try:
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
        Route(prefix + path, endpoint(operation), methods=[method])
        for prefix in PREFIXES
        for method, path, operation in ROUTES
    ]
    gate = Middleware(
        Gate,
        clients=known,
        open_paths=frozenset(f"{prefix}/".encode() for prefix in PREFIXES),
        limits=RateLimits(limit_per_minute),
        clock=clock,
    )
    application = Starlette(routes=routes, middleware=[gate], exception_handlers={HTTPException: _no_such_operation})
    # A redirect to the path with a slash less would have to be signed anew: there is none.
    application.router.redirect_slashes = False
    return application


def _no_such_operation(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return ApiError(
        error.status_code,
        error.detail,
        reason="unknown-operation",
        why="The request is signed rightly, but the sandbox has no such path, or not with this method.",
        headers=error.headers,
    ).answer()
