"""Files of flows, by the writer that `mitmdump -w` has."""

import time
from collections.abc import Mapping
from io import BytesIO

from mitmproxy.flow import Flow
from mitmproxy.http import Headers, HTTPFlow, Request, Response
from mitmproxy.io import FlowWriter
from mitmproxy.test import tflow


def flow_file(*flows: Flow) -> bytes:
    """Write flows."""
    writer = FlowWriter(out := BytesIO())
    for flow in flows:
        writer.add(flow)
    return out.getvalue()


def posted(
    target: str,
    headers: Mapping[str, str],
    body: str | None,
    *,
    status: int | None = None,
    at: float = 0,
    address: tuple[str, int] = ("api.example.com", 443),
) -> HTTPFlow:
    """Return the flow of a POST by HTTPS, sent at a time, in Unix seconds, or just now."""
    flow: HTTPFlow = tflow.tflow()
    host, port = address
    content = None if body is None else body.encode()
    fields = Headers([(name.encode(), value.encode()) for name, value in headers.items()])
    flow.request = Request(
        host, port, b"POST", b"https", b"", target.encode(), b"HTTP/1.1", fields, content, None, at or time.time(), None
    )
    flow.response = None if status is None else Response.make(status)
    return flow
