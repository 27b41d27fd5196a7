"""The guard lets this machine's tools pass, and no page of a browser, nor HTTP that can be read in two ways."""

import pytest
from pydantic import SecretStr

from signer_proxy.errors import BadRequestError, GuardHostError, GuardOriginError, GuardTokenError
from signer_proxy.guard import guard
from signer_proxy.message import Headers, Request, Tunnel
from signer_proxy.runtime import Trust

PORT = 8080
NOBODY = Trust()
"""Lets in nobody beside the tools of this machine."""
PAGES = Trust(allowed_origins=frozenset({b"http://localhost:3000"}))
KNOWN = Trust(client_token=SecretStr("hush"))


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
    guard.check(request((b"Host", host)), NOBODY, is_forward=False)
    guard.check(request(authority=host), NOBODY, is_forward=False)
    guard.check(request((b"host", host), authority=host), NOBODY, is_forward=False)


@pytest.mark.parametrize("host", [pytest.param(host, id=name) for name, host in NOT_OURS.items()])
def test_other_host_is_refused(host: bytes) -> None:
    """Whatever is not exactly a loopback name with this port could be a page whose name was rebound."""
    with pytest.raises(GuardHostError, match=r"is not this proxy \(ask for http://127.0.0.1:8080"):
        guard.check(request((b"Host", host)), NOBODY, is_forward=False)


@pytest.mark.parametrize("host", [b"signer-proxy:8080", b"SIGNER-proxy:8080"])
def test_allowed_host_passes(host: bytes) -> None:
    """A host that the config allows passes, in any case and with its port alone."""
    trust = Trust(allowed_hosts=frozenset({"signer-proxy:8080"}))
    guard.check(request((b"Host", host)), trust, is_forward=False)
    guard.check(request(authority=host), trust, is_forward=False)
    for other in (b"signer-proxy", b"signer-proxy:8081", b"x.signer-proxy:8080"):
        with pytest.raises(GuardHostError, match="allowed_hosts"):
            guard.check(request((b"Host", other)), trust, is_forward=False)


def test_missing_host_is_refused() -> None:
    """A request that says no host is not known to be for us."""
    with pytest.raises(GuardHostError):
        guard.check(Request("GET", b"/", port=PORT), NOBODY, is_forward=False)


@pytest.mark.parametrize("host", [b"localhost", b"127.0.0.1", b"[::1]", b"localhost:80"])
def test_port_80_may_be_left_out(host: bytes) -> None:
    """On plain HTTP's default port a Host needs no port."""
    guard.check(Request("GET", b"/", ((b"Host", host),), port=80), NOBODY, is_forward=False)


def test_long_host_is_cut_in_the_error() -> None:
    """An error shows at most 100 bytes of what was sent."""
    with pytest.raises(GuardHostError) as caught:
        guard.check(request((b"Host", b"a" * 5000)), NOBODY, is_forward=False)
    assert "a" * 100 in str(caught.value)
    assert "a" * 101 not in str(caught.value)


BROWSER: dict[str, Headers] = {
    "origin-foreign": ((b"Origin", b"https://evil.example"),),
    "origin-null": ((b"origin", b"null"),),
    "origin-of-this-port": ((b"Origin", b"http://localhost:8080"),),
    "origin-empty": ((b"Origin", b""),),
    "origin-upper-case": ((b"Origin", b"HTTP://LOCALHOST:3000"),),
    "origin-other-port": ((b"Origin", b"http://localhost:3001"),),
    "origin-other-scheme": ((b"Origin", b"https://localhost:3000"),),
    "origin-longer": ((b"Origin", b"http://localhost:3000.evil.example"),),
    "origin-with-a-path": ((b"Origin", b"http://localhost:3000/"),),
    "origin-list": ((b"Origin", b"http://localhost:3000 https://evil.example"),),
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
@pytest.mark.parametrize("trust", [NOBODY, PAGES], ids=["no-page-allowed", "another-page-allowed"])
def test_page_in_a_browser_is_refused(trust: Trust, method: str, headers: Headers) -> None:
    """Any Origin but an allowed one, and any Sec-Fetch-Site that another page may have caused, is refused."""
    with pytest.raises(GuardOriginError):
        guard.check(request(*headers, method=method), trust, is_forward=False)
    with pytest.raises(GuardOriginError):
        guard.check(request(*headers, method=method, authority=b"api.example"), trust, is_forward=True)
    with pytest.raises(GuardOriginError):
        guard.check_connect(Request("CONNECT", b"", headers, authority=b"api.example:443"), trust)


@pytest.mark.parametrize("site", [b"cross-site", b"same-site", b"same-origin", b"none"])
def test_page_of_an_allowed_origin_passes(site: bytes) -> None:
    """The Origin of a page that the config allows decides, however far that page is from us."""
    page = ((b"Origin", b"http://localhost:3000"), (b"Sec-Fetch-Site", site))
    guard.check(request(*page), PAGES, is_forward=False)
    guard.check(request(*page, authority=b"api.example"), PAGES, is_forward=True)


TOKEN = (b"Signer-Token", b"hush")
PROXY_TOKEN = (b"Proxy-Authorization", b"Bearer hush")


def test_token_is_asked_for_last() -> None:
    """Who is refused for another reason does not learn whether a token is needed."""
    with pytest.raises(BadRequestError):
        guard.check(request(method="TRACE"), KNOWN, is_forward=False)
    with pytest.raises(GuardHostError):
        guard.check(request((b"Host", b"evil.example")), KNOWN, is_forward=False)
    with pytest.raises(GuardOriginError):
        guard.check(request((b"Origin", b"null")), KNOWN, is_forward=False)
    with pytest.raises(GuardTokenError) as caught:
        guard.check(request(), KNOWN, is_forward=False)
    assert caught.value.status == 401
    guard.check(request(TOKEN), KNOWN, is_forward=False)


def test_preflight_needs_no_token() -> None:
    """A browser sends none with it: host and origin decide."""
    guard.check_without_token(request(method="OPTIONS"), KNOWN, is_forward=False)
    with pytest.raises(GuardHostError):
        guard.check_without_token(request((b"Host", b"evil.example"), method="OPTIONS"), KNOWN, is_forward=False)


def test_token_on_the_forward_port() -> None:
    """There a proxy's challenge is the answer, and a proxy's credentials do."""
    with pytest.raises(GuardTokenError) as caught:
        guard.check(request(authority=b"api.example"), KNOWN, is_forward=True)
    assert caught.value.status == 407
    guard.check(request(PROXY_TOKEN, authority=b"api.example"), KNOWN, is_forward=True)
    guard.check(request(TOKEN, authority=b"api.example"), KNOWN, is_forward=True)


def test_token_of_a_tunnel() -> None:
    """CONNECT needs it, and what comes through the tunnel does not."""
    with pytest.raises(GuardTokenError) as caught:
        guard.check_connect(Request("CONNECT", b"", authority=b"api.example:443"), KNOWN)
    assert caught.value.status == 407
    guard.check_connect(Request("CONNECT", b"", (PROXY_TOKEN,), authority=b"api.example:443"), KNOWN)
    with pytest.raises(BadRequestError, match="stands there twice"):
        guard.check_connect(Request("CONNECT", b"", (PROXY_TOKEN, PROXY_TOKEN), authority=b"api.example:443"), KNOWN)
    tunnel = Tunnel(b"api.example:443", is_tls=True, sni="api.example")
    inside = Request("GET", b"/", ((b"Host", b"api.example"),), scheme="https", tunnel=tunnel)
    guard.check(inside, KNOWN, is_forward=True)


def test_proxy_credentials_do_on_the_forward_port_alone() -> None:
    """Elsewhere this is no proxy to its clients, and the header is none of ours."""
    with pytest.raises(GuardTokenError):
        guard.check(request(PROXY_TOKEN), KNOWN, is_forward=False)


@pytest.mark.parametrize("site", [b"none", b"same-origin", b"None"])
def test_address_bar_passes(site: bytes) -> None:
    """What a person typed into the browser is no page's request."""
    guard.check(request((b"Sec-Fetch-Site", site)), NOBODY, is_forward=False)


ABSOLUTE: dict[str, tuple[Request, str]] = {
    "foreign": (request(authority=b"evil.example"), "the request line names 'evil.example'"),
    "other-port": (request(authority=b"localhost:1"), "the request line names 'localhost:1'"),
    "other-host": (
        request((b"Host", b"127.0.0.1:8080"), authority=b"localhost:8080"),
        "the request line names 'localhost:8080'",
    ),
}


@pytest.mark.parametrize(("absolute", "reason"), ABSOLUTE.values(), ids=ABSOLUTE)
def test_absolute_target_that_is_not_ours_is_refused(absolute: Request, reason: str) -> None:
    """An upstream's port is no explicit proxy: a request line names this proxy, or no host."""
    with pytest.raises(BadRequestError, match=reason):
        guard.check(absolute, NOBODY, is_forward=False)


SILENT = ((b"User-Agent", b"Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0"),)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param((b"Sec-Fetch-Site", b"none"), id="typed-into-the-address-bar"),
        pytest.param((b"Origin", b"http://localhost:3000"), id="allowed-page"),
    ],
)
def test_browser_that_says_who_asks_passes_the_forward_port(headers: tuple[bytes, bytes]) -> None:
    """With Origin or Sec-Fetch-Site a browser is judged by these."""
    trust = Trust(allowed_origins=frozenset({b"http://localhost:3000"}))
    asked = Request("GET", b"/", (*SILENT, headers), authority=b"api.example", port=PORT)
    guard.check(asked, trust, is_forward=True)


def test_browser_that_says_nothing_is_refused_on_the_forward_port() -> None:
    """Any page can make a browser send such a request, and only to a URL in the clear beyond this machine."""
    with pytest.raises(GuardOriginError, match="ask for the https:// URL"):
        guard.check(Request("GET", b"/", SILENT, authority=b"api.example", port=PORT), NOBODY, is_forward=True)
    guard.check(request(*SILENT), NOBODY, is_forward=False)
