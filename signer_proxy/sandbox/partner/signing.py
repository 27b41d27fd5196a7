"""Sign the partner's own calls, as SnapTrade's "Request Signatures" document says and from it alone.

The signature is base64(HMAC-SHA256(consumerKey, base)); the base is `{"content", "path", "query"}` as canonical JSON.
The partner stands for everybody else's backend, so it shares no code with the signer.
"""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from signer_proxy.sandbox.clients import Client


def signed_query(client: Client, parameters: Mapping[str, str], now: float) -> str:
    """Return the raw query of a call at `now` (Unix seconds): `parameters`, and those of authentication."""
    return urlencode({**parameters, "clientId": client.client_id, "timestamp": int(now)}, quote_via=quote)


def signature(client: Client, path: str, query: str, content: object) -> str:
    """Return the value of the Signature header; `content` is the body's JSON, None where there is no body."""
    base = {"content": None if content == {} else content, "path": path, "query": query}
    text = json.dumps(base, sort_keys=True, separators=(",", ":"))
    return b64encode(hmac.digest(client.consumer_key.encode(), text.encode(), hashlib.sha256)).decode("ascii")
