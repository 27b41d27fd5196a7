"""Answers of ours that say no, in the same form as those to the proxy's clients."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from signer_proxy import problem
from signer_proxy.errors import SignerError

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def told(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a SignerError with its problem."""
    try:
        return await handler(request)
    except SignerError as e:
        answer = problem.answer(e)
        headers = {name.decode(): value.decode() for name, value in answer.headers}
        return web.Response(status=answer.status, body=answer.body, headers=headers)
