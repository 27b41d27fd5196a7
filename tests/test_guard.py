"""The guard lets this machine's tools pass, and no page of a browser, nor HTTP that can be read in two ways."""

import pytest

from signer_proxy import guard
from signer_proxy.errors import BadRequestError, GuardHostError, GuardOriginError, SignerError
from signer_proxy.message import Headers, Request
from signer_proxy.runtime import Trust

PORT = 8080
NOBODY = Trust()
"""Lets in nobody beside the tools of this machine."""


def request(
    *headers: tuple[bytes, bytes], method: str = "GET", target: bytes = b"/", authority: bytes = b""
) -> Request:
    """Return a request to PORT; the Host is right where the headers name none."""
    named = {name.lower() for name, _ in headers}
    host: Headers = () if authority or b"host" in named else ((b"Host", b"localhost:8080"),)
    return Request(method, target, (*host, *headers), b"", authority, port=PORT)


OURS = {
    "name": b"localhost:8080",
    "name-upper-case": b"LocalHost:8080",
    "name-below": b"snaptrade.localhost:8080",
    "name-far-below": b"a.b-c.1.localhost:8080",
    "ipv4": b"127.0.0.1:8080",
    "ipv6": b"[::1]:8080",
}
NOT_OURS = {
    "empty": b"",
    "foreign": b"evil.example:8080",
    "rebound": b"127.0.0.1.evil.example:8080",
    "name-as-a-prefix": b"localhost.evil.example:8080",
    "name-as-a-suffix": b"evillocalhost:8080",
    "no-port": b"localhost",
    "ipv6-no-port": b"[::1]",
    "other-port": b"localhost:8081",
    "port-with-zeros": b"localhost:08080",
    "port-empty": b"localhost:",
    "port-twice": b"localhost:8080:8080",
    "trailing-dot": b"localhost.:8080",
    "leading-dot": b".localhost:8080",
    "empty-label": b"a..localhost:8080",
    "userinfo": b"user@localhost:8080",
    "userinfo-that-looks-like-ours": b"localhost:8080@evil.example:8080",
    "wildcard": b"0.0.0.0:8080",
    "other-loopback": b"127.0.0.2:8080",
    "short-ipv4": b"127.1:8080",
    "number": b"2130706433:8080",
    "ipv6-long": b"[0:0:0:0:0:0:0:1]:8080",
    "ipv6-mapped": b"[::ffff:127.0.0.1]:8080",
    "ipv6-zone": b"[::1%lo]:8080",
    "ipv6-bare": b"::1:8080",
    "list": b"localhost:8080,evil.example",
    "space": b"localhost:8080 ",
    "path": b"localhost:8080/",
    "non-ascii": "loc\u212aalhost:8080".encode(),
    "not-utf8": b"\xfflocalhost:8080",
}


@pytest.mark.parametrize("host", [pytest.param(host, id=name) for name, host in OURS.items()])
def test_host_of_this_machine_passes(host: bytes) -> None:
    """Loopback names with this port pass, as Host and as the authority of an absolute target."""
    guard.check(request((b"Host", host)), NOBODY)
    guard.check(request(authority=host), NOBODY)
    guard.check(request((b"host", host), authority=host), NOBODY)


@pytest.mark.parametrize("host", [pytest.param(host, id=name) for name, host in NOT_OURS.items()])
def test_other_host_is_refused(host: bytes) -> None:
    """Whatever is not exactly a loopback name with this port could be a page whose name was rebound."""
    with pytest.raises(GuardHostError, match=r"is not this proxy \(ask for http://127.0.0.1:8080"):
        guard.check(request((b"Host", host)), NOBODY)


@pytest.mark.parametrize("host", [b"signer-proxy:8080", b"SIGNER-proxy:8080"])
def test_allowed_host_passes(host: bytes) -> None:
    """A host that the config allows passes, in any case and with its port alone."""
    trust = Trust(allowed_hosts=frozenset({"signer-proxy:8080"}))
    guard.check(request((b"Host", host)), trust)
    guard.check(request(authority=host), trust)
    for other in (b"signer-proxy", b"signer-proxy:8081", b"x.signer-proxy:8080"):
        with pytest.raises(GuardHostError, match="allowed_hosts"):
            guard.check(request((b"Host", other)), trust)


def test_missing_host_is_refused() -> None:
    """A request that says no host is not known to be for us."""
    with pytest.raises(GuardHostError):
        guard.check(Request("GET", b"/", port=PORT), NOBODY)


@pytest.mark.parametrize("host", [b"localhost", b"127.0.0.1", b"[::1]", b"localhost:80"])
def test_port_80_may_be_left_out(host: bytes) -> None:
    """On plain HTTP's default port a Host needs no port."""
    guard.check(Request("GET", b"/", ((b"Host", host),), port=80), NOBODY)


def test_long_host_is_cut_in_the_error() -> None:
    """An error shows at most 100 bytes of what was sent."""
    with pytest.raises(GuardHostError) as caught:
        guard.check(request((b"Host", b"a" * 5000)), NOBODY)
    assert "a" * 100 in str(caught.value)
    assert "a" * 101 not in str(caught.value)


BROWSER: dict[str, Headers] = {
    "origin-foreign": ((b"Origin", b"https://evil.example"),),
    "origin-null": ((b"origin", b"null"),),
    "origin-of-this-port": ((b"Origin", b"http://localhost:8080"),),
    "origin-empty": ((b"Origin", b""),),
    "origin-with-same-origin": ((b"Origin", b"https://evil.example"), (b"Sec-Fetch-Site", b"same-origin")),
    "site-cross": ((b"Sec-Fetch-Site", b"cross-site"),),
    "site-same": ((b"sec-fetch-site", b"same-site"),),
    "site-upper-case": ((b"Sec-Fetch-Site", b"CROSS-SITE"),),
    "site-unknown": ((b"Sec-Fetch-Site", b"new-word"),),
    "site-empty": ((b"Sec-Fetch-Site", b""),),
    "site-twice": ((b"Sec-Fetch-Site", b"none"), (b"Sec-Fetch-Site", b"cross-site")),
}


@pytest.mark.parametrize("headers", [pytest.param(headers, id=name) for name, headers in BROWSER.items()])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_page_in_a_browser_is_refused(method: str, headers: Headers) -> None:
    """Any Origin, and any Sec-Fetch-Site that another page may have caused, is refused for every method."""
    with pytest.raises(GuardOriginError):
        guard.check(request(*headers, method=method), NOBODY)


@pytest.mark.parametrize("site", [b"none", b"same-origin", b"None"])
def test_address_bar_passes(site: bytes) -> None:
    """What a person typed into the browser is no page's request."""
    guard.check(request((b"Sec-Fetch-Site", site)), NOBODY)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_known_methods_pass(method: str) -> None:
    """The methods of the APIs pass."""
    guard.check(request(method=method), NOBODY)


MALFORMED: dict[str, tuple[Request, str]] = {
    "connect": (request(method="CONNECT", target=b"api:443"), "method 'CONNECT'"),
    "trace": (request(method="TRACE"), "method 'TRACE'"),
    "method-lower-case": (request(method="get"), "method 'get'"),
    "method-of-http2": (request(method="PRI"), "method 'PRI'"),
    "asterisk": (request(method="OPTIONS", target=b"*"), "the target is not a path"),
    "target-empty": (request(target=b""), "the target is not a path"),
    "target-authority": (request(target=b"localhost:8080"), "the target is not a path"),
    "absolute-foreign": (request(authority=b"evil.example"), "the request line names 'evil.example'"),
    "absolute-other-port": (request(authority=b"localhost:1"), "the request line names 'localhost:1'"),
    "absolute-other-host": (
        request((b"Host", b"127.0.0.1:8080"), authority=b"localhost:8080"),
        "the request line names 'localhost:8080'",
    ),
    "host-twice": (request((b"Host", b"localhost:8080"), (b"hOST", b"localhost:8080")), "Host stands there twice"),
    "profile-twice": (
        request((b"Signer-Profile", b"a"), (b"signer-profile", b"a")),
        "Signer-Profile stands there twice",
    ),
    "length-twice": (
        request((b"Content-Length", b"1"), (b"content-length", b"1")),
        "Content-Length stands there twice",
    ),
    "length-and-coding": (
        request((b"Content-Length", b"1"), (b"Transfer-Encoding", b"chunked")),
        "contradict each other",
    ),
    "value-line-end": (request((b"X-A", b"a\r\n b")), "X-A spans lines or holds control bytes"),
    "value-bare-return": (request((b"X-A", b"a\rX-B: c")), "X-A spans lines or holds control bytes"),
    "value-nul": (request((b"X-A", b"\0")), "X-A spans lines or holds control bytes"),
    "value-delete": (request((b"X-A", b"\x7f")), "X-A spans lines or holds control bytes"),
    "name-empty": (request((b"", b"a")), "'' is no name of a header"),
    "name-space": (request((b"X-A ", b"a")), "'X-A ' is no name of a header"),
    "name-line-end": (request((b"X-A\r\nSignature", b"a")), "is no name of a header"),
    "name-colon": (request((b":authority", b"a")), "':authority' is no name of a header"),
    "name-non-ascii": (request((b"X-\xe9", b"a")), "is no name of a header"),
}


@pytest.mark.parametrize(("malformed", "reason"), [pytest.param(*row, id=name) for name, row in MALFORMED.items()])
def test_request_that_can_be_read_in_two_ways_is_refused(malformed: Request, reason: str) -> None:
    """Two parsers must not come to different requests from the same bytes."""
    with pytest.raises(BadRequestError, match=reason):
        guard.check(malformed, NOBODY)


def test_values_of_any_text_pass() -> None:
    """Tabs and bytes beyond ASCII are allowed in values."""
    guard.check(request((b"X-A", b"a\tb \xe9\xff"), (b"X!#$%&'*+-.^_`|~1", b"")), NOBODY)


@pytest.mark.parametrize(("malformed", "reason"), [pytest.param(*row, id=name) for name, row in MALFORMED.items()])
def test_no_value_of_another_header_is_shown(malformed: Request, reason: str) -> None:
    """Errors show names, hosts and methods; the values of other headers may be secrets."""
    secret = (b"Authorization", b"hush")
    with pytest.raises(SignerError, match=reason) as caught:
        guard.check(
            Request(
                malformed.method, malformed.target, (*malformed.headers, secret), b"", malformed.authority, port=PORT
            ),
            NOBODY,
        )
    assert "hush" not in str(caught.value)
