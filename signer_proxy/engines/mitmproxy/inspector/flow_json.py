"""A flow as the web UI is told of it."""

from typing import Any

from mitmproxy.flow import Flow
from mitmproxy.tools.web import app

from signer_proxy.engines.mitmproxy.inspector.facts import Facts


def flow_json(flow: Flow) -> dict[str, Any]:
    """Return what mitmproxy's UI reads, so that it asks for the views of a request without a body, too."""
    told: dict[str, Any] = app.flow_to_json(flow)
    request = told.get("request", {})
    if request.get("contentLength") == 0:
        request["contentLength"] = None  # a zero would be shown as "No content"
    if Facts.of(flow) is not None:
        request["contentHash"] = f"{request.get('contentHash')}-done"  # by which it knows when to ask again
    return told
