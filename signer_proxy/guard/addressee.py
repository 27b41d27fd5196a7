"""Whom a request is for: on an upstream's port this proxy by a name of this machine, on the forward port one upstream.

A page whose name was rebound to 127.0.0.1 names itself in `Host` (RFC 9110, section 7.2). On the forward port CONNECT,
SNI, request line and Host must say the same, else what is signed for one host could be meant for another.
"""

import re
from collections.abc import Collection, Iterator

from signer_proxy import destination
from signer_proxy.destination import DEFAULT_PORTS
from signer_proxy.errors import BadRequestError, GuardHostError
from signer_proxy.guard.http_form import shown
from signer_proxy.message import Request, values

_LOOPBACK_NAME = re.compile(r"(?:(?:[a-z0-9-]+\.)*localhost|127\.0\.0\.1|\[::1\])")


def check_is_us(request: Request, allowed: Collection[str]) -> None:
    """Let a request pass that names this proxy and its port. Raises BadRequestError, GuardHostError."""
    host = b"".join(values(request.headers, b"host"))
    way_out = f"ask for http://127.0.0.1:{request.port}, or for localhost on the same port"
    if request.authority:
        if not _is_ours(request.authority, request.port, allowed) or host not in (b"", request.authority):
            raise BadRequestError(f"the request line names {shown(request.authority)}, not this proxy ({way_out})")
    elif not _is_ours(host, request.port, allowed):
        raise GuardHostError(f"Host {shown(host)} is not this proxy ({way_out}, or add it to allowed_hosts)")


def check_agreement(request: Request) -> None:
    """Let a request to the forward port pass that names one host in all its parts; whose it is, the route says.

    Raises BadRequestError, GuardHostError.
    """
    if request.tunnel is None and not request.authority:
        raise BadRequestError(
            "this port is an explicit proxy, and the request line names no host"
            " (set it as your tool's proxy, or call an upstream's own port)"
        )
    if request.scheme not in DEFAULT_PORTS:
        raise BadRequestError(f"the request line names the scheme {request.scheme[:20]!r} (send http or https)")
    if request.tunnel is not None and (request.scheme == "https") != request.tunnel.is_tls:
        raise BadRequestError(f"the request line says {request.scheme}, and the tunnel says otherwise (send the path)")
    (first, meant), *others = _named(request)
    place = destination.read(meant, request.scheme)
    if place is None:
        raise BadRequestError(f"{first} names {shown(meant)}, which is no host with a port (send host:port alone)")
    for where, said in others:
        agrees = (
            said.lower() == place.host.encode()
            if where == "SNI"  # which is a name without a port
            else destination.read(said, request.scheme) == place
        )
        if not agrees:
            raise GuardHostError(
                f"{where} says {shown(said)}, and {first} says {shown(meant)} (ask for one host and port in both)"
            )


def check_connect(request: Request) -> None:
    """Let a CONNECT pass that asks for one host and port. Raises BadRequestError, GuardHostError."""
    asked = destination.read(request.authority, "https")
    if asked is None or not request.authority.endswith(b":%d" % asked.port):
        raise BadRequestError(f"CONNECT asks for {shown(request.authority)} (ask for host:port)")
    for host in values(request.headers, b"host"):
        said = destination.read(host, "https")
        is_bare = said is not None and not host.endswith(b":%d" % said.port)  # some tools leave the port out
        if said is None or said.host != asked.host or not (is_bare or said.port == asked.port):
            raise GuardHostError(
                f"Host says {shown(host)}, and CONNECT says {shown(request.authority)} (name one host and port in both)"
            )


def _named(request: Request) -> Iterator[tuple[str, bytes]]:
    """Yield the places that name the host, the one that decides first."""
    if request.tunnel is not None:
        yield "CONNECT", request.tunnel.authority
        if request.tunnel.sni is not None:
            yield "SNI", request.tunnel.sni.encode("ascii", "replace")
    if request.authority:
        yield "the request line", request.authority
    hosts = values(request.headers, b"host")
    if hosts or not request.authority:
        yield "Host", b"".join(hosts)


def _is_ours(authority: bytes, port: int, allowed: Collection[str]) -> bool:
    if authority.decode("ascii", "replace").lower() in allowed:
        return True
    name, colon, digits = authority.decode("ascii", "replace").lower().rpartition(":")
    if not colon or digits.endswith("]"):  # no port: the default one of plain HTTP
        name, digits = authority.decode("ascii", "replace").lower(), "80"
    return digits == str(port) and _LOOPBACK_NAME.fullmatch(name) is not None
