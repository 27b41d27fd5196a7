"""The second line of what PTI has signed: the SHA-256 of the body as sent, in upper-case hex."""

import hashlib
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator

from signer_proxy.diagnosis.mistake import Mistake


def _mistake(code: str, what: str) -> Mistake:
    text = f"The body's digest was signed {what}; sign the upper-case hex SHA-256 of the bytes that are sent."
    return Mistake(code, text, "pti-digest")


_LOWER = _mistake("digest-lower-case", "in lower case")
_RESERIALISED = _mistake("digest-of-other-json", "of the body's JSON written anew, not of the bytes that were sent")
_LINE_END = _mistake("digest-of-other-line-ends", "of a body with other line ends, or one more at its end")
_EMPTY = _mistake("digest-of-nothing", "of no bytes, though there is a body")
_BASE64 = _mistake("digest-base64", "in Base64")
_TWICE = _mistake("digest-twice", "as the digest of a digest")
_MISSING = _mistake("digest-missing", "as nothing")
_ANY = _mistake("digest-differs", "of other bytes than those that were sent")
_ON_READ = Mistake(
    "digest-without-body",
    "A digest was signed for a method that has none; leave the second line empty but for POST, PUT and PATCH.",
    "pti-lines",
)
_HASHES = {name: _mistake(f"digest-{name}", f"with {name.upper()}") for name in ("md5", "sha1", "sha512", "sha384")}


def digest_mistakes(line: bytes, expected: bytes, body: bytes) -> tuple[Mistake, ...]:
    """Name why the digest in a payload is not the expected one."""
    if line == expected:
        return ()
    if not expected:
        return (_ON_READ,)
    if not line:
        return (_MISSING,)
    for content, about in _bodies(body):
        for raw, how in _digests(content):
            for text, form in _texts(raw):
                if text == line:
                    return tuple(each for each in (about, how, form) if each is not None)
    return (_ANY,)


def _bodies(body: bytes) -> Iterator[tuple[bytes, Mistake | None]]:
    yield body, None
    if body:
        yield b"", _EMPTY
    unix = body.replace(b"\r\n", b"\n")
    for other in (body.strip(), body + b"\n", body + b"\r\n", unix, unix.replace(b"\n", b"\r\n")):
        yield other, _LINE_END
    try:
        value = json.loads(body)
        for is_sorted in (False, True):
            for ascii_only in (True, False):
                for spaces, indent in (((",", ":"), None), ((", ", ": "), None), ((",", ": "), 2), ((",", ": "), 4)):
                    text = json.dumps(
                        value, sort_keys=is_sorted, ensure_ascii=ascii_only, separators=spaces, indent=indent
                    )
                    yield text.encode(), _RESERIALISED
        yield json.dumps(body.decode()).encode(), _RESERIALISED
    except (ValueError, RecursionError):
        return


def _digests(content: bytes) -> Iterator[tuple[bytes, Mistake | None]]:
    sha256 = hashlib.sha256(content).digest()
    yield sha256, None
    for name, mistake in _HASHES.items():
        yield hashlib.new(name, content, usedforsecurity=False).digest(), mistake
    yield hashlib.sha256(sha256.hex().encode()).digest(), _TWICE
    yield hashlib.sha256(sha256.hex().upper().encode()).digest(), _TWICE


def _texts(raw: bytes) -> Iterator[tuple[bytes, Mistake | None]]:
    yield raw.hex().upper().encode(), None
    yield raw.hex().encode(), _LOWER
    yield b64encode(raw), _BASE64
    yield urlsafe_b64encode(raw), _BASE64
    yield urlsafe_b64encode(raw).rstrip(b"="), _BASE64
