"""Decide whether a request is signed as PTI's "Authentication" says, and by whom.

`x-pti-signature` is a compact JWS over six lines with LF between them and none at the end: the method; the SHA-256 of
the body in upper-case hex; `content-type:` and the header as sent; `date:` and the header as sent; `x-pti-client-id:`
and the client id; the path, without the query. The second and third are empty but for POST, PUT and PATCH.
Written from the document alone, so that it cannot share a mistake with the signer.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime
from typing import Final

from signer_proxy.sandbox.pti.clients import PtiClient
from signer_proxy.sandbox.pti.errors import PtiError, invalid, unauthorized
from signer_proxy.sandbox.pti.jws import Jws
from signer_proxy.sandbox.pti.registered_key import RegisteredKey

TOLERANCE: Final = 300
"""Seconds between a request's Date and the sandbox's clock."""

_HASHED: Final = ("POST", "PUT", "PATCH")
_LINES: Final = ("the method", "the body's digest", "the content type", "the date", "the client id", "the path")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature covers, path and body as raw bytes, and the values of the headers that matter."""

    method: str
    path: bytes
    body: bytes = field(repr=False)
    content_types: Sequence[bytes]
    dates: Sequence[bytes]
    signatures: Sequence[bytes] = field(repr=False)


def identify(client_ids: Sequence[bytes], clients: Mapping[str, PtiClient]) -> PtiClient:
    """Return the client that the values of x-pti-client-id name; refuse none, several, and an unknown one."""
    if len(client_ids) != 1:
        reason = "duplicate-client-id" if client_ids else "missing-client-id"
        raise unauthorized(
            reason, f"A request must have x-pti-client-id once; this one has it {len(client_ids)} times."
        )
    client = clients.get(client_ids[0].decode("latin-1"))
    if client is None:
        raise unauthorized("unknown-client", "The sandbox has no client of this x-pti-client-id.")
    return client


def verify(signed: Signed, client: PtiClient, *, now: float) -> None:
    """Return if `client` signed the request within TOLERANCE seconds of `now` (Unix seconds), else raise PtiError."""
    if len(signed.signatures) != 1:
        raise unauthorized(
            "duplicate-signature" if signed.signatures else "missing-signature",
            f"A request must have x-pti-signature once, or x-pti-token; it has {len(signed.signatures)} signatures.",
        )
    base = signature_base(signed, client)
    shown = base.decode("latin-1")
    _check_date(signed.dates[0], now)
    try:
        jws = Jws.read(signed.signatures[0])
    except ValueError as e:
        raise unauthorized("bad-jws", f"The JWS in x-pti-signature {e}.", shown) from e
    key = _key(jws, client, shown)
    if not key.verifies(jws.signature, jws.signed):
        raise unauthorized(
            "bad-signature",
            "The signature is not one that this key makes over the header and payload it came with.",
            shown,
        )
    if jws.payload != base:
        raise unauthorized("wrong-payload", _difference(jws.payload, base), shown)


def signature_base(signed: Signed, client: PtiClient) -> bytes:
    """Return the six lines that must be signed; raise PtiError for a request that has none."""
    if len(signed.dates) != 1:
        reason = "duplicate-date" if signed.dates else "missing-date"
        raise invalid(reason, f"A signed request must have one Date header; this one has {len(signed.dates)}.")
    digest = content_type = b""
    if signed.method in _HASHED:
        if len(signed.content_types) != 1:
            reason = "duplicate-content-type" if signed.content_types else "missing-content-type"
            why = (
                f"A signed {signed.method} must have one Content-Type header; this one has {len(signed.content_types)}."
            )
            raise invalid(reason, why)
        digest = hashlib.sha256(signed.body).hexdigest().upper().encode()
        content_type = b"content-type:" + signed.content_types[0]
    elif signed.body:
        raise invalid("uncovered-body", f"A signed {signed.method} must have no body, since the signature covers none.")
    client_id = b"x-pti-client-id:" + client.client_id.encode("latin-1")
    lines = (signed.method.encode("ascii"), digest, content_type, b"date:" + signed.dates[0], client_id, signed.path)
    return b"\n".join(lines)


def _check_date(date: bytes, now: float) -> None:
    text = date.decode("latin-1")
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = moment.timestamp()
        is_written_rightly = formatdate(seconds, usegmt=True) == text
    except (ValueError, OverflowError):
        is_written_rightly = False
    if not is_written_rightly:
        raise invalid("bad-date", "The Date must be written as in RFC 1123: Wed, 15 Apr 2020 16:35:50 GMT.")
    late = int(now - seconds)
    if abs(late) > TOLERANCE:
        clock = datetime.fromtimestamp(now, UTC).strftime("%H:%M:%S GMT")
        way = "behind" if late > 0 else "ahead"
        raise PtiError(
            401,
            "UNAUTHORIZED",
            "Unauthorized: the Date of the request is out of range",
            reason="stale-date",
            why=f"The Date must be within {TOLERANCE} seconds of the sandbox's clock, where it is {clock} now; it is "
            f"{abs(late)} seconds {way}, so the clock of who signed it is probably off.",
        )


def _key(jws: Jws, client: PtiClient, base: str) -> RegisteredKey:
    """Return the key that the header names, when all else that the header says fits it."""
    kid = jws.header.get("kid")
    key = client.keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        why = "The JWS header's `kid` must be the thumbprint (RFC 7638, SHA-256) of a public key of this client."
        raise unauthorized("unknown-key", why, base)
    expected = {**key.header, "cid": client.client_id}
    wrong = [name for name, value in expected.items() if jws.header.get(name) != value]
    if wrong:
        rules = " and ".join(f"`{name}` must be {expected[name]!r}" for name in wrong)
        raise unauthorized("bad-header", f"In the JWS header of a signature by this key {rules}.", base)
    return key


def _difference(payload: bytes, base: bytes) -> str:
    """Name the first thing that was signed otherwise than it was sent."""
    lines, expected = payload.split(b"\n"), base.split(b"\n")
    if len(lines) != len(expected):
        return f"What was signed must have {len(expected)} lines, with none behind the path; it has {len(lines)}."
    number = next(n for n, (line, right) in enumerate(zip(lines, expected, strict=True)) if line != right)
    return f"What was signed is not this request: line {number + 1}, {_LINES[number]}, is another one."
