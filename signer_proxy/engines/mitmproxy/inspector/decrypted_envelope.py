"""The content view *Decrypted envelope*: an answer that came sealed, as the client read it."""

import json
from contextlib import suppress

from mitmproxy.contentviews import Contentview, Metadata
from mitmproxy.http import HTTPFlow

from signer_proxy.engines.mitmproxy.inspector.facts import Facts


class DecryptedEnvelope(Contentview):
    """Of the answers that were opened on their way back."""

    @property
    def name(self) -> str:
        """What the list of views says."""
        return "Decrypted envelope"

    def prettify(self, data: bytes, metadata: Metadata) -> str:
        """Write what was in the envelope."""
        facts = Facts.of(metadata.flow)
        if facts is None or not facts.is_opened:
            return "This answer came in no envelope, or in one that was not opened."
        text = data.decode("utf-8", "backslashreplace")
        with suppress(ValueError, RecursionError):  # other text is shown as it is
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        return f"Opened with a key of profile {facts.profile} or of its upstream:\n\n{text}"

    def render_priority(self, data: bytes, metadata: Metadata) -> float:
        """Come before JSON where an envelope was opened."""
        flow, facts = metadata.flow, Facts.of(metadata.flow)
        is_answer = isinstance(flow, HTTPFlow) and metadata.http_message is flow.response
        return 2 if is_answer and facts is not None and facts.is_opened else -1
