"""Take a JWS apart, forgiving what is wrong with its form, and name that."""

import json
import re
from dataclasses import dataclass, field

from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.pti.credentials import decoded, encoded


def _mistake(code: str, text: str) -> Mistake:
    return Mistake(code, text, "pti-jws")


_FORM = _mistake("jws-not-compact", "The signature is no compact JWS: three parts in Base64url with dots between them.")
_JSON = _mistake("jws-json", "The JWS is in its JSON form; send the compact one, with dots between its parts.")
_STANDARD = _mistake("jws-standard-base64", "The JWS is in Base64 with + and /; write Base64url, with - and _.")
_PADDED = _mistake("jws-padded", "The parts of the JWS end in =; write Base64url without padding.")
_DETACHED = _mistake("jws-detached", "The JWS was sent without its payload; send all three parts.")
_UNENCODED = _mistake(
    "jws-unencoded-payload", "The payload was signed unencoded (b64: false); sign it in Base64url, without `crit`."
)
_HEADER = _mistake("jws-header-not-json", "The protected header of the JWS is not a JSON object.")


@dataclass(frozen=True, slots=True)
class Compact:
    """What a JWS says; `signed` are the inputs that its signature may be over, the right one first."""

    header: dict[str, object]
    payload: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    signed: tuple[tuple[bytes, tuple[Mistake, ...]], ...] = field(repr=False)
    mistakes: tuple[Mistake, ...] = ()


_PAYLOAD_ONLY = _mistake(
    "jws-payload-only-signed", "The payload alone was signed; sign the first two parts with the dot between them."
)


def read_compact(value: bytes, expected: bytes) -> Compact | Mistake:
    """Read a header's value; `expected` is the payload where it carries none."""
    text = value.decode("latin-1").strip()
    mistakes: list[Mistake] = []
    if text.startswith("{"):
        parts, mistakes = _json_parts(text), [_JSON]
    else:
        parts = text.split(".")
    if len(parts) != 3 or not all(re.fullmatch(r"[A-Za-z0-9+/_=-]*", part) for part in (parts[0], parts[2])):
        return _FORM
    raw = _payload(parts[1])
    try:
        header, signature = json.loads(decoded(parts[0])), decoded(parts[2])
    except (ValueError, RecursionError):
        return _HEADER
    if not isinstance(header, dict):
        return _HEADER
    is_encoded = header.get("b64", True) is not False
    mistakes += [_STANDARD] if re.search("[+/]", parts[0] + parts[2] + parts[1] * is_encoded) else []
    mistakes += [_PADDED] if any(part.endswith("=") for part in parts) else []
    if not parts[1]:
        mistakes.append(_DETACHED)
        raw = expected
    if not is_encoded:
        mistakes.append(_UNENCODED)
        raw = parts[1].encode("latin-1") or expected
    head = encoded(decoded(parts[0])).encode()
    canonical = head + b"." + encoded(raw).encode()
    signed = (
        (canonical, ()),
        (f"{parts[0]}.{parts[1]}".encode("latin-1"), ()),
        (head + b"." + raw, (_UNENCODED,)),
        (raw, (_PAYLOAD_ONLY,)),
        (encoded(raw).encode(), (_PAYLOAD_ONLY,)),
    )
    return Compact(header, raw, signature, signed, tuple(dict.fromkeys(mistakes)))


def _payload(part: str) -> bytes:
    try:
        return decoded(part)
    except (ValueError, UnicodeError):
        return part.encode("latin-1")


def _json_parts(text: str) -> list[str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if isinstance(found, dict) and isinstance(found.get("signatures"), list) and found["signatures"]:
        found = {**found, **found["signatures"][0]} if isinstance(found["signatures"][0], dict) else found
    names = ("protected", "payload", "signature")
    return [str(found[name]) for name in names if name in found] if isinstance(found, dict) else []
