"""The addon that lets in what our own HTTP layer can read, and lets nothing out but what passes untouched."""

import asyncio
import re

from mitmproxy.proxy.layer import NextLayer
from mitmproxy.proxy.layers.tls import ClientTLSLayer
from mitmproxy.proxy.server_hooks import ServerConnectionHookData
from mitmproxy.tls import TlsData

from signer_proxy import destination, route
from signer_proxy.engines.mitmproxy import listeners
from signer_proxy.engines.mitmproxy.far_end import FarEnd
from signer_proxy.engines.mitmproxy.foreign import Foreign
from signer_proxy.engines.mitmproxy.forward_http1 import Asked
from signer_proxy.engines.mitmproxy.http1 import Refusal
from signer_proxy.engines.mitmproxy.http_layer import StrictHttpLayer
from signer_proxy.engines.mitmproxy.tls_ends import TlsEnds
from signer_proxy.errors import BadRequestError, InternalError, SignerError, StartError
from signer_proxy.proxy.proxy import Proxy, logger

_HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_TLS_HANDSHAKE = 0x16
_HTTP = re.compile(rb"[\r\n]*[A-Za-z]*(?: |\Z)")
"""What may become a request line."""


class Gate:
    """Hooks `next_layer`, `destination`, `tls_start_client`, `server_connect` and `server_connected`."""

    def __init__(self, ends: TlsEnds, proxy: Proxy | None = None) -> None:
        self._ends = ends
        self.proxy = proxy
        """None until the proxy is there: there are no forward ports."""

    def next_layer(self, nextlayer: NextLayer) -> None:
        """Read a connection as HTTP/1.1, as HTTP/2 with prior knowledge, or as TLS in a tunnel, or refuse it."""
        try:
            self._choose(nextlayer)
        except SignerError as e:
            nextlayer.layer = Refusal(nextlayer.context, e)
        except Exception as e:  # noqa: BLE001 - fail closed: mitmproxy goes on when a hook raises
            logger.error("internal: %s in the hook of a connection", type(e).__name__)
            error = InternalError(f"{type(e).__name__} in the hook of a connection (nothing was sent)")
            nextlayer.layer = Refusal(nextlayer.context, error)

    def _choose(self, nextlayer: NextLayer) -> None:
        context, data = nextlayer.context, nextlayer.data_client()
        client, is_inside = context.client, isinstance(context.server, FarEnd)
        nextlayer.layer = None
        if not data:
            return
        if not listeners.is_ours(client.proxy_mode):
            raise InternalError("this port is not signer-proxy's (nothing was sent)")
        is_forward = not is_inside and self.proxy is not None and self.proxy.ports.is_forward(client.sockname[1])
        if data[0] == _TLS_HANDSHAKE:
            if not is_inside or client.tls:
                raise BadRequestError("this port speaks plain HTTP (ask for http://, not https://)")
            nextlayer.layer = ClientTLSLayer(context)
            return
        if _HTTP2_PREFACE.startswith(data[: len(_HTTP2_PREFACE)]):
            if len(data) < len(_HTTP2_PREFACE):
                return
            if is_forward:
                raise BadRequestError("this port is an explicit proxy, and those speak HTTP/1.1 (HTTP/2 takes CONNECT)")
            client.alpn = b"h2"
        if is_inside and not _HTTP.match(data[:100]):
            raise BadRequestError("what was sent in the tunnel is neither TLS nor HTTP (ask for https:// or http://)")
        if is_forward:
            context.server = FarEnd(context.server.address)
        nextlayer.layer = StrictHttpLayer(context, is_forward=is_forward)

    async def destination(self, asked: Asked) -> None:
        """Decide what becomes of a request to a forward port, and get ready for the TLS in a tunnel."""
        try:
            assert self.proxy is not None
            asked.passes = self.proxy.passes(asked.request)
            if asked.request.method == "CONNECT" and not asked.passes:
                hosts = route.hosts(self.proxy.runtime)
                await asyncio.to_thread(self._ends.prepare, hosts, _host(asked.request.authority))
            asked.error = None
        except SignerError as e:
            asked.error = e
        except StartError as e:
            logger.error("%s", e)
            asked.error = InternalError(f"no certificate for the tunnel: {e} (nothing was sent)")
        except Exception as e:  # noqa: BLE001 - the error that stands there already says less
            logger.error("internal: %s in the hook of a destination", type(e).__name__)
            asked.error = InternalError(f"{type(e).__name__} in the hook of a destination (nothing was sent)")

    def tls_start_client(self, data: TlsData) -> None:
        """Set up our end of the TLS in a tunnel, for the host that CONNECT asked for, whatever SNI says."""
        server = data.context.server
        assert self.proxy is not None
        assert isinstance(server, FarEnd)
        assert server.tunnel is not None
        data.ssl_conn = self._ends.open(route.hosts(self.proxy.runtime), _host(server.tunnel))

    def tls_failed_client(self, data: TlsData) -> None:
        """Say what most often is the reason."""
        server = data.context.server
        if isinstance(server, FarEnd) and server.tunnel is not None:
            logger.info("CONNECT %s: no TLS (does the client trust the authority?)", _host(server.tunnel))

    def server_connect(self, data: ServerConnectionHookData) -> None:
        """Refuse every connection that mitmproxy would open, but for what passes: others go upstream by our pool."""
        if not isinstance(data.server, Foreign):
            data.server.error = "signer-proxy goes upstream itself"

    def server_connected(self, data: ServerConnectionHookData) -> None:
        """Open a connection to a foreign host for what passes, unless the name has led to ourselves or an upstream."""
        server, proxy = data.server, self.proxy
        if isinstance(server, Foreign) and server.peername and server.sockname and proxy is not None:
            server.is_open = proxy.may_pass_to(server.peername[:2], server.sockname[0])


def _host(authority: bytes) -> str:
    place = destination.read(authority, "https")
    assert place is not None  # it has been asked for
    return place.host
