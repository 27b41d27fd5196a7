"""Our ends of TLS inside tunnels: for each upstream's host a certificate of the local authority."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL

from signer_proxy.authority.authority import Authority, Leaf

_PROTOCOLS: Final = (b"h2", b"http/1.1")  # RFC 7301; the first one that the client offers, in our order


class TlsEnds:
    """Keeps what is made in the directory `state`, and nothing before it is needed."""

    def __init__(self, state: Path) -> None:
        self._authority = Authority(state)
        self._contexts: dict[str, tuple[Leaf, SSL.Context]] = {}

    def authorities(self, hosts: frozenset[str]) -> str:
        """Return what a client must trust to believe us at `hosts`, as PEM; slow when it is new. Raises StartError."""
        return "".join(self._authority.certificate(host).read_text("ascii") for host in sorted(hosts))

    def prepare(self, hosts: frozenset[str], host: str) -> SSL.Context:
        """Return the context for one of the upstreams' `hosts`, IPv6 addresses in brackets; slow when it is new.

        Raises StartError where the authority cannot be had, ValueError for another host.
        """
        if host not in hosts:
            raise ValueError(f"our end of TLS is for upstreams' hosts alone, not for {host!r}")
        leaf = self._authority.leaf(host)
        known = self._contexts.get(host)
        if known is None or known[0] is not leaf:
            known = self._contexts[host] = leaf, _context(leaf)
        return known[1]

    def open(self, hosts: frozenset[str], host: str) -> SSL.Connection:
        """Return a server's end for one connection. Raises as `prepare`."""
        connection = SSL.Connection(self.prepare(hosts, host))
        connection.set_accept_state()
        return connection


def _context(leaf: Leaf) -> SSL.Context:
    key = load_pem_private_key(leaf.key_pem, None)
    assert isinstance(key, EllipticCurvePrivateKey)
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    own, *issuers = x509.load_pem_x509_certificates(leaf.chain_pem)
    context.use_certificate(own)
    for issuer in issuers:
        context.add_extra_chain_cert(issuer)
    context.use_privatekey(key)
    context.set_alpn_select_callback(_protocol)
    return context


def _protocol(_: SSL.Connection, offered: Sequence[bytes]) -> bytes | SSL._NoOverlappingProtocols:
    return next((each for each in _PROTOCOLS if each in offered), SSL.NO_OVERLAPPING_PROTOCOLS)
