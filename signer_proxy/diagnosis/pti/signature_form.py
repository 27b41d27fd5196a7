"""The signature in a JWS: bare bytes, of a fixed length; other tools wrap them."""

import re
from base64 import b64decode
from collections.abc import Iterator

from signer_proxy.diagnosis.mistake import Mistake

_DER = Mistake(
    "signature-der",
    "The signature is wrapped in DER, as many libraries return it; a JWS has the bare bytes (RFC 7518).",
    "pti-jws",
)
_HEX = Mistake("signature-hex", "The signature was written in hex before Base64url; encode its bytes.", "pti-jws")
_BASE64 = Mistake("signature-base64-twice", "The signature was encoded in Base64 twice; encode it once.", "pti-jws")


def signature_forms(raw: bytes) -> Iterator[tuple[bytes, tuple[Mistake, ...]]]:
    """Yield what a signature may be inside, the right form first."""
    yield raw, ()
    for inner in _unwrapped(raw):
        yield inner, (_DER,)
    if re.fullmatch(rb"(?:[0-9a-fA-F]{2})+", raw):
        yield bytes.fromhex(raw.decode()), (_HEX,)
    if re.fullmatch(rb"[A-Za-z0-9+/_-]+={0,2}", raw):
        text = raw.replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
        try:
            yield b64decode(text + b"=" * (-len(text) % 4)), (_BASE64,)
        except ValueError:
            return


def _unwrapped(raw: bytes) -> Iterator[bytes]:
    """Yield what is in DER: an octet string, a bit string, or a sequence of two numbers."""
    found = _read(raw)
    if found is None or found[2]:
        return
    tag, content, _ = found
    if tag == 0x04:
        yield content
    elif tag == 0x03:
        yield content[1:]
    elif tag == 0x30 and (first := _read(content)) and (second := _read(first[2])) and not second[2]:
        numbers = (first[1].lstrip(b"\0"), second[1].lstrip(b"\0"))
        yield b"".join(number.rjust(32, b"\0") for number in numbers)


def _read(raw: bytes) -> tuple[int, bytes, bytes] | None:
    """Return tag, content and what follows."""
    if len(raw) < 2:
        return None
    size, at = raw[1], 2
    if size & 0x80:
        at += size & 0x7F
        size = int.from_bytes(raw[2:at])
    return (raw[0], raw[at : at + size], raw[at + size :]) if len(raw) >= at + size else None
