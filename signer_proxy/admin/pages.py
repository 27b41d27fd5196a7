"""What the admin port answers; nothing there changes anything."""

import json
from importlib.resources import files
from typing import Final

from aiohttp import web

from signer_proxy.admin import refusal, visitor
from signer_proxy.admin.refusal import Handler
from signer_proxy.admin.station import Station

_FILES: Final = {
    "/": ("page.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}


def create_pages(station: Station) -> web.Application:
    """Create the application of the admin port."""
    monitor = station.monitor

    async def health(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readiness(_: web.Request) -> web.Response:
        return web.Response(text="ready\n") if station.is_ready() else web.Response(status=503, text="not ready\n")

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=monitor.metrics.text(), headers={"Content-Type": monitor.metrics.content_type})

    async def status(_: web.Request) -> web.Response:
        return web.json_response(station.status())

    async def events(request: web.Request) -> web.StreamResponse:
        """Tell the whole status each time: a page that connects again, or was busy, has missed nothing."""
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        async for _ in monitor.feed.times():
            await stream.write(b"data: %b\n\n" % json.dumps(station.status()).encode())
        return stream

    application = web.Application(middlewares=[refusal.told, visitor.checked])
    application.add_routes(
        [
            web.get("/healthz", health),
            web.get("/readyz", readiness),
            web.get("/metrics", metrics),
            web.get("/status.json", status),
            web.get("/events", events, allow_head=False),  # which would never end
            *(web.get(path, _file(name, kind)) for path, (name, kind) in _FILES.items()),
        ]
    )
    return application


def _file(name: str, kind: str) -> Handler:
    content = (files("signer_proxy.admin") / "page" / name).read_bytes()

    async def file(_: web.Request) -> web.Response:
        return web.Response(body=content, content_type=kind, charset="utf-8")

    return file
