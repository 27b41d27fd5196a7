"""What a failed call means to the client: whether anything was sent, and what to do; aiohttp's texts are not quoted."""

import os
import ssl
from typing import Final

import aiohttp
from aiohttp.http import HttpProcessingError

from signer_proxy.errors import SignerError, UpstreamBrokeError, UpstreamTimeoutError, UpstreamUnreachableError
from signer_proxy.upstream.corporate_proxy import CorporateProxy
from signer_proxy.upstream.outgoing import Limits, Outgoing

MAYBE: Final = "the request was sent and may have been received"


def meaning(error: Exception, outgoing: Outgoing, limits: Limits, via: CorporateProxy | None = None) -> SignerError:
    """Return what a failure on a way, maybe `via` a corporate proxy, means to the client."""
    where = outgoing.origin
    if not outgoing.sent:
        way = f" (by way of the proxy {via.name})" if via else ""
        return UpstreamUnreachableError(f"{where}: {_reason(error, limits, via)}{way} (nothing was sent)")
    if isinstance(error, TimeoutError):
        return UpstreamTimeoutError(f"{where}: nothing moved for {limits.answer_timeout:g} s ({MAYBE})")
    if isinstance(error, HttpProcessingError):
        return UpstreamBrokeError(f"{where}: the answer is no HTTP ({MAYBE})")
    return UpstreamBrokeError(f"{where}: the connection broke before the whole answer was there ({MAYBE})")


def _reason(error: Exception, limits: Limits, via: CorporateProxy | None) -> str:
    whose = "its" if via is None or via.url is None or _host(error) != via.url.host else "the proxy's"
    match error:
        case aiohttp.ClientHttpProxyError(status=407):
            return "the proxy wants other credentials, or any (http://USER:PASSWORD@…, percent-encoded)"
        case aiohttp.ClientHttpProxyError(status=status):
            return f"the proxy opens no tunnel, status {status}"
        case aiohttp.ClientProxyConnectionError(os_error=OSError(errno=int() as number)):
            return f"no connection to the proxy: {os.strerror(number)}"
        case aiohttp.ClientConnectorCertificateError(certificate_error=ssl.SSLCertVerificationError() as fault):
            return f"{whose} certificate does not verify: {fault.verify_message}; SSL_CERT_FILE can name its authority"
        case aiohttp.ClientSSLError():
            return "no TLS connection, which takes TLS 1.2 or newer"
        case aiohttp.ClientConnectorDNSError():
            return f"{whose} name does not resolve"
        case TimeoutError():
            return f"no connection within connect_timeout, {limits.connect_timeout:g} s"
        case aiohttp.ClientConnectorError(os_error=OSError(errno=int() as number)):
            return f"no connection: {os.strerror(number)}"
        case _:
            return "no connection"


def _host(error: Exception) -> str | None:
    """Return the host that a connection failed at: with a corporate proxy there are two."""
    return (
        error.host
        if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientConnectorCertificateError)
        else None
    )
