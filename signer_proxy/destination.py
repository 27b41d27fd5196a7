"""Where a request wants to go: the host and port of a request line, a CONNECT or a Host header, in one form."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address, ip_address
from typing import Final

DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_AUTHORITY: Final = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?")


@dataclass(frozen=True, slots=True)
class Destination:
    """A host in lower case, an IPv6 address in brackets, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def read(authority: bytes, scheme: str) -> Destination | None:
    """Return what an authority names, with the default port of `scheme` where it has none; None for what is none."""
    found = _AUTHORITY.fullmatch(authority.decode("ascii", "replace").lower())
    if found is None:
        return None
    host, port = found[1], int(found[2]) if found[2] else DEFAULT_PORTS[scheme]
    if host.startswith("["):
        try:
            host = f"[{IPv6Address(host[1:-1])}]"
        except AddressValueError:
            return None
    return Destination(host, port) if port <= 65535 else None


def is_loopback(host: str) -> bool:
    """Tell whether a host, an IPv6 address in brackets or not, is this machine by its name (RFC 6761, section 6.3)."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:  # a name: where another one leads is not looked up
        return host == "localhost" or host.endswith(".localhost")
