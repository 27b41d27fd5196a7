"""Compose PTI's stand-in: the gate, and behind it the routes."""

import time
from collections.abc import Awaitable, Callable, Iterable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from signer_proxy.sandbox.pti.books import Books
from signer_proxy.sandbox.pti.call import Call
from signer_proxy.sandbox.pti.clients import PtiClient
from signer_proxy.sandbox.pti.errors import PtiError
from signer_proxy.sandbox.pti.gate import Gate, Verified
from signer_proxy.sandbox.pti.routes import ROUTES, Operation
from signer_proxy.sandbox.pti.tokens import Tokens


def create_pti(
    clients: Iterable[PtiClient],
    *,
    clock: Callable[[], float] = time.time,
    token_life: int = 60,
    path: str = "/v1",
) -> Starlette:
    """Return an ASGI application that is PTI's API for `clients`; what they do is kept as long as it lives.

    `clock` is in Unix seconds, and so is the Date of every answer. Tokens live for `token_life` seconds, or until their
    first use. `path` is what all operations stand below.
    """
    known = {client.client_id: client for client in clients}
    books = {client_id: Books(client_id) for client_id in known}
    tokens = Tokens(token_life, path)

    # Endpoints are coroutines, so that they run one after the other in the event loop and never change books at once.
    def endpoint(status: int, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            verified: Verified = request.state.verified
            query, headers = request.query_params, request.headers
            call = Call(verified, books[verified.client_id], tokens, request.path_params, query, headers, path, clock())
            try:
                content = operation(call)
            except PtiError as e:
                return e.answer()
            return Response(status_code=status) if content is None else JSONResponse(content, status)

        return answer

    routes = [
        Route(path + below, endpoint(status, operation), methods=[method])
        for method, below, status, operation in ROUTES
    ]
    gate = Middleware(Gate, clients=known, tokens=tokens, base=path, clock=clock)
    application = Starlette(routes=routes, middleware=[gate], exception_handlers={HTTPException: _no_such_operation})
    # A redirect to the path with a slash less would have to be signed anew: there is none.
    application.router.redirect_slashes = False
    return application


def _no_such_operation(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    refusal = PtiError(
        error.status_code,
        "METHOD_NOT_ALLOWED" if error.status_code == 405 else "NOT_FOUND",
        error.detail,
        reason="unknown-operation",
        why="The request is verified, but the sandbox has no such path, or not with this method.",
    )
    answer = refusal.answer()
    answer.headers.update(error.headers or {})
    return answer
