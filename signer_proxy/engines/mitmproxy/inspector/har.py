"""What the inspector keeps as HAR, the format that browsers' tools read: version 1.2, without secrets."""

import json
from collections.abc import Iterable
from typing import Any

from mitmproxy.addons.savehar import SaveHar
from mitmproxy.http import HTTPFlow

from signer_proxy import __version__
from signer_proxy.engines.mitmproxy.inspector.redaction import redacted


def text(flows: Iterable[HTTPFlow]) -> str:
    """Return the HAR of flows that are done, the oldest first."""
    har: dict[str, Any] = SaveHar().make_har([redacted(flow) for flow in flows])
    har["log"]["creator"] = {"name": "signer-proxy", "version": __version__}
    for entry in har["log"]["entries"]:
        # mitmproxy leaves these out where nobody answered; the specification asks for them, and they may be empty.
        entry["response"]["content"] = {"size": 0, "mimeType": ""} | entry["response"]["content"]
        # Their headers are not kept, and what mitmproxy reads out of `***` is no cookie.
        entry["request"]["cookies"] = entry["response"]["cookies"] = []
    return json.dumps(har)
