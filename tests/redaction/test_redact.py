"""Secrets become `***`, and every other byte stays."""

import gzip
import json

import pytest

from signer_proxy.canonical_json import Json, serialize
from signer_proxy.message import Headers
from signer_proxy.redaction import redact
from signer_proxy.schemes.snaptrade_signature import signature_base

SECRET = "s3cr3t"

TARGETS = {
    "no query": (b"/accounts", b"/accounts"),
    "an empty query": (b"/accounts?", b"/accounts?"),
    "a secret": (b"/accounts?userId=alice&userSecret=s3cr3t&x=%20", b"/accounts?userId=alice&userSecret=***&x=%20"),
    "twice": (b"/?userSecret=s3cr3t&userSecret=s3cr3t", b"/?userSecret=***&userSecret=***"),
    "an escaped name": (b"/?user%53ecret=s3cr3t", b"/?user%53ecret=***"),
    "another case": (b"/?USERSECRET=s3cr3t", b"/?USERSECRET=***"),
    "a name without a value": (b"/?token&a=b", b"/?token&a=b"),
    "words joined otherwise": (b"/?user_secret=s3cr3t&Access-Token=s3cr3t", b"/?user_secret=***&Access-Token=***"),
    "a link for a value": (
        b"/?to=https%3A%2F%2Fx%2F%3Ftoken%3Ds3cr3t&a=b",
        b"/?to=https%3A%2F%2Fx%2F%3Ftoken%3D***&a=b",
    ),
    "a link in a link": (b"/?to=x%253Ftoken%253Ds3cr3t", b"/?to=x%253Ftoken%253D***"),
    "a semicolon": (b"/?a=1;userSecret=s3cr3t&b=2", b"/?a=1;userSecret=***&b=2"),
    "an escaped equals sign": (b"/?userSecret%3Ds3cr3t", b"/?userSecret%3D***"),
    "a name escaped twice": (b"/?a=user%2553ecret%253Ds3cr3t", b"/?a=userSecret=***"),
    "a second mark": (b"/a?b=c?d&token=s3cr3t", b"/a?b=c?d&token=***"),
}


@pytest.mark.parametrize(("raw", "redacted"), TARGETS.values(), ids=TARGETS)
def test_targets(raw: bytes, redacted: bytes) -> None:
    """Of a target only the values of secrets in its query change."""
    assert redact.target(raw) == redacted


BODIES = {
    "no secret": (b'{"a": 1.0, "b":"\\u00e9"}', b'{"a": 1.0, "b":"\\u00e9"}'),
    "a secret": (b'{"userId":"alice" , "userSecret" : "s3cr3t"}', b'{"userId":"alice" , "userSecret" : "***"}'),
    "deep": (b'[{"x":{"accessToken":"s3cr3t"}},1]', b'[{"x":{"accessToken":"***"}},1]'),
    "twice": (b'{"jwt":"s3cr3t","jwt":"s3cr3t"}', b'{"jwt":"***","jwt":"***"}'),
    "no text": (b'{"token":{"value":["s3cr3t"]},"a":0}', b'{"token":"***","a":0}'),
    "an escaped name": (b'{"user\\u0053ecret":"s3cr3t"}', b'{"user\\u0053ecret":"***"}'),
    "quotes in it": (b'{"token":"s3\\"cr3t","b":"c"}', b'{"token":"***","b":"c"}'),
    "the name as a value": (b'{"a":"userSecret","b":"c"}', b'{"a":"userSecret","b":"c"}'),
    "a link in a text": (b'{"url":"https://x/y?a=b&token=s3cr3t&c"}', b'{"url":"https://x/y?a=b&token=***&c"}'),
    "joined words": (
        b'{"user_secret":"s3cr3t","refreshToken":"s3cr3t","access-token":1,"Signature":"s3cr3t","authorization":[1]}',
        b'{"user_secret":"***","refreshToken":"***","access-token":"***","Signature":"***","authorization":"***"}',
    ),
    "JSON in a text": (b'{"detail":"bad {\\"userSecret\\":\\"s3cr3t\\"}","a":1}', b'{"detail":"userSecret=***","a":1}'),
    "a text that tells one": (b'["Invalid userSecret=s3cr3t"]', b'["userSecret=***"]'),
    "a header in a text": (b'{"sent":"Authorization: JWT s3cr3t"}', b'{"sent":"Authorization=***"}'),
    "prose": (b'{"detail":"token: it is missing"}', b'{"detail":"token: it is missing"}'),
    "a link with escaped slashes": (b'["https:\\/\\/x?token=s3\\/cr3t&a"]', b'["https:\\/\\/x?token=***&a"]'),
    "a surrogate": (b'["\\ud800 userSecret=s3cr3t"]', b'["userSecret=***"]'),
    "UTF-16": ('{"userSecret":"s3cr3t"}'.encode("utf-16"), b"***"),
    "UTF-16 without one": ('{"a":1}'.encode("utf-16"), '{"a":1}'.encode("utf-16")),
    "multipart": (b'--x\r\nContent-Disposition: form-data; name="userSecret"\r\n\r\ns3cr3t\r\n', b"***"),
    "broken JSON": (b'{"userSecret":"s3cr3t"', b"***"),
    "broken JSON without one": (b'{"a":', b'{"a":'),
    "other text": (b"<html>a token is missing</html>", b"<html>a token is missing</html>"),
    "other text that tells one": (b"token: s3cr3t", b"***"),
    "XML": (b"<accessToken>s3cr3t</accessToken>", b"***"),
    "bytes": (b"\xff\x00", b"\xff\x00"),
    "nothing": (b"", b""),
}


@pytest.mark.parametrize(("plain", "redacted"), BODIES.values(), ids=BODIES)
def test_bodies(plain: bytes, redacted: bytes) -> None:
    """Of JSON only the values of secrets change; what cannot be read goes whole where it may tell one."""
    assert redact.body(plain) == redacted


CUT = {
    "behind a member": (b'[{"token":"s3cr3t"},{"a', b'[{"token":"***"},{"a'),
    "in a value": (b'[{"a":1,"token":"s3cr', b'[{"a":1,"token":"***"'),
    "in a deep value": (b'[{"token":{"a":[1,"s3cr', b'[{"token":"***"'),
    "before a value": (b'[{"token":', b'[{"token":"***"'),
    "in a text that tells one": (b'{"a":"b","c":"userSecret=s3c', b'{"a":"b","c":"***"'),
    "in a sign": (b'{"token":1,"a":"\xc3', b'{"token":"***","a":"'),
    "no JSON": (b'{"a" token=s3cr3t, "b', b"***"),
    "no JSON behind a text": (b'["a", token=s3cr3t', b"***"),
    "nothing": (b'{"token":"s3cr3t"}', b'{"token":"***"}'),
}


@pytest.mark.parametrize(("plain", "redacted"), CUT.values(), ids=CUT)
def test_cut_bodies(plain: bytes, redacted: bytes) -> None:
    """Of JSON that is cut, secrets go as they do of whole JSON, and what is cut of one goes to the end."""
    assert redact.body(plain, is_cut=True) == redacted


def test_a_form() -> None:
    """A form is read as a query is, and JSON under its type as JSON."""
    form = b"application/x-www-form-urlencoded; charset=utf-8"
    assert redact.body(b"a=b&userSecret=s3cr3t&c=%20", form) == b"a=b&userSecret=***&c=%20"
    assert redact.body(b'{"userSecret":"s3cr3t"}', form) == b'{"userSecret":"***"}'


def test_nesting_that_python_refuses() -> None:
    """A body too deep to be read goes whole where it may tell a secret."""
    assert redact.body(b'{"token":' + b"[" * 100_000 + b"]" * 100_000 + b"}") == b"***"


GRANTED = {
    "a link": (b'{"redirectURI":"https://x?token=s3cr3t","sessionId":"1"}', b'{"redirectURI":"***","sessionId":"1"}'),
    "an unknown member": (b'{"magic":"s3cr3t"}', b"***"),
    "text": (b"s3cr3t", b"***"),
    "a JSON text": (b'"s3cr3t"', b"***"),
    "a list": (b'[{"token":"s3cr3t"},"s3cr3t"]', b"***"),
    "an envelope": (
        b'{"encryptedSharedKey":"a","encryptedMessageData":{"tag":"b"}}',
        b'{"encryptedSharedKey":"a","encryptedMessageData":{"tag":"b"}}',
    ),
}


@pytest.mark.parametrize(("plain", "redacted"), GRANTED.values(), ids=GRANTED)
def test_credentials(plain: bytes, redacted: bytes) -> None:
    """The answer of an operation that hands out credentials goes whole, unless it says what of it is one."""
    assert redact.granted(plain) == redacted


def test_messages() -> None:
    """A packed body is looked into, and unpacked where it has a secret; what cannot be unpacked goes whole."""
    packed: Headers = ((b"Content-Encoding", b"gzip"), (b"Content-Type", b"application/json"))
    plain = gzip.compress(b"[]")
    assert redact.message(packed, plain) == (packed, plain)
    assert redact.message(packed, gzip.compress(b'{"jwt":"s3cr3t"}')) == (packed[1:], b'{"jwt":"***"}')
    assert redact.message(packed, b"s3cr3t") == (packed[1:], b"***")
    assert redact.message((), b"[]") == ((), b"[]")


def test_headers() -> None:
    """The values of secret headers go, in any case, and the secrets in links; order and bytes of the rest stay."""
    fields: Headers = (
        (b"Host", b"x"),
        (b"SIGNATURE", b"s3cr3t"),
        (b"Authorization", b"JWT s3cr3t"),
        (b"Signer-Token", b"s3cr3t"),
        (b"Set-Cookie", b"a=s3cr3t"),
        (b"Location", b"https://x/y?token=s3cr3t&z=1"),
        (b"Referer", b"http://x/?next=%3Ftoken%3Ds3cr3t"),
        (b"X-Note", b"bad userSecret=s3cr3t, sorry"),
        (b"X-Other", b"\xff"),
    )
    redacted = redact.headers(fields)
    assert [name for name, _ in redacted] == [name for name, _ in fields]
    assert SECRET.encode() not in b"".join(value for _, value in redacted)
    assert (redacted[0], redacted[5][1], redacted[8]) == (fields[0], b"https://x/y?token=***&z=1", fields[8])
    assert redacted[7][1] == b"userSecret=***"


@pytest.mark.parametrize("raw_query", [b"userId=a&userSecret=s3cr3t&timestamp=1", b'q=%22&userSecret=s3"cr3t\\&b=1'])
def test_the_signature_base(raw_query: bytes) -> None:
    """The body and the query in what was signed are redacted as they are elsewhere, and it stays canonical."""
    content: Json = {"b": ["é", {"userSecret": SECRET}]}
    base = signature_base(serialize(content, "ascii"), b"/x", raw_query)
    redacted = redact.signature_base(base)
    assert redacted == signature_base(
        serialize({"b": ["é", {"userSecret": "***"}]}, "ascii"), b"/x", redact.parameters(raw_query)
    )
    assert json.loads(redacted)["path"] == "/x"


def test_other_bases() -> None:
    """PTI's six lines hold no secret; a base that is cut may."""
    lines = b"POST\nAB\ncontent-type:application/json\ndate:x\nx-pti-client-id:y\n/v1/users"
    assert redact.signature_base(lines) == lines
    assert redact.signature_base(b'{"content":{"userSecret":"s3') == b"***"
    assert redact.signature_base(b"") == b""


DIGESTS = {
    "an HMAC": ("abcdefghijkl=", "abcdefgh…"),
    "a JWS": ("aa.bb.abcdefghijkl", "aa.bb.abcdefgh…"),
    "none": ("", ""),
}


@pytest.mark.parametrize(("text", "redacted"), DIGESTS.values(), ids=DIGESTS)
def test_digests(text: str, redacted: str) -> None:
    """Of a signature only the beginning stays, however often it is redacted."""
    assert redact.digest(text) == redacted
    assert redact.digest(redacted) == redacted


LEFT: dict[str, tuple[bytes, Headers, bytes, str | None]] = {
    "nothing": (b"/?userSecret=a&note=***", ((b"X-Note", b"***"),), b'{"note":"***"}', None),
    "a parameter": (b"/?a=b&userSecret=***", (), b"", "userSecret"),
    "an escaped one": (b"/?userSecret=%2A**", (), b"", "userSecret"),
    "a header": (b"/", ((b"Cookie", b"***"),), b"", "Cookie"),
    "a member": (b"/", (), b'{"x":[{"userSecret":"***"}]}', "userSecret"),
    "a link in a body": (b"/", (), b'{"url":"https://x/?token=***"}', "token"),
    "a link in a header": (b"/", ((b"Referer", b"https://x/?a=b&token=***"),), b"", "token"),
    "a link in a parameter": (b"/?to=https%3A%2F%2Fx%3Ftoken%3D***", (), b"", "token"),
    "a text that told one": (b"/", (), b'["userSecret=***"]', "userSecret"),
    "the body": (b"/", (), b"***", "body"),
    "text with it": (b"/", (), b"a ***", "body"),
}


@pytest.mark.parametrize(("target", "fields", "body", "name"), LEFT.values(), ids=LEFT)
def test_what_is_left(target: bytes, fields: Headers, body: bytes, name: str | None) -> None:
    """A request that still has `***` in a secret's place is told by the secret's name."""
    assert redact.left_in(target, fields, body) == name


@pytest.mark.parametrize(("plain", "_"), [*BODIES.values(), *GRANTED.values()])
def test_twice_is_once(plain: bytes, _: bytes) -> None:
    """What is redacted stays as it is when it is redacted again."""
    assert redact.body(redact.body(plain)) == redact.body(plain)
    assert redact.granted(redact.granted(plain)) == redact.granted(plain)
