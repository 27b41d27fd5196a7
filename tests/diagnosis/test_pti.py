"""PTI's signatures: what is wrong with their lines, their JWS and their keys is named."""

import hashlib
import json
from base64 import b64encode
from dataclasses import replace
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA512

from signer_proxy.diagnosis.pti.credentials import wrong_kids
from signer_proxy.diagnosis.pti.diagnose import diagnose
from tests.diagnosis.pti_signing import (
    BODY,
    CLIENT,
    NOW,
    Asked,
    Private,
    b64,
    compact,
    key,
    private_jwk,
    raw_signature,
    thumbprint,
)

READ: Final = Asked(method="GET", target="/v1/users", body=b"")


def line(number: int, text: str) -> dict[str, Any]:
    """Put another line in the place of one."""
    return {"lines": lambda lines: [*lines[:number], text, *lines[number + 1 :]]}


def rs256(private: Private, signed: bytes) -> bytes:
    """Sign with SHA-256."""
    assert isinstance(private, RSAPrivateKey)
    return private.sign(signed, PKCS1v15(), SHA256())


def ps512(private: Private, signed: bytes) -> bytes:
    """Sign with the other padding."""
    assert isinstance(private, RSAPrivateKey)
    return private.sign(signed, PSS(MGF1(SHA512()), 64), SHA512())


def der(private: Private, signed: bytes) -> bytes:
    """Wrap a signature as an octet string."""
    return b"\x04\x40" + raw_signature(private, signed)


def der_numbers(private: Private, signed: bytes) -> bytes:
    """Wrap a signature as ECDSA's is: a sequence of two numbers."""
    raw = raw_signature(private, signed)
    numbers = [half.lstrip(b"\0") for half in (raw[:32], raw[32:])]
    numbers = [b"\0" + one if one[0] & 0x80 else one for one in numbers]
    inside = b"".join(b"\x02" + bytes([len(one)]) + one for one in numbers)
    return b"\x30" + bytes([len(inside)]) + inside


def unencoded(jws: str) -> str:
    """Sign the payload as it is, and say so."""
    header = {"alg": "EdDSA", "crv": "Ed25519", "cid": CLIENT, "kid": b64(thumbprint(key("ed25519"))), "b64": False}
    head = b64(json.dumps(header).encode())
    payload = Asked().payload
    return f"{head}..{b64(raw_signature(key('ed25519'), head.encode() + b'.' + payload))}"


def detached(jws: str) -> str:
    """Leave the payload out."""
    head, _, signature = jws.split(".")
    return f"{head}..{signature}"


def as_json(jws: str) -> str:
    """Write the JSON form."""
    head, payload, signature = jws.split(".")
    return json.dumps({"protected": head, "payload": payload, "signature": signature})


def padded(jws: str) -> str:
    """Pad each part."""
    return ".".join(part + "=" * (-len(part) % 4) for part in jws.split("."))


def sha(name: str) -> dict[str, Any]:
    """Hash the body otherwise."""
    return {"digest": lambda body: hashlib.new(name, body).hexdigest().upper()}


CATALOGUE: Final[dict[str, tuple[Asked, set[str]]]] = {
    "digest-lower": (Asked(digest=lambda body: hashlib.sha256(body).hexdigest()), {"digest-lower-case"}),
    "digest-md5": (Asked(**sha("md5")), {"digest-md5"}),
    "digest-sha1": (Asked(**sha("sha1")), {"digest-sha1"}),
    "digest-sha512": (Asked(**sha("sha512")), {"digest-sha512"}),
    "digest-base64": (
        Asked(digest=lambda body: b64encode(hashlib.sha256(body).digest()).decode()),
        {"digest-base64"},
    ),
    "digest-json": (
        Asked(digest=lambda body: hashlib.sha256(json.dumps(json.loads(body)).encode()).hexdigest().upper()),
        {"digest-of-other-json"},
    ),
    "digest-json-lower": (
        Asked(digest=lambda b: hashlib.sha256(json.dumps(json.loads(b), separators=(",", ":")).encode()).hexdigest()),
        {"digest-of-other-json", "digest-lower-case"},
    ),
    "digest-newline": (
        Asked(digest=lambda body: hashlib.sha256(body + b"\n").hexdigest().upper()),
        {"digest-of-other-line-ends"},
    ),
    "digest-empty": (Asked(digest=lambda _: hashlib.sha256(b"").hexdigest().upper()), {"digest-of-nothing"}),
    "digest-other": (Asked(digest=lambda _: hashlib.sha256(b"x").hexdigest().upper()), {"digest-differs"}),
    "digest-missing": (Asked(digest=lambda _: ""), {"digest-missing"}),
    "trailing-newline": (Asked(join=lambda lines: ("\n".join(lines) + "\n").encode()), {"lines-trailing-newline"}),
    "crlf": (Asked(join=lambda lines: "\r\n".join(lines).encode()), {"lines-crlf"}),
    "crlf-trailing": (
        Asked(join=lambda lines: ("\r\n".join(lines) + "\r\n").encode()),
        {"lines-crlf", "lines-trailing-newline"},
    ),
    "blanks": (READ.but(lines=lambda lines: [each for each in lines if each]), {"lines-blank-missing"}),
    "digest-on-get": (READ.but(**line(1, hashlib.sha256(b"").hexdigest().upper())), {"digest-without-body"}),
    "type-on-get": (READ.but(**line(2, "content-type:application/json")), {"content-type-without-body"}),
    "seven-lines": (Asked(lines=lambda lines: [*lines, "more"]), {"lines-count"}),
    "method": (Asked(**line(0, "post")), {"method-lower-case"}),
    "other-method": (Asked(**line(0, "PUT")), {"method-differs"}),
    "charset": (Asked(**line(2, "content-type:application/json")), {"content-type-charset"}),
    "no-charset": (
        Asked(content_type="application/json", **line(2, "content-type:application/json;charset=UTF-8")),
        {"content-type-charset"},
    ),
    "other-type": (Asked(**line(2, "content-type:text/plain")), {"content-type-differs"}),
    "prefix": (Asked(**line(2, "application/json; charset=utf-8")), {"line-prefix"}),
    "prefix-case": (Asked(**line(4, f"X-Pti-Client-Id: {CLIENT}")), {"line-prefix"}),
    "date": (Asked(**line(3, "date:Tue, 14 Nov 2023 22:13:21 GMT")), {"date-differs"}),
    "date-iso": (Asked(**line(3, "date:2023-11-14T22:13:20Z")), {"date-not-rfc1123"}),
    "date-offset": (Asked(**line(3, "date:Tue, 14 Nov 2023 22:13:20 +0000")), {"date-not-rfc1123"}),
    "date-sent-iso": (Asked(date="2023-11-14T22:13:20Z"), {"date-not-rfc1123"}),
    "client": (Asked(**line(4, "x-pti-client-id:other")), {"client-id-differs"}),
    "query": (Asked(**line(5, "/v1/users?q=1")), {"path-with-query"}),
    "v1": (Asked(**line(5, "/users")), {"path-base-missing"}),
    "v1-twice": (Asked(**line(5, "/v1/v1/users")), {"path-base-added"}),
    "url": (Asked(**line(5, "https://api.staging.fiant.io/v1/users")), {"path-with-host"}),
    "slash": (Asked(**line(5, "/v1/users/")), {"path-slash"}),
    "decoded": (Asked(target="/v1/a%20b", **line(5, "/v1/a b")), {"path-decoded"}),
    "other-path": (Asked(**line(5, "/v1/other")), {"path-differs"}),
    "kid-other": (Asked(header=lambda header: {**header, "kid": "key-1"}), {"kid-unknown"}),
    "kid-none": (Asked(header=lambda h: {name: h[name] for name in h if name != "kid"}), {"kid-missing"}),
    "kid-padded": (Asked(header=lambda header: {**header, "kid": header["kid"] + "="}), {"kid-padded"}),
    "kid-hex": (
        Asked(header=lambda header: {**header, "kid": thumbprint(key("ed25519")).hex()}),
        {"kid-hex"},
    ),
    "kid-sha1": (
        Asked(header=lambda header: {**header, "kid": b64(thumbprint(key("ed25519"), "sha1"))}),
        {"kid-other-hash"},
    ),
    "kid-private": (
        Asked(header=lambda h: {**h, "kid": next(iter(wrong_kids(private_jwk(key("ed25519")))))}),
        {"kid-of-private-jwk"},
    ),
    "cid": (Asked(header=lambda header: {**header, "cid": "other"}), {"jws-cid-wrong"}),
    "alg": (Asked(header=lambda header: {**header, "alg": "ES256"}), {"jws-wrong-alg"}),
    "crv": (Asked(header=lambda h: {name: h[name] for name in h if name != "crv"}), {"jws-crv-missing"}),
    "rs256": (Asked("rsa", sign=rs256, header=lambda h: {**h, "alg": "RS256"}), {"jws-wrong-alg"}),
    "rs256-hidden": (Asked("rsa", sign=rs256), {"jws-wrong-alg"}),
    "ps512": (Asked("rsa", sign=ps512), {"jws-wrong-alg"}),
    "detached": (Asked(jws=detached), {"jws-detached"}),
    "unencoded": (Asked(jws=unencoded), {"jws-detached", "jws-unencoded-payload"}),
    "json": (Asked(jws=as_json), {"jws-json"}),
    "padded": (Asked(jws=padded), {"jws-padded"}),
    "der": (Asked(sign=der), {"signature-der"}),
    "der-numbers": (Asked(sign=der_numbers), {"signature-der"}),
    "signature-hex": (Asked(sign=lambda k, signed: raw_signature(k, signed).hex().encode()), {"signature-hex"}),
    "payload-alone": (
        Asked(sign=lambda private, _: raw_signature(private, Asked().payload)),
        {"jws-payload-only-signed"},
    ),
    "two-parts": (Asked(jws=lambda jws: jws.rpartition(".")[0]), {"jws-not-compact"}),
    "query-and-lower": (
        Asked(lines=lambda lines: [lines[0], lines[1].lower(), *lines[2:5], f"{lines[5]}?q=1"]),
        {"digest-lower-case", "path-with-query"},
    ),
    "late": (Asked(date="Tue, 14 Nov 2023 21:13:20 GMT"), {"date-stale"}),
    "both": (Asked(more=((b"x-pti-token", b"t"),)), {"token-beside-signature"}),
    "two-dates": (Asked(more=((b"Date", b"x"),)), {"date-duplicated"}),
    "body-on-get": (READ.but(body=BODY), {"body-uncovered"}),
}


@pytest.mark.parametrize(("asked", "expected"), CATALOGUE.values(), ids=CATALOGUE)
def test_mistakes(asked: Asked, expected: set[str]) -> None:
    """A mistake is named by its code, and nothing else is."""
    found = diagnose(asked.received(), asked.owner(**wrong_kids(private_jwk(key(asked.kind)))), NOW)
    verdict = "unexplained" if "jws-not-compact" in expected else "explained"  # nothing proves whose it is
    assert (found.verdict, {mistake.code for mistake in found.mistakes}) == (verdict, expected)


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
@pytest.mark.parametrize("asked", [Asked(), READ, Asked(method="PATCH", body=b"")], ids=["post", "get", "no-body"])
def test_right_is_right(asked: Asked, kind: str) -> None:
    """What is signed as it must be is called right."""
    asked = asked.but(kind=kind)
    found = diagnose(asked.received(), asked.owner(), NOW)
    assert (found.verdict, found.mistakes) == ("right", ())


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_another_key_is_not_explained(kind: str) -> None:
    """A signature by another key is not explained, and the key comes first of what is left."""
    other = Ed25519PrivateKey.generate()
    size = 64 if kind == "ed25519" else 256
    asked = Asked(kind, sign=lambda _, signed: other.sign(signed) * (size // 64))
    found = diagnose(asked.received(), asked.owner(), NOW)
    assert found.verdict == "unexplained"
    assert "private key" in found.left[0]


def test_standard_base64_is_named() -> None:
    """A JWS in the alphabet of plain Base64 is read all the same."""
    for number in range(99):
        asked = Asked(target=f"/v1/users/{number}", jws=lambda jws: jws.replace("-", "+").replace("_", "/"))
        jws = asked.received().values(b"x-pti-signature")[0]
        if b"+" in jws or b"/" in jws:
            found = diagnose(asked.received(), asked.owner(), NOW)
            assert [mistake.code for mistake in found.mistakes] == ["jws-standard-base64"]
            return
    raise AssertionError("no such signature")


def test_sample_is_a_compact_jws() -> None:
    """The tests' own JWS has three parts."""
    assert compact({}, b"", lambda signed: signed).count(".") == 2


@pytest.mark.parametrize("text", [b"x", b"a.b.c", b"{}", b"\xff\xfe", b"e30.e30.e30"])
def test_random_signature_is_not_explained(text: bytes) -> None:
    """Its shape may be wrong; whether that is all, nobody knows."""
    received = Asked().received()
    headers = tuple((name, text if name == b"x-pti-signature" else value) for name, value in received.headers)
    assert diagnose(replace(received, headers=headers), Asked().owner(), NOW).verdict == "unexplained"


def test_right_one_of_two_signatures_is_found() -> None:
    """All headers are read."""
    received = Asked().received()
    twice = replace(received, headers=((b"x-pti-signature", b"x"), *received.headers))
    found = diagnose(twice, Asked().owner(), NOW)
    assert (found.verdict, [each.code for each in found.mistakes]) == ("explained", ["signature-duplicated"])
