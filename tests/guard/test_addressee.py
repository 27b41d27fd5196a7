"""On the forward port all parts of a request name one host, or it goes nowhere."""

import pytest

from signer_proxy.errors import BadRequestError, GuardHostError
from signer_proxy.guard import addressee
from signer_proxy.message import Headers, Request, Tunnel


def absolute(authority: bytes, host: bytes | None, scheme: str = "http") -> Request:
    """Return a request whose request line names `authority`."""
    headers: Headers = () if host is None else ((b"Host", host),)
    return Request("GET", b"/", headers, authority=authority, scheme=scheme)


def tunnelled(
    connect: bytes, sni: str | None, host: bytes | None, *, is_tls: bool = True, line: bytes = b"", scheme: str = ""
) -> Request:
    """Return a request inside a tunnel; `line` is what its request line names beside the path."""
    headers: Headers = () if host is None else ((b"Host", host),)
    tunnel = Tunnel(connect, is_tls, sni)
    return Request(
        "GET", b"/", headers, authority=line, scheme=scheme or ("https" if is_tls else "http"), tunnel=tunnel
    )


AGREEING = {
    "absolute": absolute(b"api.example", b"api.example"),
    "absolute-no-host": absolute(b"api.example", None),
    "absolute-case": absolute(b"API.example", b"api.EXAMPLE"),
    "absolute-default-port": absolute(b"api.example:80", b"api.example"),
    "absolute-default-port-in-host": absolute(b"api.example", b"api.example:80"),
    "absolute-https": absolute(b"api.example", b"api.example:443", "https"),
    "absolute-port": absolute(b"127.0.0.1:8090", b"127.0.0.1:8090"),
    "absolute-ipv6": absolute(b"[::1]:8090", b"[::1]:8090"),
    "tunnel": tunnelled(b"api.example:443", "api.example", b"api.example"),
    "tunnel-case": tunnelled(b"API.example:443", "Api.example", b"api.EXAMPLE:443"),
    "tunnel-port": tunnelled(b"api.example:8443", "api.example", b"api.example:8443"),
    "tunnel-no-sni": tunnelled(b"127.0.0.1:8443", None, b"127.0.0.1:8443"),
    "tunnel-plain": tunnelled(b"api.example:80", None, b"api.example", is_tls=False),
    "tunnel-absolute": tunnelled(b"api.example:443", "api.example", b"api.example", line=b"api.example"),
    "tunnel-absolute-no-host": tunnelled(b"api.example:443", "api.example", None, line=b"api.example:443"),
}


@pytest.mark.parametrize("asked", AGREEING.values(), ids=AGREEING)
def test_agreeing_request_passes(asked: Request) -> None:
    """Case does not matter, and the default port of the scheme may be left out."""
    addressee.check_agreement(asked)


DIFFERING = {
    "absolute-host": (absolute(b"api.example", b"other.example"), "Host", "the request line"),
    "absolute-host-empty": (absolute(b"api.example", b""), "Host", "the request line"),
    "absolute-port": (absolute(b"api.example", b"api.example:8080"), "Host", "the request line"),
    "absolute-default-port-of-another-scheme": (
        absolute(b"api.example:443", b"api.example"),
        "Host",
        "the request line",
    ),
    "absolute-port-with-zeros": (absolute(b"api.example", b"api.example:080"), "Host", "the request line"),
    "tunnel-sni": (tunnelled(b"api.example:443", "other.example", b"api.example"), "SNI", "CONNECT"),
    "tunnel-sni-below": (tunnelled(b"api.example:443", "x.api.example", b"api.example"), "SNI", "CONNECT"),
    "tunnel-sni-non-ascii": (tunnelled(b"api.example:443", "\u212apI.example", b"api.example"), "SNI", "CONNECT"),
    "tunnel-sni-with-port": (tunnelled(b"api.example:443", "api.example:443", b"api.example"), "SNI", "CONNECT"),
    "tunnel-host": (tunnelled(b"api.example:443", "api.example", b"other.example"), "Host", "CONNECT"),
    "tunnel-host-of-the-sni": (tunnelled(b"api.example:443", None, b"other.example"), "Host", "CONNECT"),
    "tunnel-host-missing": (tunnelled(b"api.example:443", "api.example", None), "Host", "CONNECT"),
    "tunnel-host-default-port": (tunnelled(b"api.example:8443", "api.example", b"api.example"), "Host", "CONNECT"),
    "tunnel-host-trailing-dot": (tunnelled(b"api.example:443", "api.example", b"api.example."), "Host", "CONNECT"),
    "tunnel-plain-default-port": (
        tunnelled(b"api.example:443", None, b"api.example", is_tls=False),
        "Host",
        "CONNECT",
    ),
    "tunnel-line": (
        tunnelled(b"api.example:443", "api.example", b"api.example", line=b"other.example"),
        "the request line",
        "CONNECT",
    ),
    "tunnel-line-and-host": (
        tunnelled(b"api.example:443", "api.example", b"other.example", line=b"api.example"),
        "Host",
        "CONNECT",
    ),
}


@pytest.mark.parametrize(("asked", "one", "other"), DIFFERING.values(), ids=DIFFERING)
def test_differing_request_is_refused(asked: Request, one: str, other: str) -> None:
    """The error names both places that differ."""
    with pytest.raises(GuardHostError, match=rf"^{one} says '.*', and {other} says 'api\.example(:\d+)?' \(ask for"):
        addressee.check_agreement(asked)


MEANINGLESS = {
    "origin-form": (absolute(b"", b"api.example"), "this port is an explicit proxy"),
    "scheme-unknown": (absolute(b"api.example", b"api.example", "ftp"), "the scheme 'ftp'"),
    "scheme-of-the-tunnel": (
        tunnelled(b"api.example:443", "api.example", b"api.example", line=b"api.example", scheme="http"),
        "the tunnel says otherwise",
    ),
    "user": (absolute(b"me@api.example", b"api.example"), "is no host"),
    "port-empty": (absolute(b"api.example:", b"api.example"), "is no host"),
    "port-twice": (absolute(b"api.example:80:80", b"api.example"), "is no host"),
    "non-ascii": (absolute(b"\xe9.example", b"\xe9.example"), "is no host"),
}


@pytest.mark.parametrize(("asked", "reason"), MEANINGLESS.values(), ids=MEANINGLESS)
def test_request_that_names_no_host_is_refused(asked: Request, reason: str) -> None:
    """A request line that no explicit proxy can read is told so."""
    with pytest.raises(BadRequestError, match=reason):
        addressee.check_agreement(asked)


def connect(authority: bytes, *hosts: bytes) -> Request:
    """Return a CONNECT."""
    return Request("CONNECT", b"", tuple((b"Host", host) for host in hosts), authority=authority)


@pytest.mark.parametrize("host", [None, b"api.example:443", b"API.example", b"api.example"])
def test_connect_passes(host: bytes | None) -> None:
    """Tools send Host with the port, without it, or not at all."""
    addressee.check_connect(connect(b"api.example:443", *([] if host is None else [host])))


@pytest.mark.parametrize("authority", [b"", b"api.example", b"api.example:", b"api.example:0", b"u@api.example:443"])
def test_connect_without_host_and_port_is_refused(authority: bytes) -> None:
    """CONNECT asks for a host and a port, and for nothing else (RFC 9110, section 9.3.6)."""
    with pytest.raises(BadRequestError, match=r"ask for host:port"):
        addressee.check_connect(connect(authority))


@pytest.mark.parametrize("host", [b"other.example:443", b"api.example:80", b"", b"localhost:8888"])
def test_connect_with_another_host_is_refused(host: bytes) -> None:
    """A Host that says something else than CONNECT is not guessed about."""
    with pytest.raises(GuardHostError, match=r"and CONNECT says 'api\.example:443'"):
        addressee.check_connect(connect(b"api.example:443", host))
