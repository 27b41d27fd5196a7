"""A body is JSON in UTF-8, plain or packed once, or it is refused with a reason."""

import gzip
import json
import zlib

import pytest

from signer_proxy.sandbox.content import MAX_BODY, read_content
from signer_proxy.sandbox.errors import ApiError

GZIP = [b"gzip"]
DOCUMENT = {"name": "Zoë", "units": 10**30}
TEXT = json.dumps(DOCUMENT).encode()


@pytest.mark.parametrize(
    ("body", "encodings", "expected"),
    [
        pytest.param(b"", [], None, id="no body"),
        pytest.param(b"", GZIP, None, id="no body, said to be packed"),
        pytest.param(b"null", [], None, id="null"),
        pytest.param(b" [] ", [b"identity"], [], id="named as plain"),
        pytest.param(TEXT, [], DOCUMENT, id="object"),
        pytest.param(gzip.compress(TEXT), [b" GZIP "], DOCUMENT, id="gzip"),
        pytest.param(zlib.compress(TEXT), [b"deflate"], DOCUMENT, id="deflate"),
        pytest.param(b'{"a": 1, "a": 2}', [], {"a": 2}, id="key twice"),
    ],
)
def test_content_is_read(body: bytes, encodings: list[bytes], expected: object) -> None:
    """What the JSON says is returned; of two equal keys the last one counts."""
    assert read_content(body, encodings) == expected


@pytest.mark.parametrize(
    ("body", "encodings", "expected"),
    [
        pytest.param(b"{", [], (400, "bad-json"), id="cut"),
        pytest.param(b"a=1&b=2", [], (400, "bad-json"), id="a form"),
        pytest.param(b" ", [], (400, "bad-json"), id="white space"),
        pytest.param(b"\xef\xbb\xbf{}", [], (400, "bad-json"), id="byte order mark"),
        pytest.param(b'"\xff"', [], (400, "bad-json"), id="no UTF-8"),
        pytest.param("{}".encode("utf-16"), [], (400, "bad-json"), id="UTF-16"),
        pytest.param(b"NaN", [], (400, "bad-json"), id="NaN"),
        pytest.param(b"[-Infinity]", [], (400, "bad-json"), id="Infinity"),
        pytest.param(b"1e400", [], (400, "bad-json"), id="overflow"),
        pytest.param(b"1" * 5000, [], (400, "bad-json"), id="integer that Python refuses"),
        pytest.param(b"[" * 200_000, [], (400, "bad-json"), id="nested too deeply"),
        pytest.param(gzip.compress(TEXT)[:-4], GZIP, (400, "bad-packing"), id="packing cut"),
        pytest.param(gzip.compress(TEXT) + b"x", GZIP, (400, "bad-packing"), id="bytes behind the packing"),
        pytest.param(TEXT, GZIP, (400, "bad-packing"), id="not packed"),
        pytest.param(TEXT, [b"br"], (415, "unsupported-encoding"), id="unknown packing"),
        pytest.param(TEXT, [b"gzip", b"gzip"], (415, "unsupported-encoding"), id="packed twice"),
        pytest.param(gzip.compress(b"0" * (MAX_BODY + 1)), GZIP, (413, "body-too-large"), id="gzip bomb"),
    ],
)
def test_other_bodies_are_refused(body: bytes, encodings: list[bytes], expected: tuple[int, str]) -> None:
    """What is no JSON, or more than JSON, has an answer with its reason."""
    with pytest.raises(ApiError) as caught:
        read_content(body, encodings)
    assert (caught.value.status, caught.value.reason) == expected
