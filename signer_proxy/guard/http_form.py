"""A request must be readable in exactly one way: a known method, a path, no header twice that decides anything.

Two parsers that read the same bytes differently are what request smuggling lives on (RFC 9112, section 11.2).
"""

import re

from signer_proxy.errors import BadRequestError
from signer_proxy.message import Headers, Request, values
from signer_proxy.operations.rule import METHODS

_HEADER_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
_ONCE = (b"host", b"origin", b"signer-profile", b"signer-token", b"proxy-authorization", b"content-length")


def check(request: Request) -> None:
    """Let a request pass that has one meaning. Raises BadRequestError."""
    if request.method not in METHODS:
        raise BadRequestError(f"method {request.method!r} is not one of {', '.join(sorted(METHODS))}")
    if not request.target.startswith(b"/"):
        raise BadRequestError("the target is not a path (send requests as /path?query)")
    check_headers(request.headers)


def check_headers(headers: Headers) -> None:
    """Let headers pass that have one meaning. Raises BadRequestError."""
    for name in _ONCE:
        if len(values(headers, name)) > 1:
            raise BadRequestError(f"the header {name.decode().title()} stands there twice (send it once)")
    if values(headers, b"content-length") and values(headers, b"transfer-encoding"):
        raise BadRequestError("Content-Length and Transfer-Encoding contradict each other (send one of them)")
    for name, value in headers:
        if not _HEADER_NAME.fullmatch(name):
            raise BadRequestError(f"{shown(name)} is no name of a header")
        if any((byte < 0x20 and byte != 0x09) or byte == 0x7F for byte in value):
            raise BadRequestError(f"the header {name.decode('ascii')} spans lines or holds control bytes")


def shown(value: bytes) -> str:
    """Return what of a host or a name an error may show."""
    return repr(value[:100].decode("ascii", "replace"))
