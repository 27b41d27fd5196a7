"""What a connection to a forward port is for: what mitmproxy takes for its server, though nobody dials it."""

from mitmproxy import http
from mitmproxy.connection import Address, Server
from mitmproxy.proxy.context import Context


class FarEnd(Server):
    """An upstream's stand-in, one for each connection and one more for each tunnel."""

    def __init__(self, address: Address | None, tunnel: bytes | None = None) -> None:
        super().__init__(address=address)
        self.tunnel = tunnel
        """The authority that CONNECT asked for; None outside of a tunnel."""
        self.scheme = ""
        """What the request line said last; empty for the usual origin-form."""

    def note(self, request: http.Request) -> None:
        """Keep what mitmproxy is about to overwrite with our own address."""
        self.scheme = request.scheme
        if self.tunnel is None and request.host:
            self.address = request.host, request.port
            self.tls = request.scheme == "https"


def entered(context: Context, authority: bytes, address: Address) -> Context:
    """Return the context of what goes through a tunnel whose CONNECT came in `context`."""
    inside = context.fork()
    inside.server = FarEnd(address, authority)
    return inside
