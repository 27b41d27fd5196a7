"""The addon that lets in what our own HTTP layer can read, and lets nothing out."""

from mitmproxy.proxy.layer import NextLayer
from mitmproxy.proxy.layers.http import HTTPMode
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from signer_proxy.engines.mitmproxy import listeners
from signer_proxy.engines.mitmproxy.http1 import Refusal
from signer_proxy.engines.mitmproxy.http_layer import StrictHttpLayer
from signer_proxy.errors import BadRequestError, InternalError, SignerError
from signer_proxy.proxy import logger

_HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_TLS_HANDSHAKE = 0x16


class Gate:
    """Hooks `next_layer` and `server_connect`."""

    def next_layer(self, nextlayer: NextLayer) -> None:
        """Read a connection as HTTP/1.1 or as HTTP/2 with prior knowledge, or refuse it."""
        try:
            self._choose(nextlayer)
        except SignerError as e:
            nextlayer.layer = Refusal(nextlayer.context, e)
        except Exception as e:  # noqa: BLE001 - fail closed: mitmproxy goes on when a hook raises
            logger.error("internal: %s in the hook of a connection", type(e).__name__)
            error = InternalError(f"{type(e).__name__} in the hook of a connection (nothing was sent)")
            nextlayer.layer = Refusal(nextlayer.context, error)

    def _choose(self, nextlayer: NextLayer) -> None:
        client, data = nextlayer.context.client, nextlayer.data_client()
        nextlayer.layer = None
        if not data:
            return
        if not listeners.is_ours(client.proxy_mode):
            raise InternalError("this port is not signer-proxy's (nothing was sent)")
        if data[0] == _TLS_HANDSHAKE:
            raise BadRequestError("this port speaks plain HTTP (ask for http://, not https://)")
        if _HTTP2_PREFACE.startswith(data[: len(_HTTP2_PREFACE)]):
            if len(data) < len(_HTTP2_PREFACE):
                return
            client.alpn = b"h2"
        nextlayer.layer = StrictHttpLayer(nextlayer.context, HTTPMode.transparent)

    def server_connect(self, data: ServerConnectionHookData) -> None:
        """Refuse every connection that mitmproxy would open: requests go upstream by way of our pool."""
        data.server.error = "signer-proxy goes upstream itself"
