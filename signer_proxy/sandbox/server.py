"""Serve an ASGI application on a port of this machine, inside the running event loop and beside others."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from email.utils import formatdate

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from signer_proxy.errors import StartError

MAX_HEAD = 128 * 1024
"""In bytes: twice what the proxy lets in, so that it is never the sandbox that says no."""

_WAITING = 1024  # connections that are not accepted yet; a hundred clients may come at once


@contextlib.asynccontextmanager
async def serve(application: ASGIApp, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[int]:
    """Serve until the block is left, and give it the bound port; port 0 takes a free one.

    Raises StartError when the port cannot be had. Leaving closes idle connections at once and gives a request
    that is under way one second.
    """
    listener = _listen(host, port)
    config = uvicorn.Config(
        _dated(application),
        # h11 hands the target on as it came; no request, and so no secret in a URL, is ever logged.
        http="h11",
        access_log=False,
        log_config=None,
        log_level="warning",
        ws="none",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        date_header=False,
        h11_max_incomplete_event_size=MAX_HEAD,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await server.ready.wait()
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await running


def _dated(application: ASGIApp) -> ASGIApp:
    """Say the Date in answers in which the application, which may have a clock of its own, does not."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                MutableHeaders(scope=message).setdefault("Date", formatdate(usegmt=True))
            await send(message)

        await application(scope, receive, dated)

    return answer


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to the program it runs in, and says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Said to be TCP, which socket.create_server() leaves open: asyncio turns Nagle's algorithm off only then, and with
    # it on each answer waits some 40 ms for the acknowledgement of its head.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
        listener.listen(_WAITING)
    except OSError as e:
        listener.close()
        reason = e.strerror or str(e)
        raise StartError(f"sandbox: cannot listen on {host} port {port}: {reason} (choose another port)") from e
    return listener
