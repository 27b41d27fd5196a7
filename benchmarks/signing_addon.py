"""The least that signs under mitmdump, for comparison: no guard, no checks, nothing refused."""

import hmac
import json
import time
from base64 import b64encode

from mitmproxy import http

KEY = b"made-up-key-of-the-benchmark"


def request(flow: http.HTTPFlow) -> None:
    """Sign a request."""
    path, _, query = flow.request.path.partition("?")
    query = f"{query}&" * bool(query) + f"clientId=BENCH&timestamp={int(time.time())}"
    content = json.loads(flow.request.content) if flow.request.content else None
    base = json.dumps({"content": content, "path": path, "query": query}, sort_keys=True, separators=(",", ":"))
    flow.request.path = f"{path}?{query}"
    flow.request.headers["Signature"] = b64encode(hmac.digest(KEY, base.encode(), "sha256")).decode()
