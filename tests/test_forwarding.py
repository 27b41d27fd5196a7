"""Headers on their way: hop-by-hop ones stay here, ours do not leak, all others keep order, case and bytes."""

import pytest

from signer_proxy.forwarding import answer_headers, readable_codings, request_headers
from signer_proxy.message import Answer, Headers

HOST = (b"Host", b"api.example")

REQUESTS: dict[str, tuple[Headers, bytes, Headers]] = {
    "host-added": ((), b"", (HOST,)),
    "host-in-its-place": (
        ((b"X-A", b"1"), (b"hOST", b"localhost:8080"), (b"X-B", b"2")),
        b"",
        ((b"X-A", b"1"), (b"hOST", b"api.example"), (b"X-B", b"2")),
    ),
    "host-once": (((b"Host", b"a"), (b"Host", b"b")), b"", (HOST,)),
    "order-case-duplicates-bytes": (
        (HOST, (b"x-b", b"\xff"), (b"X-A", b"1"), (b"x-B", b""), (b"X-A", b"1")),
        b"",
        (HOST, (b"x-b", b"\xff"), (b"X-A", b"1"), (b"x-B", b""), (b"X-A", b"1")),
    ),
    "hop-by-hop": (
        (
            HOST,
            (b"Connection", b"keep-alive"),
            (b"Keep-Alive", b"5"),
            (b"Proxy-Connection", b"x"),
            (b"Proxy-Authorization", b"x"),
            (b"TE", b"trailers"),
            (b"Trailer", b"X-T"),
            (b"Upgrade", b"websocket"),
            (b"Expect", b"100-continue"),
            (b"Accept", b"*/*"),
        ),
        b"",
        (HOST, (b"Accept", b"*/*")),
    ),
    "named-by-connection": (
        (
            HOST,
            (b"Connection", b"close, X-Hop"),
            (b"x-hop", b"1"),
            (b"connection", b" x-two ,"),
            (b"X-Two", b"2"),
            (b"X-A", b"3"),
        ),
        b"",
        (HOST, (b"X-A", b"3")),
    ),
    "connection-cannot-name-what-counts": (
        (
            HOST,
            (b"Connection", b"host, content-type, content-length, authorization, content-encoding"),
            (b"Content-Type", b"a"),
            (b"Authorization", b"b"),
            (b"Content-Encoding", b"c"),
            (b"Content-Length", b"1"),
        ),
        b"x",
        (
            HOST,
            (b"Content-Type", b"a"),
            (b"Authorization", b"b"),
            (b"Content-Encoding", b"c"),
            (b"Content-Length", b"1"),
        ),
    ),
    "ours": (
        (HOST, (b"Signer-Profile", b"a"), (b"signer-token", b"b"), (b"X-Signer-A", b"c")),
        b"",
        (HOST, (b"X-Signer-A", b"c")),
    ),
    "cookie-crumbs": (
        (HOST, (b"cookie", b"a=1"), (b"X-A", b"1"), (b"cookie", b"b=2")),
        b"",
        (HOST, (b"X-A", b"1"), (b"Cookie", b"a=1; b=2")),
    ),
    "cookie-alone": ((HOST, (b"cookie", b"a=1"), (b"X-A", b"1")), b"", (HOST, (b"cookie", b"a=1"), (b"X-A", b"1"))),
    "length-in-its-place": (
        (HOST, (b"content-length", b"9"), (b"X-A", b"1")),
        b"abc",
        (HOST, (b"content-length", b"3"), (b"X-A", b"1")),
    ),
    "length-once": (
        (HOST, (b"Content-Length", b"3"), (b"Content-Length", b"3")),
        b"abc",
        (HOST, (b"Content-Length", b"3")),
    ),
    "length-zero-stays": ((HOST, (b"Content-Length", b"0")), b"", (HOST, (b"Content-Length", b"0"))),
    "length-for-chunks": ((HOST, (b"Transfer-Encoding", b"chunked")), b"abc", (HOST, (b"Content-Length", b"3"))),
    "length-for-no-chunks": ((HOST, (b"Transfer-Encoding", b"chunked")), b"", (HOST, (b"Content-Length", b"0"))),
    "length-for-http2": ((HOST,), b"abc", (HOST, (b"Content-Length", b"3"))),
}


@pytest.mark.parametrize(("came", "body", "leave"), [pytest.param(*row, id=name) for name, row in REQUESTS.items()])
def test_headers_of_a_request(came: Headers, body: bytes, leave: Headers) -> None:
    """What goes upstream: one Host, one length that is right, nothing of this hop, nothing of ours."""
    assert request_headers(came, b"api.example", body) == leave


ANSWERS: dict[str, tuple[str, Answer, Headers]] = {
    "as-it-came": (
        "GET",
        Answer(
            200, ((b"content-length", b"2"), (b"Set-Cookie", b"a"), (b"X-A", b"\xff"), (b"set-cookie", b"b")), b"ok"
        ),
        ((b"content-length", b"2"), (b"Set-Cookie", b"a"), (b"X-A", b"\xff"), (b"set-cookie", b"b")),
    ),
    "chunked": (
        "GET",
        Answer(200, ((b"Transfer-Encoding", b"chunked"), (b"X-A", b"1")), b"ok"),
        ((b"X-A", b"1"), (b"Content-Length", b"2")),
    ),
    "until-close": ("GET", Answer(200, (), b"ok"), ((b"Content-Length", b"2"),)),
    "no-body": ("POST", Answer(201), ((b"Content-Length", b"0"),)),
    "length-twice": (
        "GET",
        Answer(200, ((b"Content-Length", b"2"), (b"content-length", b"2")), b"ok"),
        ((b"Content-Length", b"2"),),
    ),
    "hop-by-hop": (
        "GET",
        Answer(
            200,
            (
                (b"Connection", b"close, x-hop"),
                (b"X-Hop", b"1"),
                (b"Keep-Alive", b"5"),
                (b"Upgrade", b"h2c"),
                (b"Content-Length", b"0"),
            ),
        ),
        ((b"Content-Length", b"0"),),
    ),
    "not-as-ours": (
        "GET",
        Answer(403, ((b"Signer-Error", b"internal"), (b"signer-profile", b"x"))),
        ((b"Content-Length", b"0"),),
    ),
    "head-keeps-the-length": ("HEAD", Answer(200, ((b"Content-Length", b"99"),)), ((b"Content-Length", b"99"),)),
    "head-without-length": ("HEAD", Answer(200, ((b"Transfer-Encoding", b"chunked"),)), ()),
    "not-modified-keeps-the-length": ("GET", Answer(304, ((b"Content-Length", b"99"),)), ((b"Content-Length", b"99"),)),
    "no-content-has-no-length": ("DELETE", Answer(204, ((b"Content-Length", b"5"), (b"X-A", b"1"))), ((b"X-A", b"1"),)),
}


@pytest.mark.parametrize(("method", "answer", "leave"), [pytest.param(*row, id=name) for name, row in ANSWERS.items()])
def test_headers_of_an_answer(method: str, answer: Answer, leave: Headers) -> None:
    """What goes to the client: all of the API's headers but those of the hop, and the length of the body we hold."""
    assert answer_headers(answer, method) == leave


READABLE: dict[str, tuple[bytes, bytes]] = {
    "all of it": (b"gzip, deflate", b"gzip, deflate"),
    "with weights": (b"br;q=1.0, gzip;q=0.8, *;q=0.1", b"gzip;q=0.8"),
    "none of it": (b"br, zstd", b"identity"),
    "any": (b"*", b"identity"),
    "empty": (b"", b"identity"),
}


@pytest.mark.parametrize(("sent", "left"), READABLE.values(), ids=READABLE)
def test_only_readable_codings_are_asked_for(sent: bytes, left: bytes) -> None:
    """Where an answer has to be read, it is asked for in no packing that we cannot open; other headers stay."""
    headers = ((b"X-A", b"br"), (b"Accept-Encoding", sent))
    assert readable_codings(headers) == ((b"X-A", b"br"), (b"Accept-Encoding", left))
