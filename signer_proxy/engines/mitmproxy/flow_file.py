"""Read a file of flows, as `mitmdump -w` writes it: the requests in it, to the byte."""

from dataclasses import dataclass, field
from io import BytesIO

from mitmproxy.exceptions import FlowReadException
from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader

from signer_proxy.engines.mitmproxy.inspector.facts import Facts
from signer_proxy.message import Headers


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request that was sent; `time` is when, in Unix seconds, and `status` is None where no answer came."""

    method: str
    origin: str
    """Scheme, host as the client named it, and port where it is not the scheme's own."""
    target: bytes = field(repr=False)
    headers: Headers = field(repr=False)
    body: bytes | None = field(repr=False)
    """As it went over the wire; None where it is not in the file as a whole."""
    time: float
    status: int | None


def read_flows(content: bytes) -> list[RecordedRequest]:
    """Return the HTTP requests in a file, in its order. Raises ValueError."""
    if content.lstrip(b"\xef\xbb\xbf").startswith(b"{"):
        raise ValueError("JSON")  # which mitmproxy would read as HAR, and lose bytes
    try:
        flows = list(FlowReader(BytesIO(content)).stream())
    # Whatever the types in a file are, mitmproxy takes them for those that it has written.
    except (FlowReadException, ValueError, LookupError, TypeError, AttributeError, RecursionError) as e:
        raise ValueError("no flows, or flows that are damaged") from e
    return [_read(flow) for flow in flows if isinstance(flow, HTTPFlow) and flow.request.method != "CONNECT"]


def _read(flow: HTTPFlow) -> RecordedRequest:
    request, facts = flow.request, Facts.of(flow)
    is_whole = facts is None or "request" not in facts.cut
    return RecordedRequest(
        request.method,
        _origin(request.scheme, request.pretty_host, request.port),
        request.data.path,
        request.data.headers.fields,
        request.raw_content if is_whole else None,
        request.timestamp_start,
        flow.response.status_code if flow.response is not None else None,
    )


def _origin(scheme: str, host: str, port: int) -> str:
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}" if (scheme, port) in (("http", 80), ("https", 443)) else f"{scheme}://{host}:{port}"
