"""Read the content of a request, the value that its signature covers, from the bytes of its body."""

import zlib
from collections.abc import Sequence

from signer_proxy.sandbox.errors import ApiError
from signer_proxy.sandbox.strict_json import parse_json

MAX_BODY = 16 * 1024 * 1024
"""In bytes, as sent and as unpacked."""

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


def read_content(body: bytes, encodings: Sequence[bytes]) -> object:
    """Return what the JSON of `body` says, or None where there is no body; `encodings` are its Content-Encodings.

    Read as a Python server reads it: of two equal keys the last one counts. What Python reads beyond JSON
    (NaN, Infinity, numbers that overflow) is refused with an ApiError, and so is what is no UTF-8.
    """
    unpacked = _unpack(body, encodings)
    if not unpacked:
        return None
    try:
        return parse_json(unpacked)
    except (ValueError, RecursionError) as e:
        raise ApiError(
            400,
            "JSON parse error",
            reason="bad-json",
            why="A body must be JSON in UTF-8, since the signature covers its canonical form; this one is not.",
        ) from e


def too_large() -> ApiError:
    """Return the refusal of a body over MAX_BODY."""
    return ApiError(
        413,
        "Request body is too large",
        reason="body-too-large",
        why=f"A body may have at most {MAX_BODY} bytes, as sent and as unpacked.",
    )


def _unpack(body: bytes, encodings: Sequence[bytes]) -> bytes:
    named = [name.strip().lower() for value in encodings for name in value.split(b",")]
    if not body or named in ([], [b"identity"]):
        return body
    if named not in ([b"gzip"], [b"deflate"]):
        raise ApiError(
            415,
            "Unsupported content encoding",
            reason="unsupported-encoding",
            why="A body must come plain, or packed once with gzip or deflate; the signature covers what is in it.",
        )
    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        unpacked = unpacker.decompress(body, MAX_BODY + 1)
    except zlib.error as e:
        raise _broken_packing() from e
    if len(unpacked) > MAX_BODY:
        raise too_large()
    if not unpacker.eof or unpacker.unused_data:
        raise _broken_packing()
    return unpacked


def _broken_packing() -> ApiError:
    return ApiError(
        400,
        "Request body cannot be unpacked",
        reason="bad-packing",
        why="The body is not what its Content-Encoding says: it is damaged, cut, or has bytes behind its end.",
    )
