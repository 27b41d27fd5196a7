"""Who may talk to the proxy: this machine's own tools, and no page in a browser.

The port is open to every program on this machine, so also to any web page that a browser here shows: a page can send
simple requests across origins, and one whose name is rebound to 127.0.0.1 can even read the answers. `Host` tells the
second apart (RFC 9110, section 7.2), `Origin` and `Sec-Fetch-Site` the first (Fetch Metadata Request Headers).
"""

import re
from collections.abc import Collection

from signer_proxy.errors import BadRequestError, GuardHostError, GuardOriginError
from signer_proxy.message import Request, values
from signer_proxy.runtime import Trust

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_LOOPBACK_NAME = re.compile(r"(?:(?:[a-z0-9-]+\.)*localhost|127\.0\.0\.1|\[::1\])")
_HEADER_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
_NO_PAGE = (b"none", b"same-origin")


def check(request: Request, trust: Trust) -> None:
    """Let a request pass that can be read in one way and that comes from somebody who is trusted.

    Raises BadRequestError, GuardHostError, GuardOriginError.
    """
    _check_form(request)
    _check_host(request, trust.allowed_hosts)
    _check_browser(request)


def _check_form(request: Request) -> None:
    if request.method not in METHODS:
        raise BadRequestError(f"method {request.method!r} is not one of {', '.join(sorted(METHODS))}")
    if not request.target.startswith(b"/"):
        raise BadRequestError("the target is not a path (send requests as /path?query)")
    for name in (b"host", b"signer-profile", b"content-length"):
        if len(values(request.headers, name)) > 1:
            raise BadRequestError(f"the header {name.decode().title()} stands there twice (send it once)")
    if values(request.headers, b"content-length") and values(request.headers, b"transfer-encoding"):
        raise BadRequestError("Content-Length and Transfer-Encoding contradict each other (send one of them)")
    for name, value in request.headers:
        if not _HEADER_NAME.fullmatch(name):
            raise BadRequestError(f"{_shown(name)} is no name of a header")
        if any((byte < 0x20 and byte != 0x09) or byte == 0x7F for byte in value):
            raise BadRequestError(f"the header {name.decode('ascii')} spans lines or holds control bytes")


def _check_host(request: Request, allowed: Collection[str]) -> None:
    host = b"".join(values(request.headers, b"host"))
    way_out = f"ask for http://127.0.0.1:{request.port}, or for localhost on the same port"
    if request.authority:
        if not _is_ours(request.authority, request.port, allowed) or host not in (b"", request.authority):
            raise BadRequestError(f"the request line names {_shown(request.authority)}, not this proxy ({way_out})")
    elif not _is_ours(host, request.port, allowed):
        raise GuardHostError(f"Host {_shown(host)} is not this proxy ({way_out}, or add it to allowed_hosts)")


def _is_ours(authority: bytes, port: int, allowed: Collection[str]) -> bool:
    if authority.decode("ascii", "replace").lower() in allowed:
        return True
    name, colon, digits = authority.decode("ascii", "replace").lower().rpartition(":")
    if not colon or digits.endswith("]"):  # no port: the default one of plain HTTP
        name, digits = authority.decode("ascii", "replace").lower(), "80"
    return digits == str(port) and _LOOPBACK_NAME.fullmatch(name) is not None


def _check_browser(request: Request) -> None:
    origins = values(request.headers, b"origin")
    if origins:
        raise GuardOriginError(
            f"Origin {_shown(origins[0])} is a page in a browser, and no page may use this proxy (call it from a tool)"
        )
    if any(site.lower() not in _NO_PAGE for site in values(request.headers, b"sec-fetch-site")):
        raise GuardOriginError("Sec-Fetch-Site says that another site's page asks (call the proxy from a tool)")


def _shown(value: bytes) -> str:
    return repr(value[:100].decode("ascii", "replace"))
