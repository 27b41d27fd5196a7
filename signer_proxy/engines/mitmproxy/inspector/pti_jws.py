"""The content view *PTI JWS*: the header and the payload of a request's signature, decoded."""

import base64
import json
from typing import Final

from mitmproxy.contentviews import Contentview, Metadata
from mitmproxy.http import HTTPFlow

from signer_proxy.engines.mitmproxy.inspector.facts import Facts

_LINES: Final = ("method", "SHA-256 of the body", "content type", "date", "client id", "path")


class PtiJws(Contentview):
    """Of the requests that a JWS signs."""

    @property
    def name(self) -> str:
        """What the list of views says."""
        return "PTI JWS"

    def prettify(self, data: bytes, metadata: Metadata) -> str:
        """Write the header as JSON, and each line of the payload with what it is."""
        facts = Facts.of(metadata.flow)
        if facts is None or facts.digest.count(".") != 2:
            return "This request was not signed with a JWS."
        header, payload, signature = facts.digest.split(".")
        members = json.loads(_decoded(header))
        lines = _decoded(payload).split("\n")
        width = max(map(len, _LINES))
        named = [f"  {name:<{width}}  {line}" for name, line in zip(_LINES, lines, strict=False)]
        return "\n".join(
            ["Header", json.dumps(members, indent=2), "", "Payload", *named, "", f"Signature\n  {signature}"]
        )

    def render_priority(self, data: bytes, metadata: Metadata) -> float:
        """Stand behind *Signed request*."""
        flow, facts = metadata.flow, Facts.of(metadata.flow)
        is_ours = facts is not None and isinstance(flow, HTTPFlow) and metadata.http_message is flow.request
        return 0.1 if is_ours and facts is not None and facts.digest.count(".") == 2 else -1


def _decoded(part: str) -> str:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
