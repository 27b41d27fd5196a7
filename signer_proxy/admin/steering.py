"""What the control socket answers: the status, and what only the user of this machine may ask the daemon to do."""

import asyncio
from http import HTTPStatus
from typing import Protocol

from aiohttp import web

from signer_proxy.admin import refusal
from signer_proxy.admin.station import Station
from signer_proxy.reload.reload import Reloader


class Inspector(Protocol):
    """What keeps exchanges, and shows them on a page."""

    @property
    def url(self) -> str:
        """What opens its page: it has the password in it. SECRET, never log."""

    async def har(self) -> str:
        """Return what is kept as HAR, without secrets."""


def create_steering(station: Station, reloader: Reloader, inspector: Inspector | None = None) -> web.Application:
    """Create the application of the control socket."""

    async def status(_: web.Request) -> web.Response:
        return web.json_response(station.status())

    async def reload(_: web.Request) -> web.Response:
        done = await station.do(reloader.reload)
        return web.json_response({"applied": done.is_applied, "problems": done.problems})

    async def lease(request: web.Request) -> web.StreamResponse:
        """Answer with the lease, and keep its port open until the client hangs up, which cancels this."""
        async with station.lease() as lease:
            stream = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
            await stream.prepare(request)
            await stream.write(lease.line())
            await asyncio.Event().wait()
        return stream

    async def har(_: web.Request) -> web.Response:
        return _no_inspector() if inspector is None else web.json_response(text=await inspector.har())

    async def link(_: web.Request) -> web.Response:
        return _no_inspector() if inspector is None else web.json_response({"url": inspector.url})

    application = web.Application(middlewares=[refusal.told])
    application.add_routes(
        [
            web.get("/status.json", status),
            web.get("/har", har),
            web.get("/inspector", link),
            web.post("/reload", reload),
            web.post("/lease", lease),
        ]
    )
    return application


def _no_inspector() -> web.Response:
    detail = "the daemon keeps no exchanges (start it with `signer-proxy run --web`)"
    return web.json_response({"detail": detail}, status=HTTPStatus.CONFLICT)
