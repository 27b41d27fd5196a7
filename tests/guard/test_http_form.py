"""A request that two parsers could read differently is refused, and the error shows no header's value."""

import pytest

from signer_proxy.errors import BadRequestError
from signer_proxy.guard import http_form
from signer_proxy.message import Request


def request(*headers: tuple[bytes, bytes], method: str = "GET", target: bytes = b"/") -> Request:
    """Return a request."""
    return Request(method, target, headers)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_known_methods_pass(method: str) -> None:
    """The methods of the APIs pass."""
    http_form.check(request(method=method))


MALFORMED: dict[str, tuple[Request, str]] = {
    "connect": (request(method="CONNECT", target=b"api:443"), "method 'CONNECT'"),
    "trace": (request(method="TRACE"), "method 'TRACE'"),
    "method-lower-case": (request(method="get"), "method 'get'"),
    "method-of-http2": (request(method="PRI"), "method 'PRI'"),
    "asterisk": (request(method="OPTIONS", target=b"*"), "the target is not a path"),
    "target-empty": (request(target=b""), "the target is not a path"),
    "target-authority": (request(target=b"localhost:8080"), "the target is not a path"),
    "host-twice": (request((b"Host", b"localhost:8080"), (b"hOST", b"localhost:8080")), "Host stands there twice"),
    "profile-twice": (
        request((b"Signer-Profile", b"a"), (b"signer-profile", b"a")),
        "Signer-Profile stands there twice",
    ),
    "origin-twice": (request((b"Origin", b"a://b"), (b"origin", b"a://b")), "Origin stands there twice"),
    "token-twice": (request((b"Signer-Token", b"a"), (b"signer-token", b"a")), "Signer-Token stands there twice"),
    "proxy-credentials-twice": (
        request((b"Proxy-Authorization", b"a"), (b"proxy-authorization", b"b")),
        "Proxy-Authorization stands there twice",
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
        http_form.check(malformed)


def test_values_of_any_text_pass() -> None:
    """Tabs and bytes beyond ASCII are allowed in values."""
    http_form.check(request((b"X-A", b"a\tb \xe9\xff"), (b"X!#$%&'*+-.^_`|~1", b"")))


@pytest.mark.parametrize(("malformed", "reason"), [pytest.param(*row, id=name) for name, row in MALFORMED.items()])
def test_no_value_of_another_header_is_shown(malformed: Request, reason: str) -> None:
    """Errors show names, hosts and methods; the values of other headers may be secrets."""
    secret = (b"Authorization", b"hush")
    with pytest.raises(BadRequestError, match=reason) as caught:
        http_form.check(Request(malformed.method, malformed.target, (*malformed.headers, secret)))
    assert "hush" not in str(caught.value)
