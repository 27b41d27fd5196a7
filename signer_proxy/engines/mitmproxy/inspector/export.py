"""The commands of the web UI that export a flow, for curl, HTTPie or raw, without its secrets."""

from collections.abc import Sequence

from mitmproxy.addonmanager import Loader
from mitmproxy.addons import export
from mitmproxy.exceptions import CommandError
from mitmproxy.flow import Flow
from mitmproxy.http import HTTPFlow

from signer_proxy.engines.mitmproxy.inspector.redaction import redacted


class Export:
    """mitmproxy's export, less what writes to files and the clipboard of the daemon's machine."""

    name = "export"

    def __init__(self) -> None:
        self._export = export.Export()

    def load(self, loader: Loader) -> None:
        """Declare mitmproxy's option."""
        self._export.load(loader)

    def formats(self) -> Sequence[str]:
        """Return a list of the supported export formats."""
        return sorted(export.formats)

    def text(self, form: str, flow: Flow) -> str:
        """Export a flow and return the result."""
        if not isinstance(flow, HTTPFlow):
            raise CommandError("Only HTTP can be exported.")
        text: str = self._export.export_str(form, redacted(flow))
        return text
