"""mitmproxy's flows and our requests and answers, each into the other, byte for byte."""

import time
from collections.abc import Callable

from mitmproxy import http
from mitmproxy.connection import Address, Client, ConnectionState

from signer_proxy.engines.mitmproxy.far_end import FarEnd
from signer_proxy.message import Answer, Request, Tunnel, values

PROFILE = "signer_profile"
"""Where a flow's metadata keeps the profile that it was served with, for a replay."""


def request_of(flow: http.HTTPFlow) -> Request:
    """Return the request of a flow that a listener took in or that is replayed."""
    data = flow.request.data
    assert data.content is not None  # nothing is streamed: the options see to it
    headers, authority = data.headers.fields, data.authority
    if flow.request.is_http2:
        # RFC 9113, section 8.3.1: :authority stands for Host, and a Host beside it must say the same.
        if authority and values(headers, b"host") != [authority]:
            headers = ((b"Host", authority), *headers)
        authority = b""
    method, client, server = data.method.decode("ascii", "replace"), flow.client_conn, flow.server_conn
    scheme, tunnel = "https" if client.tls else "http", None
    if isinstance(server, FarEnd):
        scheme = server.scheme or scheme
        tunnel = None if server.tunnel is None else Tunnel(server.tunnel, client.tls, client.sni)
    port, peer = client.sockname[1], shown(client.peername)
    return Request(method, data.path, headers, data.content, authority, scheme, tunnel, port, peer)


def head_of(request: http.Request, client: Client) -> Request:
    """Return a request to a forward port of which only the head has come; a CONNECT has no target."""
    data, method = request.data, request.data.method.decode("ascii", "replace")
    scheme, port, peer = request.scheme or "http", client.sockname[1], shown(client.peername)
    return Request(method, data.path, data.headers.fields, b"", data.authority, scheme, port=port, client=peer)


def response_of(answer: Answer, method: str) -> http.Response:
    """Return an answer to a request as mitmproxy sends it, without a body where the method is HEAD."""
    body = b"" if method == "HEAD" else answer.body
    now = time.time()
    headers = http.Headers(answer.headers)
    return http.Response(b"HTTP/1.1", answer.status, answer.reason, headers, body, None, now, now)


def is_wanted(flow: http.HTTPFlow) -> Callable[[], bool]:
    """Return a question: whether the client is still there to get an answer."""
    if flow.is_replay:
        return lambda: True
    return lambda: bool(flow.client_conn.state & ConnectionState.CAN_WRITE)


def shown(address: Address) -> str:
    """Return a client's address as the audit writes it."""
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
