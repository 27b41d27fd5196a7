"""Unpack a body by its Content-Encoding, never into more than a bound (RFC 9110, section 8.4)."""

import zlib

from signer_proxy.errors import BodyTooLargeError, NotSignableError

# zlib's window bits: 16 more for gzip's header; `deflate` is zlib's own format (RFC 9110, section 8.4.1.2).
_GZIP_BITS = 31
_WINDOW_BITS = {b"gzip": _GZIP_BITS, b"x-gzip": _GZIP_BITS, b"deflate": 15}
# Each coding and each member of a gzip file costs time that its few bytes do not show.
_MOST_CODINGS = 4
_MOST_MEMBERS = 64


def unpack(body: bytes, codings: list[bytes], limit: int) -> bytes:
    """Return the content of `body`, given its Content-Encoding header values and the limit in bytes.

    Raises BodyTooLargeError beyond the limit, NotSignableError for a coding that we do not know or a broken body.
    """
    names = [name.strip().lower() for value in codings for name in value.split(b",")]
    names = [name for name in names if name not in (b"", b"identity")]
    if len(names) > _MOST_CODINGS:
        raise NotSignableError(f"Content-Encoding: the body is packed more than {_MOST_CODINGS} times (pack it once)")
    for name in reversed(names):
        if name not in _WINDOW_BITS:
            raise NotSignableError(
                f"Content-Encoding: a signature covers the unpacked body, and {name.decode('ascii', 'replace')!r} "
                "cannot be unpacked here (send gzip, deflate or the plain body)"
            )
        body = _inflate(body, _WINDOW_BITS[name], limit)
    return body


def _inflate(packed: bytes, window_bits: int, limit: int) -> bytes:
    unpacked = bytearray()
    members = 0
    while packed:
        members += 1
        stream = zlib.decompressobj(window_bits)
        try:
            unpacked += stream.decompress(packed, limit + 1 - len(unpacked))
        except zlib.error as e:
            raise NotSignableError("Content-Encoding: the body is not packed as the header says") from e
        if len(unpacked) > limit:
            raise BodyTooLargeError(
                f"the body unpacks to more than max_body, {limit} bytes (send less, or raise max_body in the config)"
            )
        if not stream.eof:
            raise NotSignableError("Content-Encoding: the packed body ends too early")
        packed = stream.unused_data
        if packed and (window_bits != _GZIP_BITS or members == _MOST_MEMBERS):  # gzip files may stand in a row
            raise NotSignableError("Content-Encoding: something stands behind the packed body (send only the body)")
    return bytes(unpacked)
