"""Who may visit the admin port: this machine's own tools, and the port's own pages in a browser."""

from aiohttp import web

from signer_proxy.admin.refusal import Handler
from signer_proxy.errors import GuardHostError, GuardOriginError
from signer_proxy.guard import guard
from signer_proxy.message import Request, values
from signer_proxy.runtime import Trust


@web.middleware
async def checked(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request pass that the guard lets pass, where the port's own origin alone is allowed."""
    assert request.transport is not None
    port: int = request.transport.get_extra_info("sockname")[1]
    asked = Request(request.method, request.raw_path.encode("utf-8", "surrogateescape"), request.raw_headers, port=port)
    own = frozenset(b"http://" + host for host in values(asked.headers, b"host"))
    try:
        guard.check_without_token(asked, Trust(allowed_origins=own), is_forward=False)
    except (GuardHostError, GuardOriginError) as e:
        raise type(e)(f"this port answers tools and its own page alone (open http://127.0.0.1:{port}/)") from e
    return await handler(request)
