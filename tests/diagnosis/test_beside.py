"""Mistakes that only show beside another one, profiles with another rule, and bodies that are packed."""

import gzip
import hmac
import json
from base64 import b64encode
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl, unquote, unquote_plus

import pytest

from signer_proxy.diagnosis.received import Received
from tests.diagnosis.catalogue import COMPACT, GET, dumping
from tests.diagnosis.signing import KEY, NOW, OURS, OWNER, Asked, codes, diagnosed

WIDE: Final = Asked(path="/snapTrade/%C3%A9", query=f"q=caf%C3%A9%20b&{OURS}", body='{"b":"x","a":"y"}')
UTF8: Final = dumping(**COMPACT, ensure_ascii=False)

CASES: Final[dict[str, tuple[Asked, set[str]]]] = {
    "decoded-query-by-stringify": (
        WIDE.but(signed_query=unquote, write=UTF8),
        {"query-decoded", "json-not-ascii"},
    ),
    "java-get-query": (
        WIDE.but(body="", method="GET", signed_query=unquote_plus, write=UTF8),
        {"query-decoded", "json-not-ascii"},
    ),
    "decoded-path-as-utf8": (WIDE.but(signed_path=unquote, write=UTF8), {"path-decoded", "json-not-ascii"}),
    "decoded-path-and-query": (
        WIDE.but(signed_path=unquote, signed_query=unquote),
        {"path-decoded", "query-decoded"},
    ),
    "text-as-double": (
        Asked(body='{"a": "1"}', content=lambda _: {"a": 1.0}),
        {"content-strings-as-numbers", "json-numbers-as-java-doubles"},
    ),
    "query-object-unsorted": (
        GET.but(
            query=f"z=1&a=2&{OURS}",
            signed_query=lambda query: dict(parse_qsl(query)),
            write=dumping(separators=(",", ":")),
        ),
        {"query-as-object", "json-keys-sorted-at-top-only"},
    ),
    "object-prefix-milliseconds": (
        Asked(
            method="GET",
            path="/accounts",
            query=OURS,
            body="",
            content=lambda _: {},
            signed_path=lambda path: f"/api/v1{path}",
            signed_query=lambda query: query.replace(str(NOW), f"{NOW}371"),
        ),
        {"content-empty-object", "path-prefix-added", "timestamp-milliseconds-signed"},
    ),
    "dumps-of-dumps": (
        Asked(content=lambda content: json.dumps(content, sort_keys=True)),
        {"content-as-string"},
    ),
    "latin-1": (
        Asked(body='{"a":"é"}', write=UTF8, base=lambda text: text.encode("latin-1")),
        {"base-encoded", "json-not-ascii"},
    ),
    "object-object": (Asked(content=lambda _: "[object Object]"), {"content-object-as-text"}),
}


@pytest.mark.parametrize(("asked", "expected"), CASES.values(), ids=CASES)
def test_mistakes_beside_others(asked: Asked, expected: set[str]) -> None:
    """Both are named."""
    found = diagnosed(asked.received())
    assert (found.verdict, set(codes(found))) == ("explained", expected)


def test_utf8_is_right_where_the_profile_says_so() -> None:
    """Under canonical_json = "utf8" it is the escapes that are wrong."""
    owner = replace(OWNER, canonical_json="utf8")
    assert diagnosed(Asked(write=UTF8).received(), owner).verdict == "right"
    assert codes(diagnosed(Asked().received(), owner)) == ["json-ascii"]


def packed(content: bytes, coding: bytes) -> Received:
    """Return a right request whose body is packed."""
    asked = Asked(headers=((b"Content-Encoding", coding),))
    return replace(asked.received(), body=content)


def test_packed_body_is_read() -> None:
    """Each coding that the proxy reads is read; a body that is not what its header says is said to be so."""
    body = Asked().body.encode()
    twice = gzip.compress(gzip.compress(body))
    assert diagnosed(packed(gzip.compress(body), b"x-gzip")).verdict == "right"
    assert diagnosed(packed(gzip.compress(body[:9]) + gzip.compress(body[9:]), b"gzip")).verdict == "right"
    assert diagnosed(packed(twice, b"gzip, gzip")).verdict == "right"
    assert codes(diagnosed(packed(gzip.compress(body)[:-9], b"gzip"))) == ["body-packing"]
    assert codes(diagnosed(packed(body, b"br"))) == ["body-packing"]


@pytest.mark.parametrize("mark", ["\x00signer-proxy-number:", "\x00", "\x00" + "0" * 64])
def test_no_text_is_taken_for_a_number(mark: str) -> None:
    """Whatever stands in a body, a right signature over it is right."""
    found = diagnosed(Asked(body=json.dumps({f"{mark}1": f"{mark}2", "n": 1.0})).received())
    assert (found.verdict, found.mistakes) == ("right", ())


def test_right_one_of_two_signatures_is_found() -> None:
    """All headers are read."""
    received = Asked().received()
    other = b64encode(hmac.digest(KEY.encode(), b"x", "sha256"))
    twice = replace(received, headers=((b"signature", other), *received.headers))
    assert codes(diagnosed(twice)) == ["signature-duplicated"]
