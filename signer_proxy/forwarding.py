"""Headers on their way through: hop-by-hop ones stay here, ours go in, the others keep their order and bytes.

Source: RFC 9110, section 7.6.1. A `Via` is not added: the daemon stands in for the tool on its own machine.
"""

from signer_proxy.message import Answer, Header, Headers, values, without

_HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding"
    b" upgrade".split()
)
_READABLE = frozenset(b"gzip x-gzip deflate identity".split())
# `Connection` may name further headers to drop, but not those that make the message what it is.
_END_TO_END = frozenset(b"authorization content-encoding content-length content-type host".split())


def request_headers(headers: Headers, authority: bytes, body: bytes) -> Headers:
    """Return what of a request's headers goes upstream: `Host` in its place, the body's length where it has one."""
    dropped = _dropped(headers) | {b"expect"}
    framed = any(key.lower() in (b"content-length", b"transfer-encoding") for key, _ in headers)
    length = b"%d" % len(body)
    kept: list[Header] = []
    for key, value in headers:
        match key.lower():
            case b"host" | b"content-length" as name if values(kept, name):
                pass  # one is enough
            case b"host":
                kept.append((key, authority))
            case b"content-length":
                kept.append((key, length))
            case name if name not in dropped and not name.startswith(b"signer-"):
                kept.append((key, value))
    result = _join_cookies(tuple(kept))
    if not values(result, b"host"):
        result = ((b"Host", authority), *result)
    if (body or framed) and not values(result, b"content-length"):
        result = (*result, (b"Content-Length", length))
    return result


def passing_headers(headers: Headers, authority: bytes) -> Headers:
    """Return what of a request's headers passes on to a host that is no upstream's, on a connection of its own.

    `Host` says what the request line said (RFC 9112, section 3.2.2), else it could name an upstream behind that host.
    """
    dropped = (_dropped(headers) | {b"host"}) - {b"transfer-encoding"}
    kept = ((key, value) for key, value in headers if key.lower() not in dropped)
    others = tuple((key, value) for key, value in kept if not key.lower().startswith(b"signer-"))
    return ((b"Host", authority), *others, (b"Connection", b"close"))


def readable_codings(headers: Headers) -> Headers:
    """Return headers that ask for no other packing of the answer than those that we can unpack, to read it."""
    return tuple(
        (key, _readable(value)) if key.lower() == b"accept-encoding" else (key, value) for key, value in headers
    )


def _readable(value: bytes) -> bytes:
    codings = [coding.strip() for coding in value.split(b",")]
    kept = [coding for coding in codings if coding.partition(b";")[0].strip().lower() in _READABLE]
    return b", ".join(kept) or b"identity"


def answer_headers(answer: Answer, method: str) -> Headers:
    """Return what of an answer's headers goes to the client, with the length of the body as we hold it."""
    dropped = _dropped(answer.headers)
    kept = tuple(
        (key, value)
        for key, value in answer.headers
        if key.lower() not in dropped and not key.lower().startswith(b"signer-")
    )
    if answer.status == 204:  # RFC 9110, section 8.6: such an answer has no length
        return without(kept, b"content-length")
    if method == "HEAD" or answer.status == 304:  # the same: the length of a body that is not sent
        return kept
    length = b"%d" % len(answer.body)
    if values(kept, b"content-length") == [length]:
        return kept
    return (*without(kept, b"content-length"), (b"Content-Length", length))


def _dropped(headers: Headers) -> frozenset[bytes]:
    named = {name.strip().lower() for value in values(headers, b"connection") for name in value.split(b",")}
    return _HOP_BY_HOP | (named - _END_TO_END)


def _join_cookies(headers: Headers) -> Headers:
    """Put HTTP/2's cookie crumbs into one header (RFC 9113, section 8.2.3)."""
    crumbs = values(headers, b"cookie")
    if len(crumbs) < 2:
        return headers
    return (*without(headers, b"cookie"), (b"Cookie", b"; ".join(crumbs)))
