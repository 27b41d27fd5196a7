"""Take secrets out of what is shown: people paste it into tickets."""

import re
from base64 import b64encode
from binascii import Error, a2b_base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import parse_qsl, quote, quote_plus, unquote

from signer_proxy.diagnosis.received import Received
from signer_proxy.diagnosis.snaptrade.body import Body
from signer_proxy.diagnosis.snaptrade.credentials import Credentials

MASK: Final = b"***"
_NAME: Final = "userSecret"
_SHORTEST: Final = 5
"""In characters: shorter values are everywhere, and only masked where their name stands before them."""

# The name, then = or : in any encoding, quotation marks included, and the value up to what ends it.
_NAMED: Final = re.compile(
    rb"(?i)(user_?secret(?:\\*[\"']|\x00)*\s*(?:=|:|,|\\u003d|%(?:25)*3d|%(?:25)*3a)\s*(?:\\*[\"']|%(?:25)*22)?)"
    rb"[^&\"'\\%,}\s]+(?:%(?!(?:25)*(?:26|22))[^&\"'\\%,}\s]*)*"
)
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")


@dataclass(frozen=True, slots=True)
class Mask:
    """The secrets of one request and its profile, in every spelling that a base may have them in."""

    spellings: tuple[bytes, ...] = field(repr=False)  # SECRET, never log

    @classmethod
    def of(cls, received: Received, body: Body, credentials: Credentials) -> Self:
        """Return what is to be masked: the profile's secrets, and each userSecret of the request."""
        ours = (credentials.user_secret, credentials.consumer_key, *credentials.other_keys.values())
        query = received.query.decode("latin-1")
        named = [value for name, value in parse_qsl(query) if name == _NAME]
        sent = [part.partition("=")[2] for part in query.split("&") if unquote(part.partition("=")[0]) == _NAME]
        values = [value for value in (*ours, *named, *sent, *_named(body.plain)) if value and len(value) >= _SHORTEST]
        found = {spelling for value in values for spelling in _spellings(value)}
        return cls(tuple(sorted(found, key=len, reverse=True)))

    def apply(self, base: bytes) -> bytes:
        """Return a base without them."""
        if base.count(0) > len(base) // 4:  # UTF-16
            narrow = base.replace(b"\0", b"")
            masked = self.apply(narrow)
            return base if masked == narrow else masked.decode("latin-1").encode("utf-16-le")
        for spelling in self.spellings:
            base = base.replace(spelling, MASK)
        base = _NAMED.sub(rb"\g<1>***", base)
        return _BASE64.sub(lambda found: MASK if self._hides(found[0]) else found[0], base)

    def _hides(self, text: bytes) -> bool:
        """Tell whether text is Base64 of what holds a secret."""
        plain = text.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
        try:
            inside = a2b_base64(plain + b"=" * (-len(plain) % 4))
        except Error:
            return False
        return any(spelling in inside for spelling in self.spellings) or _NAME.encode() in inside


def _named(value: object) -> Iterator[str]:
    """Yield what stands under the name in a body."""
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            pending += part.values()
            yield from (each for name, each in part.items() if name == _NAME and isinstance(each, str))
        elif isinstance(part, list):
            pending += part


def _spellings(value: str) -> Iterable[bytes]:
    escaped = "".join(sign if " " <= sign <= "~" else f"\\u{ord(sign):04x}" for sign in value)
    once = (value, unquote(value), quote(value, safe=""), quote(value), quote_plus(value), escaped)
    for text in (*once, *(quote(each, safe="") for each in once), *(each.replace("%", "%25") for each in once)):
        for form in (text, text.lower(), text.upper(), text.replace("/", "\\/"), text.strip()):
            yield form.encode("utf-8", "surrogatepass")
            yield form.encode("utf-8", "surrogatepass").hex().encode()
    yield b64encode(value.encode("utf-8", "surrogatepass"))
