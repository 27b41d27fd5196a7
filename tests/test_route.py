"""On a forward port a request finds its upstream by the host and port that it names, and by nothing else."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from pydantic import SecretStr

from signer_proxy import route
from signer_proxy.errors import NoUpstreamError, ProxyTokenError
from signer_proxy.message import Request, Tunnel
from signer_proxy.proxy import passage
from signer_proxy.runtime import Runtime, Trust, Upstream


def upstream(name: str, origin: str) -> Upstream:
    """Return an upstream without profiles."""
    return Upstream(name, origin, origin.partition("://")[2].encode(), b"", None)


def runtime(*upstreams: Upstream) -> Runtime:
    """Return a runtime that routes, and does nothing else."""
    by_name = MappingProxyType({each.name: each for each in upstreams})
    return Runtime(by_name, MappingProxyType({}), "127.0.0.1", MappingProxyType({8888: None}), Trust(), 1, 1, 1, 1)


API = upstream("api", "https://api.example.com")
OTHER_PORT = upstream("other-port", "https://api.example.com:8443")
ODD_PORT = upstream("odd", "https://odd.example.com:9000")
PLAIN = upstream("plain", "http://127.0.0.1:4010")
SIX = upstream("six", "http://[::1]:4010")
ALL = runtime(API, OTHER_PORT, ODD_PORT, PLAIN, SIX)

FOUND: dict[str, tuple[str, bytes, str]] = {
    "http-on-80-for-https": ("http", b"odd.example.com", "odd"),
    "https-on-443": ("https", b"odd.example.com:443", "odd"),
    "exact-port": ("http", b"odd.example.com:9000", "odd"),
    "exact-port-before-default": ("https", b"api.example.com", "api"),
    "one-of-two-ports": ("https", b"api.example.com:8443", "other-port"),
    "upper-case": ("https", b"API.example.COM", "api"),
    "address": ("http", b"127.0.0.1:4010", "plain"),
    "address-default-port": ("http", b"127.0.0.1", "plain"),
    "ipv6": ("http", b"[0::1]:4010", "six"),
}
NOT_FOUND: dict[str, tuple[str, bytes]] = {
    "foreign": ("https", b"example.com"),
    "below": ("https", b"x.api.example.com"),
    "above": ("https", b"xapi.example.com"),
    "behind": ("https", b"api.example.com.evil.example"),
    "trailing-dot": ("https", b"odd.example.com."),
    "other-port": ("http", b"odd.example.com:9001"),
    "default-of-the-other-scheme": ("https", b"odd.example.com:80"),
    "default-is-ambiguous": ("http", b"api.example.com"),
    "nothing": ("http", b""),
    "unreadable": ("http", b"odd.example.com@evil.example"),
}


def chosen(request: Request) -> str:
    """Return the name of the upstream that a request finds."""
    return route.addressed(ALL, request).name


@pytest.mark.parametrize(("scheme", "authority", "name"), FOUND.values(), ids=FOUND)
def test_found(scheme: str, authority: bytes, name: str) -> None:
    """The exact port counts first, and then the default port of the request's scheme."""
    assert chosen(Request("GET", b"/", authority=authority, scheme=scheme)) == name
    inside = Tunnel(authority, is_tls=scheme == "https", sni=None)
    assert chosen(Request("GET", b"/", authority=b"evil.example", scheme=scheme, tunnel=inside)) == name


@pytest.mark.parametrize(("scheme", "authority"), NOT_FOUND.values(), ids=NOT_FOUND)
def test_not_found(scheme: str, authority: bytes) -> None:
    """Whatever is not exactly one upstream's host, with a port that leads there, leads nowhere."""
    with pytest.raises(NoUpstreamError, match="no one upstream is at"):
        chosen(Request("GET", b"/", authority=authority, scheme=scheme))


@pytest.mark.parametrize("port", [80, 443, 9000])
def test_connect(port: int) -> None:
    """A CONNECT may be for TLS or for plain HTTP, which is not known yet."""
    route.check_connect(ALL, Request("CONNECT", b"", authority=b"odd.example.com:%d" % port))


@pytest.mark.parametrize("authority", [b"example.com:443", b"odd.example.com:22", b"odd.example.com.:443"])
def test_connect_elsewhere(authority: bytes) -> None:
    """A CONNECT to anything else opens no tunnel."""
    with pytest.raises(NoUpstreamError):
        route.check_connect(ALL, Request("CONNECT", b"", authority=authority))


HOSTS: dict[str, tuple[bytes, bool]] = {
    "foreign": (b"example.com", True),
    "below": (b"x.api.example.com", True),
    "other-address": (b"127.0.0.2", True),
    "upstream": (b"api.example.com", False),
    "upstream-other-port": (b"api.example.com:22", False),
    "upstream-upper-case": (b"API.EXAMPLE.COM", False),
    "upstream-trailing-dot": (b"api.example.com.", False),
    "upstream-ipv6": (b"[0:0::1]:22", False),
    "unreadable": (b"user@example.com", False),
    "nothing": (b"", False),
}


@pytest.mark.parametrize(("authority", "is_foreign"), HOSTS.values(), ids=HOSTS)
def test_foreign(authority: bytes, is_foreign: bool) -> None:
    """A host is foreign when no upstream has it at any port, and passes where the port is lent alone."""
    request = Request("GET", b"/", authority=authority)
    assert route.is_foreign(ALL, request) is is_foreign
    assert passage.passes(ALL, request, is_lent=True) is is_foreign
    assert passage.passes(ALL, request, is_lent=False) is False


PEERS: dict[str, tuple[str, str, int, bool]] = {
    "far-away": ("192.0.2.1", "192.0.2.7", 8888, True),
    "this-machine-other-port": ("127.0.0.1", "127.0.0.1", 3000, True),
    "ours": ("127.0.0.1", "127.0.0.1", 8888, False),
    "ours-other-loopback": ("127.0.0.2", "127.0.0.1", 8888, False),
    "ours-ipv6": ("::1", "::1", 8888, False),
    "ours-mapped": ("::ffff:127.0.0.1", "::ffff:127.0.0.1", 8888, False),
    "ours-by-this-machine's-address": ("192.0.2.7", "192.0.2.7", 8888, False),
    "upstream": ("127.0.0.1", "127.0.0.1", 4010, False),
    "upstream-default-port": ("127.0.0.1", "127.0.0.1", 443, False),
    "upstream-ipv6": ("::1", "::1", 4010, False),
    "zone": ("fe80::1%eth0", "fe80::2%eth0", 8888, True),
}


@pytest.mark.parametrize(("peer", "near", "port", "is_open"), PEERS.values(), ids=PEERS)
def test_where_a_name_leads(peer: str, near: str, port: int, is_open: bool) -> None:
    """Whatever a foreign name resolves to, what passes reaches neither our own ports nor an upstream's address."""
    assert passage.is_open(ALL, (peer, port), near, is_ours=port == 8888) is is_open


@pytest.mark.parametrize("method", ["GET", "CONNECT"])
def test_passing_takes_the_token(method: str) -> None:
    """Where the config asks for a token, nothing passes for who does not send it."""
    asked = replace(ALL, trust=Trust(client_token=SecretStr("the-token")))
    headers = ((b"Proxy-Authorization", b"Bearer the-token"),)
    request = Request(method, b"/", headers, authority=b"example.com:80")
    assert passage.passes(asked, request, is_lent=True)
    with pytest.raises(ProxyTokenError):
        passage.passes(asked, replace(request, headers=()), is_lent=True)
