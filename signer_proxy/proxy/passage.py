"""What passes a forward port untouched: requests to hosts that are no upstream's, where `exec` has lent the port."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from signer_proxy import route
from signer_proxy.destination import is_loopback
from signer_proxy.errors import NoUpstreamError
from signer_proxy.guard import guard
from signer_proxy.message import Request
from signer_proxy.runtime import Runtime

type Address = tuple[str, int]


def passes(runtime: Runtime, request: Request, *, is_lent: bool) -> bool:
    """Tell whether a request to a forward port, a CONNECT among them, goes on to where it wants.

    False for what is served here. Raises a SignerError for a CONNECT to where nothing is, and for whom is not trusted.
    """
    is_foreign = is_lent and route.is_foreign(runtime, request)
    if request.method == "CONNECT":
        guard.check_connect(request, runtime.trust)
        if not is_foreign:
            route.check_connect(runtime, request)
    elif is_foreign:
        guard.check_passing(request, runtime.trust)
        if request.scheme != "http":
            raise NoUpstreamError(
                "a request to a host that is no upstream's can only pass in the clear as http:// (send CONNECT for"
                " https://)"
            )
    return is_foreign


def is_open(runtime: Runtime, peer: Address, near: str, *, is_ours: bool) -> bool:
    """Tell whether what passes may go to `peer`; `near` is the address of this end of the connection to it.

    Its name does not tell. Closed are the ports on this machine that are ours or those of upstreams on this machine,
    which has many names and addresses, and upstreams whose host is an address.
    """
    address, port = _plain(peer[0]), peer[1]
    is_here = address.is_loopback or address == _plain(near)
    if is_here and (is_ours or any(each.port == port and is_loopback(each.host) for each in route.places(runtime))):
        return False
    return not route.is_upstream(runtime, _host(address), port)


def _plain(text: str) -> IPv4Address | IPv6Address:
    """Return an IP address without a zone, and as IPv4 where it only maps such a one."""
    address = ip_address(text.partition("%")[0])
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _host(address: IPv4Address | IPv6Address) -> str:
    return f"[{address}]" if isinstance(address, IPv6Address) else str(address)
