"""Diagnose a request with an access token: `Authorization: JWT …`, and nothing of a signature beside it.

Source: SnapTrade, "Client-side Direct API Usage". The token is sealed by the API, so of its signature nothing is known.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from signer_proxy.diagnosis.mistake import Diagnosis, Mistake
from signer_proxy.diagnosis.received import Received
from signer_proxy.diagnosis.token_claims import KNOWN_CLAIMS, read_claims

SCHEME: Final = "snaptrade-jwt"
_LEFT: Final = (
    "the token was revoked, or is of another partner than this one",
    "the token was changed after it had been decrypted",
)
_RULED_OUT: Final = ("the form of the header", "what stands beside the token", "the token's times and its user")


def _mistake(code: str, text: str, topic: str = "token") -> Mistake:
    return Mistake(code, text, topic)


_MISSING = _mistake("authorization-missing", "There is no header Authorization; send Authorization: JWT and the token.")
_TWICE = _mistake("authorization-duplicated", "There is more than one header Authorization; send one.")
_WORD = _mistake("authorization-wrong-word", "The word before the token is wrong; it is JWT, in capitals, and a space.")
_NO_WORD = _mistake("authorization-without-word", "The token stands alone; put the word JWT and a space before it.")
_EMPTY = _mistake(
    "token-missing",
    "There is no token behind the word: the envelope did not open (RSA-OAEP takes SHA-1 here, and the private key "
    "whose public half was registered).",
)
_QUOTED = _mistake("token-quoted", "The token has quotation marks or white space around it; send it bare.")
_ENVELOPE = _mistake(
    "token-not-decrypted", "What was sent is the encrypted envelope; decrypt it, and send what is in it."
)
_NO_JWT = _mistake("token-garbled", "What was sent is no JWT: three parts in Base64url with dots between them.")
_OPENED = (
    "the envelope was decrypted in another way than this: the shared key is opened with RSA-OAEP and SHA-1, its text "
    "(not its Base64 decoded) is the AES key, and the message is opened with AES-OCB and the nonce decoded from Base64",
    "the token comes from somewhere else than the envelope",
)


@dataclass(frozen=True, slots=True)
class Expected:
    """Whom a token should stand for, as far as it is known."""

    client_id: str | None = None
    user_id: str | None = None
    wrong_openings: Mapping[bytes, Mistake] = field(default_factory=dict, repr=False)
    """What comes out of its envelope when that is opened in a wrong way."""


def diagnose(received: Received, expected: Expected, now: float) -> Diagnosis:
    """Say what is wrong with a request that has a token; `now` is in Unix seconds."""
    token = tuple(_token(received, expected, now))
    mistakes = tuple(dict.fromkeys((*_header(received), *token, *_beside(received))))
    is_doubtful = _is_doubtful(received, token)
    left = _OPENED if _NO_JWT in token else _LEFT if is_doubtful or not mistakes else ()
    return Diagnosis(
        SCHEME,
        mistakes,
        is_explained=not is_doubtful,
        expected=b"Authorization: JWT <token>",
        actual=None,
        ruled_out=() if mistakes else _RULED_OUT,
        left=left,
    )


def _is_doubtful(received: Received, mistakes: tuple[Mistake, ...]) -> bool:
    """Tell a token that may be anything: text that no wrong opening gives, or JSON that says nothing of a token."""
    if mistakes:
        return _NO_JWT in mistakes
    claims = read_claims(_parts(received)[1].strip())
    return claims is not None and KNOWN_CLAIMS.isdisjoint(claims)


def _parts(received: Received) -> tuple[str | None, str]:
    """Return the word before the token, None where there is none, and the token."""
    text = b"".join(received.values(b"authorization")[:1]).decode("latin-1")
    if re.fullmatch(r"\s*(?:jwt|bearer|token)[\s:]*", text, re.IGNORECASE):
        return text.strip(" \t:"), ""
    match = re.fullmatch(r"\s*([A-Za-z]{1,20})(?:[ :]\s*)(.*)", text, re.DOTALL)
    return (match[1], match[2]) if match else (None, text)


def _header(received: Received) -> Iterator[Mistake]:
    found = received.values(b"authorization")
    if not found:
        yield _MISSING
        return
    if len(found) > 1:
        yield _TWICE
    word, _ = _parts(received)
    if word is None:
        yield _NO_WORD
    elif not found[0].startswith(b"JWT ") and found[0].strip() != b"JWT":
        yield _WORD


def _token(received: Received, expected: Expected, now: float) -> Iterator[Mistake]:
    _, text = _parts(received)
    if not text.strip():
        yield from (_EMPTY,) if received.values(b"authorization") else ()
        return
    token = text.strip().strip("\"'<>{}") if not text.lstrip().startswith("{") else text
    if token != text:
        yield _QUOTED
    if "encryptedSharedKey" in text or text.startswith("eyJlbmNyeXB0ZWRTaGFyZWRLZXki"):
        yield _ENVELOPE
        return
    claims = read_claims(token)
    if claims is None:
        yield expected.wrong_openings.get(token.encode("latin-1"), _NO_JWT)
        return
    yield from _times(claims, now)
    query = dict(parse_qsl(received.query.decode("latin-1")))
    user = expected.user_id or query.get("userId")
    subject = claims.get("sub", claims.get("userId", claims.get("user_id")))
    if user is not None and isinstance(subject, str) and subject != user:
        yield _mistake("token-of-another-user", "The token was issued for another user; ask for one for this user.")
    client = claims.get("client_id", claims.get("clientId"))
    if expected.client_id is not None and isinstance(client, str) and client != expected.client_id:
        yield _mistake("token-of-another-client", "The token was issued for another client than the profile's.")


def _times(claims: dict[str, object], now: float) -> Iterator[Mistake]:
    ends, begins = claims.get("exp"), claims.get("nbf", claims.get("iat"))
    if isinstance(ends, int | float) and now >= ends:
        yield _mistake("token-expired", f"The token expired {int(now - ends)} seconds ago; ask for a new one.")
    if isinstance(begins, int | float) and now < begins - 5:
        text = f"The token begins to be valid in {int(begins - now)} seconds; set the clock."
        yield _mistake("token-not-yet-valid", text)


def _beside(received: Received) -> Iterator[Mistake]:
    names = {name for name, _ in parse_qsl(received.query.decode("latin-1"), keep_blank_values=True)}
    for name in ("timestamp", "userId", "userSecret"):
        if name in names:
            code = {"timestamp": "timestamp", "userId": "user-id", "userSecret": "user-secret"}[name]
            yield _mistake(f"{code}-beside-token", f"{name} is in the query; a token needs no {name}, take it out.")
    if received.values(b"signature"):
        yield _mistake("signature-beside-token", "There is a header Signature; a token needs none, take it out.")
