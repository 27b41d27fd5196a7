"""The one request that asks the partner's backend for a token, as the config describes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from signer_proxy.message import SENDABLE_TARGET, Header
from signer_proxy.settings.base_url import parse_base_url
from signer_proxy.upstream.outgoing import Outgoing

_METHODS: Final = ("GET", "POST", "PUT", "PATCH")
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
_VALUE: Final = re.compile(r"([\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?)?")
_FRAMING: Final = frozenset({"connection", "content-length", "expect", "host", "te", "trailer", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class PartnerRequest:
    """What is sent: checked when it is made, and never shown but for method, origin and path.

    Raises ValueError for a URL that is neither https nor on this machine, and for what no request can carry.
    """

    url: str = field(repr=False)
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)  # SECRET, never log
    body: str | None = field(default=None, repr=False)
    origin: str = field(init=False)
    path: str = field(init=False)

    def __post_init__(self) -> None:
        """Check all of it."""
        if not SENDABLE_TARGET.fullmatch(self.url.encode("utf-8", "surrogatepass")):  # urlsplit would drop line ends
            raise ValueError("the URL must be ASCII without spaces and fragment (percent-encode it)")
        parts = urlsplit(self.url.partition("?")[0])
        object.__setattr__(self, "origin", parse_base_url(f"{parts.scheme}://{parts.netloc}"))
        object.__setattr__(self, "path", parts.path or "/")
        if self.method not in _METHODS:
            raise ValueError(f"the method must be one of {', '.join(_METHODS)}")
        for name, value in self.headers.items():
            if not _NAME.fullmatch(name) or name.lower() in _FRAMING:
                raise ValueError(f"header {name!r} must have the name of a header that may be chosen (leave it out)")
            if not _VALUE.fullmatch(value):
                raise ValueError(f"header {name!r} must have a value of one line of ASCII, got other signs")
        try:
            (self.body or "").encode()
        except UnicodeEncodeError:  # from None: the error holds the body
            raise ValueError("the body must be text that UTF-8 can write, got half of a surrogate pair") from None

    @property
    def target(self) -> bytes:
        """The path and the query, which may hold a secret."""
        _, mark, query = self.url.partition("?")
        return f"{self.path}{mark}{query}".encode("ascii")

    def outgoing(self) -> Outgoing:
        """Return it ready to be sent."""
        body = (self.body or "").encode()
        ours: list[Header] = [(b"Accept", b"application/json"), (b"User-Agent", b"signer-proxy")]
        if self.body is not None:
            ours.append((b"Content-Type", b"application/json"))
        chosen = {name.lower() for name in self.headers}
        headers = (
            (b"Host", self.origin.partition("://")[2].encode()),
            *((name.encode(), value.encode()) for name, value in self.headers.items()),
            *((name, value) for name, value in ours if name.decode().lower() not in chosen),
            *([(b"Content-Length", b"%d" % len(body))] if body or self.method != "GET" else []),
        )
        return Outgoing(self.origin, self.method, self.target, headers, body, is_wanted=lambda: True)
