"""What the web application tells of flows, and lets be done to them."""

from io import BytesIO

from mitmproxy import flowfilter, io
from mitmproxy.flow import Flow
from mitmproxy.http import HTTPFlow
from mitmproxy.tools.web import app

from signer_proxy.engines.mitmproxy.inspector import edit
from signer_proxy.engines.mitmproxy.inspector.flow_json import flow_json
from signer_proxy.engines.mitmproxy.inspector.redaction import redacted
from signer_proxy.engines.mitmproxy.inspector.web_refusal import refuse


class Flows(app.Flows):
    """The list of them."""

    def get(self) -> None:
        """Tell of each what the page reads."""
        self.write([flow_json(each) for each in self.view])


class DumpFlows(app.DumpFlows):
    """A file of them, and none of a file."""

    def get(self) -> None:
        """Write a file, and so never a secret, whatever the page shows."""
        try:
            matches = flowfilter.parse(self.get_query_argument("filter", "") or "~all")
        except ValueError as e:
            raise app.APIError(400, "Invalid filter argument / regex") from e
        self.set_header("Content-Disposition", "attachment; filename=flows")
        self.set_header("Content-Type", "application/octet-stream")
        writer = io.FlowWriter(out := BytesIO())
        for each in self.view:
            if matches(each):
                writer.add(redacted(each))
        self.write(out.getvalue())

    async def post(self) -> None:
        """Take in no flows of others."""
        refuse(self)


class EditedFlow(app.FlowHandler):
    """One of them, which may be edited, and deleted."""

    def put(self, flow_id: str) -> None:
        """Change it, unless it could not be shown afterwards."""
        if (fault := edit.fault(self.json)) is not None:
            raise app.APIError(400, fault)
        super().put(flow_id)


class FlowContent(app.FlowContent):
    """The body of a message."""

    @property
    def flow(self) -> Flow:
        """The flow as it is for the editor of the page, a script; what else reads a body makes a file of it."""
        found = super().flow
        is_file = self.request.method == "GET" and self.request.headers.get("Sec-Fetch-Dest") != "empty"
        return redacted(found) if is_file and isinstance(found, HTTPFlow) else found
