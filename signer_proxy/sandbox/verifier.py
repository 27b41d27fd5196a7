"""Decide whether a request is signed as SnapTrade's "Request Signatures" document says, and by whom.

The signature is base64(HMAC-SHA256(consumerKey, base)); the base is `{"content", "path", "query"}` as canonical JSON:
keys sorted at every level, no white space, content null for no body and for `{}`, path and query exactly as sent.
Written from the document alone, so that it cannot share a mistake with the signer.
"""

import hashlib
import hmac
import json
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.errors import BAD_SIGNATURE, ApiError

# The document names no tolerance; a minute forgives a slow network and no wrong clock.
TOLERANCE = 60
ONCE = ("clientId", "timestamp", "userId", "userSecret")

_SECONDS = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature covers, path and query as raw bytes, and the values of the Signature headers that came."""

    path: bytes
    query: bytes = field(repr=False)
    content: object = field(repr=False)
    signatures: Sequence[bytes] = field(repr=False)


def read_query(query: bytes) -> dict[str, str]:
    """Return the decoded parameters of a raw query; refuse one that has a parameter of authentication twice."""
    pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True)
    counts = Counter(name for name, _ in pairs)
    for name in ONCE:
        if counts[name] > 1:
            raise ApiError(
                400,
                f"Parameter {name} is given more than once",
                reason="duplicate-parameter",
                why=f"{name} must be in the query once, names compared after percent-decoding; it is there "
                f"{counts[name]} times.",
            )
    return dict(pairs)


def identify(parameters: Mapping[str, str], clients: Mapping[str, Client]) -> Client:
    """Return the client that the query names; refuse a missing or unknown clientId."""
    client_id = parameters.get("clientId")
    if client_id is None:
        raise ApiError(
            401,
            "Please provide clientId and timestamp in query params",
            reason="missing-client-id",
            why="The query has no clientId.",
        )
    if client_id not in clients:
        raise ApiError(
            401,
            "Invalid clientId provided",
            reason="unknown-client",
            why="The sandbox has no client with this clientId.",
        )
    return clients[client_id]


def verify(signed: Signed, timestamp: str | None, client: Client, *, now: float) -> None:
    """Return if `client` signed the request within TOLERANCE seconds of `now` (Unix seconds), else raise ApiError."""
    _check_timestamp(timestamp, int(now))
    if len(signed.signatures) != 1:
        raise ApiError(
            401,
            "Unable to verify signature sent",
            reason="duplicate-signature" if signed.signatures else "missing-signature",
            why=f"A request must have exactly one Signature header; this one has {len(signed.signatures)}.",
            code=BAD_SIGNATURE,
        )
    base = signature_base(signed)
    digest = hmac.new(client.consumer_key.encode(), base.encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(b64encode(digest), signed.signatures[0]):
        raise ApiError(
            401,
            "Unable to verify signature sent",
            reason="bad-signature",
            why="The Signature header is not the one that this client's consumer key makes from this signature base.",
            code=BAD_SIGNATURE,
            signature_base=base,
        )


def signature_base(signed: Signed) -> str:
    """Return the text that is signed; ASCII with escapes, since the API is a Python server and so is its JSON."""
    parts = {
        "content": None if signed.content == {} else signed.content,
        "path": signed.path.decode("ascii"),
        "query": signed.query.decode("ascii"),
    }
    try:
        return json.dumps(parts, sort_keys=True, separators=(",", ":"))
    except RecursionError as e:
        raise ApiError(
            400,
            "JSON parse error",
            reason="bad-json",
            why="The body is nested too deeply to be written in canonical form.",
        ) from e


def _check_timestamp(timestamp: str | None, now: int) -> None:
    if timestamp is None:
        raise ApiError(
            401,
            "Please provide clientId and timestamp in query params",
            reason="missing-timestamp",
            why="The query has no timestamp.",
        )
    if not _SECONDS.fullmatch(timestamp):
        raise ApiError(
            401,
            "Invalid timestamp",
            reason="bad-timestamp",
            why="The timestamp must be Unix seconds: digits and nothing else.",
        )
    late = now - int(timestamp)
    if abs(late) > TOLERANCE:
        raise ApiError(
            401,
            "Invalid timestamp",
            reason="stale-timestamp",
            why=f"The timestamp must be within {TOLERANCE} seconds of the sandbox's clock; it is {abs(late)} seconds "
            f"{'behind' if late > 0 else 'ahead'}.",
        )
