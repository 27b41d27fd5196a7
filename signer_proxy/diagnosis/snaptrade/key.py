"""The key that is signed with: the consumer key's bytes as they are."""

import re
from base64 import b64decode, b64encode, urlsafe_b64decode
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote, quote_plus, unquote

from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.snaptrade.credentials import Credentials
from signer_proxy.diagnosis.variant import Variant, common, right, wrong


def _mistake(code: str, what: str) -> Mistake:
    return Mistake(code, f"The key was {what}; sign with the consumer key's own bytes, as they are.", "key")


_URL = _mistake("key-url-encoded", "URL-encoded before use (encodeURI?)")
_URL_DECODED = _mistake("key-url-decoded", "URL-decoded before use")
_BASE64 = _mistake("key-base64-decoded", "decoded from Base64")
_BASE64_ENCODED = _mistake("key-base64-encoded", "encoded as Base64")
_HEX = _mistake("key-hex-decoded", "decoded from hex")
_NEWLINE = _mistake("key-with-newline", "used with a line end behind it, as it is read from a file")
_SPACES = _mistake("key-with-spaces", "used with white space around it")
_STRIPPED = _mistake("key-stripped", "stripped of white space that is part of it")
_QUOTES = _mistake("key-with-quotes", "used with quotation marks around it")
_CASE = _mistake("key-case", "changed to another case")
_CLIENT = _mistake("key-is-client-id", "the clientId")
_SECRET = _mistake("key-is-user-secret", "the userSecret")
_USER = _mistake("key-is-user-id", "the userId")
_JOINED = _mistake("key-joined", "joined with the clientId or the userSecret")
_MISSING = _mistake("key-missing", "empty, or the word that a language writes for nothing: the variable is not set")
_PLACEHOLDER = _mistake("key-placeholder", "the placeholder of the documents")
_NOTHING = ("", "undefined", "null", "None", "nil", "[object Object]", "NaN")
_PLACEHOLDERS = ("YOUR_CONSUMER_KEY", "CONSUMER_KEY", "SNAPTRADE_CONSUMER_KEY", "$SNAPTRADE_CONSUMER_KEY")


def keys(credentials: Credentials) -> tuple[Variant[bytes], ...]:
    """Return what may have been used as the key."""
    key = credentials.consumer_key
    raw = key.encode()
    ways = [*_encoded(key, raw), *_around(key), *_others(credentials, raw)]
    found = {raw: right(raw)}
    for way in ways:
        found.setdefault(way.value, way)
    return tuple(found.values())


def _encoded(key: str, raw: bytes) -> Iterator[Variant[bytes]]:
    for text in (quote(key, safe=";,/?:@&=+$-_.!~*'()#"), quote(key, safe="-_.!~*'()"), quote(key), quote_plus(key)):
        yield common(text.encode(), _URL)
    yield wrong(unquote(key).encode(), _URL_DECODED)
    unpadded = key.rstrip("=")
    padded = unpadded + "=" * (-len(unpadded) % 4)
    for decode in (b64decode, urlsafe_b64decode):
        with suppress(ValueError):
            yield common(decode(padded), _BASE64)
    if re.fullmatch("(?:[0-9a-fA-F]{2})+", key):
        yield common(bytes.fromhex(key), _HEX)
    if re.fullmatch("[0-9a-fA-F-]+", key) and len(key.replace("-", "")) % 2 == 0:
        yield wrong(bytes.fromhex(key.replace("-", "")), _HEX)
    yield wrong(b64encode(raw), _BASE64_ENCODED)


def _around(key: str) -> Iterator[Variant[bytes]]:
    for end in ("\n", "\r\n", "\r"):
        yield common(f"{key}{end}".encode(), _NEWLINE)
    for text in (f" {key}", f"{key} ", f" {key} ", f"\t{key}", f"{key}\t"):
        yield wrong(text.encode(), _SPACES)
    yield wrong(key.strip().encode(), _STRIPPED)
    for mark in "\"'`":
        yield wrong(f"{mark}{key}{mark}".encode(), _QUOTES)
    yield wrong(f"\ufeff{key}".encode(), _mistake("key-with-bom", "used with a byte order mark before it"))
    yield wrong(key.lower().encode(), _CASE)
    yield wrong(key.upper().encode(), _CASE)
    yield wrong(key.encode("utf-16-le"), _mistake("key-utf16", "encoded as UTF-16"))


def _others(credentials: Credentials, raw: bytes) -> Iterator[Variant[bytes]]:
    client = credentials.client_id.encode()
    yield common(client, _CLIENT)
    if credentials.user_secret:
        secret = credentials.user_secret.encode()
        yield common(secret, _SECRET)
        yield wrong(raw + secret, _JOINED)
        yield wrong(secret + raw, _JOINED)
    if credentials.user_id:
        yield wrong(credentials.user_id.encode(), _USER)
    for mark in (b"", b":", b"&", b"."):
        yield wrong(client + mark + raw, _JOINED)
        yield wrong(raw + mark + client, _JOINED)
    yield wrong(raw + b"&", _JOINED)
    for name, key in credentials.other_keys.items():
        yield common(key.encode(), _mistake("key-of-another-profile", f"the consumer key of {name}"))
    for word in _NOTHING:
        yield wrong(word.encode(), _MISSING)
    for word in _PLACEHOLDERS:
        yield wrong(word.encode(), _PLACEHOLDER)
