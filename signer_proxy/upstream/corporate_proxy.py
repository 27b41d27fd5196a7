"""The proxy that an organisation puts before the world: which one the environment names, and for what it is asked."""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

import aiohttp
from yarl import URL

from signer_proxy.destination import DEFAULT_PORTS, is_loopback
from signer_proxy.upstream import no_proxy

_VARIABLES: Final = (("https_proxy", "HTTPS_PROXY"), ("all_proxy", "ALL_PROXY"))


@dataclass(frozen=True, slots=True)
class CorporateProxy:
    """A proxy that tunnels to https upstreams."""

    variable: str
    """The variable that names it."""
    url: URL | None
    """Without credentials; None where the variable holds no URL of a proxy that can be used."""
    headers: Mapping[str, str] = field(repr=False)
    """What it is shown beside the address: who asks, where the variable says that."""
    exceptions: tuple[str, ...]
    """The entries of NO_PROXY."""

    @property
    def name(self) -> str:
        """What an error calls it."""
        return f"{self.url.host_subcomponent}:{self.url.port} of {self.variable}" if self.url else self.variable

    @property
    def problem(self) -> str:
        """Say what is wrong where there is no URL; the value could hold a password, so it is not shown."""
        return (
            f"{self.variable}: must be the URL of a proxy that speaks HTTP, such as http://proxy.example:3128, got "
            "something else (mend it, unset it, or name the upstream's host in NO_PROXY)"
        )

    def is_for(self, origin: str) -> bool:
        """Tell whether requests to an origin go by it: those over https to other machines, less the exceptions."""
        parts = urlsplit(origin)
        host = parts.hostname or ""
        if parts.scheme != "https" or is_loopback(host):
            return False
        return not any(no_proxy.covers(entry, host, parts.port or DEFAULT_PORTS["https"]) for entry in self.exceptions)

    async def is_here(self) -> bool:
        """Tell whether it is on this machine, by whatever name: `0.0.0.0`, `127.1` and our own name lead here, too."""
        host = (self.url.host if self.url else None) or ""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError:  # nobody has the name, so it leads nowhere
            return is_loopback(host)
        return any(_is_own(family, address) for family, _, _, _, address in found)


def named_by(environ: Mapping[str, str]) -> CorporateProxy | None:
    """Return the proxy that the environment names, or None; the variable in lower case comes first, as everywhere."""
    for names in _VARIABLES:
        variable = next((name for name in names if name in environ), None)
        if variable is not None and environ[variable].strip():
            url, headers = _read(environ[variable].strip())
            return CorporateProxy(variable, url, headers, no_proxy.entries(environ))
    return None


def _read(text: str) -> tuple[URL | None, Mapping[str, str]]:
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        url = _url(parts)
        if parts.username is None:
            return url, {}
        credentials = aiohttp.encode_basic_auth(unquote(parts.username), unquote(parts.password or ""))
    except ValueError:  # a port beyond all ports, brackets that hold no address, a colon in the user's name
        return None, {}
    return url, {"Proxy-Authorization": credentials}


def _url(parts: SplitResult) -> URL | None:
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        return None
    return URL.build(scheme=parts.scheme, host=parts.hostname, port=parts.port or DEFAULT_PORTS[parts.scheme])


def _is_own(family: socket.AddressFamily, address: tuple[str | int | bytes, ...]) -> bool:
    """Tell whether an address is this machine's: then a socket can be bound to it."""
    found = ip_address(str(address[0]).partition("%")[0])
    if found.is_loopback or found.is_unspecified:
        return True
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((address[0], 0, *address[2:]))
    except OSError:
        return False
    return True
