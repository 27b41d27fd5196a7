"""How an HTTP application is served here: its own headers on every answer, and no log, which would print URLs."""

import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "signer-proxy",
    "X-Content-Type-Options": "nosniff",
}


@asynccontextmanager
async def open_door(application: web.Application, listening: Iterable[socket.socket]) -> AsyncIterator[None]:
    """Serve an application; a handler is cancelled when its client goes, and at the end."""
    application.on_response_prepare.append(_put_headers)
    runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        for each in listening:
            await web.SockSite(runner, each).start()
        yield
    finally:
        await runner.cleanup()


async def _put_headers(_: web.Request, answer: web.StreamResponse) -> None:
    answer.headers.update(_HEADERS)
