"""Packed bodies are unpacked as the header says, within a bound, or refused."""

import gzip
import zlib

import pytest

from signer_proxy.content_coding import unpack
from signer_proxy.errors import BodyTooLargeError, NotSignableError, SignerError

TEXT = b'{"userId":"alice"}'
PACKED = gzip.compress(TEXT)
LIMIT = 1000

UNPACKED: dict[str, tuple[bytes, list[bytes], bytes]] = {
    "none": (TEXT, [], TEXT),
    "identity": (TEXT, [b"identity"], TEXT),
    "empty-value": (TEXT, [b""], TEXT),
    "gzip": (PACKED, [b"gzip"], TEXT),
    "x-gzip-upper-case": (PACKED, [b" X-GZIP "], TEXT),
    "deflate": (zlib.compress(TEXT), [b"deflate"], TEXT),
    "gzip-members": (gzip.compress(TEXT[:5]) + gzip.compress(b"") + gzip.compress(TEXT[5:]), [b"gzip"], TEXT),
    "two-codings": (gzip.compress(zlib.compress(TEXT)), [b"deflate, gzip"], TEXT),
    "two-headers": (gzip.compress(zlib.compress(TEXT)), [b"deflate", b"identity, gzip"], TEXT),
    "nothing-packed": (gzip.compress(b""), [b"gzip"], b""),
    "no-body": (b"", [b"gzip"], b""),
    "exactly-the-limit": (gzip.compress(bytes(LIMIT)), [b"gzip"], bytes(LIMIT)),
    "exactly-the-limit-in-members": (gzip.compress(bytes(LIMIT)) + gzip.compress(b""), [b"gzip"], bytes(LIMIT)),
}


@pytest.mark.parametrize(
    ("body", "codings", "content"), [pytest.param(*row, id=name) for name, row in UNPACKED.items()]
)
def test_content_of_a_packed_body(body: bytes, codings: list[bytes], content: bytes) -> None:
    """Codings are undone from the last to the first, whatever their case and their number of headers."""
    assert unpack(body, codings, LIMIT) == content


BOMB = gzip.compress(gzip.compress(bytes(50_000_000)))
REFUSED: dict[str, tuple[bytes, list[bytes], type[SignerError], str]] = {
    "unknown": (TEXT, [b"br"], NotSignableError, "'br' cannot be unpacked here"),
    "unknown-behind-known": (PACKED, [b"zstd, gzip"], NotSignableError, "'zstd' cannot be unpacked here"),
    "not-packed": (TEXT, [b"gzip"], NotSignableError, "not packed as the header says"),
    "raw-deflate": (zlib.compress(TEXT, wbits=-15), [b"deflate"], NotSignableError, "not packed as the header says"),
    "cut": (PACKED[:-1], [b"gzip"], NotSignableError, "ends too early"),
    "checksum": (PACKED[:-5] + b"\0" + PACKED[-4:], [b"gzip"], NotSignableError, "not packed as the header says"),
    "garbage-behind-gzip": (PACKED + b"x", [b"gzip"], NotSignableError, "Content-Encoding: "),
    "garbage-behind-deflate": (zlib.compress(TEXT) * 2, [b"deflate"], NotSignableError, "something stands behind"),
    "members-without-end": (gzip.compress(b"") * 100_000, [b"gzip"], NotSignableError, "something stands behind"),
    "codings-without-end": (PACKED, [b"gzip," * 5], NotSignableError, "packed more than 4 times"),
    "one-too-many": (gzip.compress(bytes(LIMIT + 1)), [b"gzip"], BodyTooLargeError, "more than max_body, 1000 bytes"),
    "one-too-many-in-members": (gzip.compress(bytes(501)) * 2, [b"gzip"], BodyTooLargeError, "more than max_body"),
    "bomb": (gzip.compress(bytes(50_000_000)), [b"gzip"], BodyTooLargeError, "more than max_body"),
    "bomb-in-a-bomb": (BOMB, [b"gzip, gzip"], BodyTooLargeError, "more than max_body"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("body", "codings", "error", "reason"), [pytest.param(*row, id=name) for name, row in REFUSED.items()]
)
def test_what_cannot_be_unpacked_is_refused(
    body: bytes, codings: list[bytes], error: type[SignerError], reason: str
) -> None:
    """Unknown codings, broken bodies and whatever is beyond the limit are refused with the reason."""
    with pytest.raises(error, match=reason):
        unpack(body, codings, LIMIT)
