"""How a digest is written into the header `Signature`: in Base64, with padding.

Read backwards: from what came to every digest that could have been meant.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote_to_bytes

from signer_proxy.diagnosis.mistake import Mistake

type Reading = tuple[bytes, tuple[Mistake, ...]]
"""A digest, and the mistakes in how it was written."""


def _mistake(code: str, what: str) -> Mistake:
    return Mistake(code, f"The signature was sent {what}; send the digest in Base64, with padding.", "output")


_HEX = _mistake("signature-hex", "in hex")
_URLSAFE = _mistake("signature-base64url", "in Base64url, with - and _ for + and /")
_UNPADDED = _mistake("signature-unpadded", "without the = at its end")
_OF_HEX = _mistake("signature-base64-of-hex", "as the Base64 of the digest's hex text")
_OF_BASE64 = _mistake("signature-base64-twice", "in Base64 twice")
_OF_TEXT = _mistake("signature-of-text", "after the digest's bytes had been read as text (binary, latin-1)")
_ENCODED = _mistake("signature-url-encoded", "URL-encoded, which only a URL needs")
_SPACE = _mistake("signature-plus-lost", "with a space for each +: it went through URL decoding")
_AROUND = _mistake("signature-with-more", "with something around it, such as a word, quotation marks or white space")
_RAW = _mistake("signature-raw", "as the digest's bare bytes")
_LONGEST = 1024
"""In bytes; no digest is longer, however often it was encoded."""
_WRAPPED = re.compile(rb"\s*(?:[A-Za-z0-9 _-]{1,20}[=: ]\s*)?[\"'<]?([A-Za-z0-9+/_%-]{16,}={0,2})[\"'>]?\s*")


def readings(sent: bytes) -> dict[bytes, tuple[Mistake, ...]]:
    """Return every digest that a header's value could stand for, each with the fewest mistakes."""
    found: dict[bytes, tuple[Mistake, ...]] = {}
    if len(sent) > _LONGEST:
        return found
    for digest, mistakes in sorted(_all(sent), key=lambda reading: len(reading[1])):
        found.setdefault(digest, mistakes)
    return found


def _all(sent: bytes) -> Iterator[Reading]:
    for text, mistakes in _texts(sent):
        for digest, more in _digests(text):
            yield digest, (*mistakes, *more)
    yield sent, (_RAW,)
    with suppress(UnicodeError):
        yield sent.decode().encode("latin-1"), (_RAW,)


def _texts(sent: bytes) -> Iterator[Reading]:
    """Yield what a value says, undone of what the way to the header did to it."""
    yield sent, ()
    if b"%" in sent:
        yield unquote_to_bytes(sent), (_ENCODED,)
        yield unquote_to_bytes(unquote_to_bytes(sent)), (_ENCODED,)
    if b" " in sent:
        yield sent.replace(b" ", b"+"), (_SPACE,)
    wrapped = _WRAPPED.fullmatch(sent)
    if wrapped is not None and wrapped[1] != sent:
        yield wrapped[1], (_AROUND,)


def _digests(text: bytes) -> Iterator[Reading]:
    if re.fullmatch(rb"(?:[0-9a-fA-F]{2})+", text):
        yield bytes.fromhex(text.decode()), (_HEX,)
    plain = _base64(text)
    if plain is None:
        return
    digest, mistakes = plain
    yield digest, mistakes
    if re.fullmatch(rb"(?:[0-9a-fA-F]{2})+", digest):
        yield bytes.fromhex(digest.decode()), (*mistakes, _OF_HEX)
    again = _base64(digest)
    if again is not None and again[0]:
        yield again[0], (*mistakes, _OF_BASE64)
    with suppress(UnicodeError):
        yield digest.decode().encode("latin-1"), (*mistakes, _OF_TEXT)


def _base64(text: bytes) -> Reading | None:
    """Read Base64 of any kind."""
    if not re.fullmatch(rb"[A-Za-z0-9+/_-]*={0,2}", text):
        return None
    standard = text.replace(b"-", b"+").replace(b"_", b"/")
    unpadded = standard.rstrip(b"=")
    try:
        digest = b64decode(unpadded + b"=" * (-len(unpadded) % 4))
    except binascii.Error:
        return None
    canonical = b64encode(digest)
    mistakes: tuple[Mistake, ...] = ()
    if standard != text:
        mistakes += (_URLSAFE,)
    if standard != canonical:
        if unpadded != canonical.rstrip(b"="):  # bits at its end that Base64 leaves zero
            return None
        mistakes += (_UNPADDED,)
    return digest, mistakes
