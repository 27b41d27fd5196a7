"""SnapTrade's request signature: what the official SDKs compute, over what really leaves."""

import gzip
import json
from typing import Any, Literal
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from signer_proxy import canonical_json
from signer_proxy.errors import AccessDeniedError, BodyTooLargeError, NotSignableError, SignerError
from signer_proxy.message import Headers, Request, values
from signer_proxy.schemes import SnaptradeSignature
from signer_proxy.schemes.explanation import Signed
from signer_proxy.schemes.snaptrade_signature import sign_base, signature_base
from tests.test_canonical_json import JSON
from tests.vectors.loading import Vector, sdk_signature, vectors

NOW = 1635790389.75
OURS = "clientId=PASSIVTEST&timestamp=1635790389"
KEY = "YOUR_CONSUMER_KEY"
USER_CALL = "/accounts"
VECTORS = vectors()


def scheme(key: str = KEY, **settings: Any) -> SnaptradeSignature:  # noqa: ANN401  # whatever the scheme takes
    """Return a profile's scheme."""
    return SnaptradeSignature("PASSIVTEST", SecretStr(key), **settings)


def sign(
    target: str = "/",
    body: bytes = b"",
    method: str = "POST",
    headers: Headers = (),
    **settings: Any,  # noqa: ANN401
) -> Signed:
    """Sign a request as of NOW."""
    return scheme(**settings).sign(Request(method, target.encode(), headers, body), NOW)


def signature(signed: Signed) -> str:
    """Return the signature that leaves."""
    (value,) = values(signed.headers, b"signature")
    return value.decode()


def sent_query(signed: Signed) -> str:
    """Return the raw query that leaves."""
    return signed.target.decode().partition("?")[2]


def before_ours(query: str) -> str | None:
    """Return what of a vector's query a client would send, None where our two parameters do not end it."""
    if query == OURS:
        return ""
    rest = query.removesuffix(f"&{OURS}")
    return rest if rest not in (query, "") and "clientId" not in rest else None


SIGNABLE = [(vector, rest) for vector in VECTORS if (rest := before_ours(vector.query)) is not None]


def test_most_vectors_can_be_sent_through_the_scheme() -> None:
    """The golden requests that end with our two parameters are enough to stand for all."""
    assert len(SIGNABLE) > 150
    assert len(SIGNABLE) > len(VECTORS) - 10


@pytest.mark.parametrize(("vector", "rest"), [pytest.param(*pair, id=pair[0].id) for pair in SIGNABLE])
def test_signature_is_the_python_sdks(vector: Vector, rest: str) -> None:
    """Path, query and body as a client sends them leave with the golden signature of the official SDK."""
    target = f"{vector.path}?{rest}" if rest else vector.path
    body = b"" if vector.body is None else vector.body.encode()
    signed = sign(target, body, key=vector.consumer_key)
    assert signed.target.decode() == f"{vector.path}?{vector.query}"
    assert signature(signed) == vector.python


@pytest.mark.parametrize("vector", [pytest.param(vector, id=vector.id) for vector in VECTORS])
def test_signature_base_is_the_python_sdks(vector: Vector) -> None:
    """Wherever the two parameters stand in the query, the base is the SDK's, since its HMAC is."""
    content = b"null"
    if vector.body not in (None, "{}", " { } "):
        content = canonical_json.serialize(json.loads(str(vector.body)), "ascii")
    base = signature_base(content, vector.path.encode(), vector.query.encode())
    assert sign_base(vector.consumer_key.encode(), base) == vector.python


# Texts alone, since under `utf8` numbers keep Python's form; the one left out has no UTF-8 form.
RAW_TEXTS = {"body-latin", "body-emoji", "body-chinese", "body-delete", "body-arabic-and-hebrew", "body-keys-accented"}
AS_TYPESCRIPT = [
    vector
    for vector, _ in SIGNABLE
    if vector.id in RAW_TEXTS or (vector.python == vector.typescript and vector.id != "body-lone-surrogate")
]


@pytest.mark.parametrize("vector", [pytest.param(vector, id=vector.id) for vector in AS_TYPESCRIPT])
def test_utf8_form_signs_as_the_typescript_sdk(vector: Vector) -> None:
    """Under `utf8`, text is signed raw, as the TypeScript SDK does; where the two SDKs agree so do both forms."""
    rest = before_ours(vector.query)
    body = b"" if vector.body is None else vector.body.encode()
    signed = sign(f"{vector.path}?{rest}", body, key=vector.consumer_key, form="utf8")
    assert signature(signed) == vector.typescript


OWN = ["clientId=x", "clientId", "timestamp=1", "timestamp=", "%63lientId=y", "time%73tamp=2"]
PART = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="#?&"), max_size=12)
RAW = st.lists(PART | st.sampled_from(OWN), max_size=6).map("&".join)
PATH = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="#?"), max_size=20).map(
    "/".__add__
)


@given(PATH, RAW, st.none() | JSON)
@example("/", "", {})
@example("/snapTrade/registerUser", "&&", None)
def test_signature_of_anything_is_the_python_sdks(path: str, query: str, body: canonical_json.Json) -> None:
    """For any path, raw query without a second `?` and JSON body, the SDK signs what leaves with our signature."""
    sent = b"" if body is None else json.dumps(body).encode()
    signed = sign(f"{path}?{query}", sent)
    leaves, _, leaving_query = signed.target.decode().partition("?")
    assert leaves == path
    assert signature(signed) == sdk_signature(path, leaving_query, body, KEY)


@given(RAW)
@example("a?b&%zz&+&")
@example("clientId=x&")
def test_query_less_ours_is_what_came(query: str) -> None:
    """Our two parameters stand at the end; before them is what came, byte for byte, less the client's copies."""
    kept = [part for part in query.split("&") if unquote(part.partition("=")[0]) not in ("clientId", "timestamp")]
    left = "&".join(kept)
    assert sent_query(sign(f"/?{query}")) == (f"{left}&{OURS}" if left else OURS)


QUERIES = {
    "none": ("/a", f"/a?{OURS}"),
    "question-mark-bare": ("/a?", f"/a?{OURS}"),
    "question-mark-second": ("/a?b?c", f"/a?b?c&{OURS}"),
    "escapes": ("/a%20b?x=1%2F2&y=%zz+q", f"/a%20b?x=1%2F2&y=%zz+q&{OURS}"),
    "prefix-stays": ("/api/v1/accounts", f"/api/v1/accounts?{OURS}"),
    "stale-replaced": ("/?timestamp=1&a=1&clientId=OLD", f"/?a=1&{OURS}"),
    "duplicates-removed": ("/?clientId=A&clientId=B&timestamp=1&timestamp=2", f"/?{OURS}"),
    "in-the-middle": ("/?a=1&clientId=A&b=2", f"/?a=1&b=2&{OURS}"),
    "percent-encoded-names": ("/?%63lientId=A&a=1&%74%69mestamp=1", f"/?a=1&{OURS}"),
    "without-value": ("/?clientId&a=1", f"/?a=1&{OURS}"),
    "other-case-stays": ("/?clientid=A&TIMESTAMP=1", f"/?clientid=A&TIMESTAMP=1&{OURS}"),
    "similar-names-stay": (
        "/?clientId2=A&xtimestamp=1&clientId[]=1",
        f"/?clientId2=A&xtimestamp=1&clientId[]=1&{OURS}",
    ),
    "empty-parts-stay": ("/?&a=1&&", f"/?&a=1&&&{OURS}"),
}


@pytest.mark.parametrize(("target", "leaves"), [pytest.param(*row, id=name) for name, row in QUERIES.items()])
def test_target_that_leaves(target: str, leaves: str) -> None:
    """Ours replaces every copy of the client's; the signature covers path and query just as they leave."""
    signed = sign(target)
    assert signed.target.decode() == leaves
    path, _, query = leaves.partition("?")
    base = json.loads(signed.explanation.signature_base)
    assert base == {"content": None, "path": path, "query": query}


def test_client_id_is_percent_encoded() -> None:
    """A clientId with reserved characters cannot add parameters of its own."""
    signed = SnaptradeSignature("a&b=c d", SecretStr(KEY)).sign(Request("GET", b"/"), NOW)
    assert sent_query(signed) == "clientId=a%26b%3Dc%20d&timestamp=1635790389"


@pytest.mark.parametrize(("now", "timestamp"), [(0.0, "0"), (1.999999, "1"), (1635790389.0, "1635790389")])
def test_timestamp_is_floored_seconds(now: float, timestamp: str) -> None:
    """The timestamp is whole Unix seconds, never one of the future."""
    signed = scheme().sign(Request("GET", b"/"), now)
    assert signed.target.decode().endswith(f"&timestamp={timestamp}")


CONTENTS: dict[str, tuple[bytes, bytes]] = {
    "none": (b"", b"null"),
    "empty-object": (b"{}", b"null"),
    "empty-object-spaced": (b" {\n} ", b"null"),
    "null": (b"null", b"null"),
    "empty-array": (b"[]", b"[]"),
    "zero": (b"0", b"0"),
    "false": (b"false", b"false"),
    "empty-string": (b'""', b'""'),
    "object": (b'{"b": 1.0, "a": "\xc3\xa9"}', b'{"a":"\\u00e9","b":1.0}'),
    "object-with-empty-object": (b'{"a": {}}', b'{"a":{}}'),
}


@pytest.mark.parametrize(("body", "content"), [pytest.param(*row, id=name) for name, row in CONTENTS.items()])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_content_that_is_signed(method: str, body: bytes, content: bytes) -> None:
    """No body and an empty object are null; other empty values are content; any method may carry a body."""
    base = sign("/", body, method).explanation.signature_base
    assert base.startswith(b'{"content":%b,"path":"/",' % content)


NOT_SIGNABLE: dict[str, tuple[str, bytes, Headers, dict[str, str], str]] = {
    "form": ("/", b"a=1&b=2", (), {}, "a SnapTrade signature covers JSON"),
    "text": ("/", b"hello", (), {}, "covers JSON"),
    "white-space": ("/", b" \r\n", (), {}, "covers JSON"),
    "nan": ("/", b'{"a":NaN}', (), {}, "NaN is no JSON number"),
    "infinity": ("/", b"[-Infinity]", (), {}, "-Infinity is no JSON number"),
    "infinite-number": ("/", b"1e999", (), {}, "too large for a double"),
    "digits": ("/", b"1" * 5000, (), {}, "too many digits"),
    "nesting": ("/", b"[" * 500_000, (), {}, "nested too deeply"),
    "not-utf8": ("/", b'"\xff"', (), {}, "is not UTF-8"),
    "utf-16": ("/", "{}".encode("utf-16-le"), (), {}, "covers JSON"),
    "byte-order-mark": ("/", b"\xef\xbb\xbf{}", (), {}, "byte order mark"),
    "lone-surrogate-under-utf8": ("/", rb'"\ud800"', (), {"form": "utf8"}, "surrogate pair"),
    "coding-unknown": ("/", b"x", ((b"Content-Encoding", b"br"),), {}, "'br' cannot be unpacked"),
    "coding-broken": ("/", b"{}", ((b"Content-Encoding", b"gzip"),), {}, "not packed as the header says"),
    "fragment": ("/a#b", b"", (), {}, "the target holds '#'"),
    "space": ("/a b", b"", (), {}, "outside 0x21 to 0x7E"),
    "line-end": ("/a\r\nX: y", b"", (), {}, "outside 0x21 to 0x7E"),
    "non-ascii-path": ("/é", b"", (), {}, "outside 0x21 to 0x7E"),
    "non-ascii-query": ("/?q=é", b"", (), {}, "outside 0x21 to 0x7E"),
    "delete": ("/\x7f", b"", (), {}, "outside 0x21 to 0x7E"),
    "empty": ("", b"", (), {}, "outside 0x21 to 0x7E"),
}


@pytest.mark.parametrize(
    ("target", "body", "headers", "settings", "reason"),
    [pytest.param(*row, id=name) for name, row in NOT_SIGNABLE.items()],
)
def test_what_cannot_be_signed_is_refused(
    target: str, body: bytes, headers: Headers, settings: dict[str, str], reason: str
) -> None:
    """What has no canonical form, or no one reading, is not-signable, with the reason."""
    with pytest.raises(NotSignableError, match=reason):
        sign(target, body, headers=headers, **settings)


def test_packed_body_is_signed_unpacked() -> None:
    """The signature of a packed body is that of its content, and the header stays."""
    body = b'{"userId": "alice"}'
    header = (b"Content-Encoding", b"gzip")
    packed = sign("/", gzip.compress(body), headers=(header,))
    assert signature(packed) == signature(sign("/", body))
    assert header in packed.headers


def test_packed_body_beyond_max_body_is_refused() -> None:
    """A body that unpacks to more than max_body is not unpacked to its end."""
    with pytest.raises(BodyTooLargeError, match="more than max_body, 1000 bytes"):
        sign("/", gzip.compress(bytes(10_000_000)), headers=((b"Content-Encoding", b"gzip"),), max_body=1000)


WARNINGS: dict[str, tuple[bytes, Headers, tuple[str, ...]]] = {
    "plain": (b'{"a":1}', ((b"Content-Type", b"application/json"),), ()),
    "no-content-type": (b'{"a":1}', (), ()),
    "suffix": (b'{"a":1}', ((b"Content-Type", b"application/merge-patch+JSON; charset=utf-8"),), ()),
    "curl-d": (b'{"a":1}', ((b"Content-Type", b"application/x-www-form-urlencoded"),), ("content-type",)),
    "no-body": (b"", ((b"Content-Type", b"text/plain"),), ()),
    "non-ascii": ('"é"'.encode(), (), ("canonical-ambiguous",)),
    "float": (b"1.0", (), ("canonical-ambiguous",)),
    "key-repeated": (b'{"a":1,"a":1}', (), ("canonical-ambiguous",)),
    "both": (b"[1.0]", ((b"Content-Type", b"text/plain"),), ("canonical-ambiguous", "content-type")),
}


@pytest.mark.parametrize(
    ("body", "headers", "warnings"), [pytest.param(*row, id=name) for name, row in WARNINGS.items()]
)
def test_warnings(body: bytes, headers: Headers, warnings: tuple[str, ...]) -> None:
    """A body that SDKs would sign differently, and JSON under another type, are signed and said."""
    signed = sign("/", body, headers=headers)
    assert signed.warnings == warnings
    assert signed.headers[: len(headers)] == headers


def test_repeated_key_is_signed_with_its_last_value() -> None:
    """As in the SDKs, the last one wins."""
    assert signature(sign("/", b'{"a":1,"a":2}')) == signature(sign("/", b'{"a":2}'))


def test_clients_signatures_are_replaced() -> None:
    """Every Signature of the client goes, in any case; ours stands at the end, the other headers stay as they are."""
    headers = ((b"signature", b"old"), (b"X-A", b"1"), (b"SIGNATURE", b"older"), (b"x-signature", b"stays"))
    signed = sign("/", headers=headers)
    assert signed.headers == ((b"X-A", b"1"), (b"x-signature", b"stays"), (b"Signature", signature(signed).encode()))
    assert signed.explanation.replaced == ("Signature",)


ALICE = {"user_id": "alice", "user_secret": SecretStr("s&1")}
INJECTED: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "nothing-named": ("GET", USER_CALL, {}, ""),
    "both-added": ("GET", USER_CALL, ALICE, "userId=alice&userSecret=s%261&"),
    "below-the-prefix": ("GET", f"/api/v1{USER_CALL}", ALICE, "userId=alice&userSecret=s%261&"),
    "behind-the-clients": ("GET", f"{USER_CALL}?a=%2F", ALICE, "a=%2F&userId=alice&userSecret=s%261&"),
    "id-alone": ("GET", USER_CALL, {"user_id": "alice"}, "userId=alice&"),
    "secret-alone": ("GET", USER_CALL, {"user_secret": SecretStr("s")}, ""),
    "client-names-the-profiles-user": ("GET", f"{USER_CALL}?userId=alice", ALICE, "userId=alice&userSecret=s%261&"),
    "client-names-another": ("GET", f"{USER_CALL}?userId=bob", ALICE, "userId=bob&"),
    "client-names-two": ("GET", f"{USER_CALL}?userId=bob&userId=alice", ALICE, "userId=bob&userId=alice&"),
    "client-sends-both": ("GET", f"{USER_CALL}?userSecret=x&userId=alice", ALICE, "userSecret=x&userId=alice&"),
    "client-sends-the-secret": ("GET", f"{USER_CALL}?userSecret=x", ALICE, "userSecret=x&userId=alice&"),
    "encoded-name-counts": ("GET", f"{USER_CALL}?user%49d=bob", ALICE, "user%49d=bob&"),
    "operation-without-user": ("GET", "/snapTrade/listUsers", ALICE, ""),
    "register-user": ("POST", "/snapTrade/registerUser", ALICE, ""),
    "unknown-operation": ("GET", "/unknown", ALICE, ""),
    "ambiguous-path": ("GET", "/./accounts", ALICE, ""),
    "personal-none": ("GET", USER_CALL, {"account": "personal"}, ""),
    "personal-with-user": ("GET", USER_CALL, ALICE | {"account": "personal"}, ""),
    "personal-removes": ("GET", f"{USER_CALL}?userId=a&x=1&userSecret=b", {"account": "personal"}, "x=1&"),
}


@pytest.mark.parametrize(
    ("method", "target", "settings", "before"), [pytest.param(*row, id=name) for name, row in INJECTED.items()]
)
def test_user_of_the_profile(method: str, target: str, settings: dict[str, Any], before: str) -> None:
    """The profile's user goes only where the operation takes one and the client names no other; personal keys none."""
    assert sent_query(sign(target, method=method, **settings)) == before + OURS


@pytest.mark.parametrize("path", ["/snapTrade/registerUser", "/api/v1/snapTrade/registerUser"])
def test_personal_key_must_not_register_users(path: str) -> None:
    """A personal key that registers a user is refused before anything is signed."""
    with pytest.raises(AccessDeniedError, match="a personal key must not register users"):
        sign(path, b'{"userId":"a"}', account="personal")


def test_explanation_says_what_was_done() -> None:
    """Added, replaced and removed name parameters and headers, each once."""
    target = "/accounts?clientId=OLD&userId=a&clientId=OLDER"
    done = sign(target, method="GET", account="personal").explanation
    assert (done.scheme, done.added, done.replaced, done.removed) == (
        "snaptrade-signature",
        ("timestamp", "Signature"),
        ("clientId",),
        ("userId",),
    )
    assert done.digest == sign_base(KEY.encode(), done.signature_base)


ACCOUNTS: list[Literal["commercial", "personal"]] = ["commercial", "personal"]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_no_secret_is_shown(account: Literal["commercial", "personal"]) -> None:
    """No key, user secret, query, body or signature stands in what is printed of a scheme, request or explanation."""
    profile = scheme("hush-key", user_id="alice", user_secret=SecretStr("hush-secret"), account=account)
    request = Request("GET", b"/accounts?q=hush-query", ((b"Cookie", b"hush-cookie"),), b'"hush-body"')
    signed = profile.sign(request, NOW)
    for shown in (profile, request, signed, signed.explanation):
        for text in (repr(shown), str(shown), f"{shown}"):
            assert "hush" not in text
            assert signed.explanation.digest not in text


HUSHED = [
    Request("POST", b"/hush#", (), b""),
    Request("POST", b"/?hush", (), b"hush"),
    Request("POST", b"/?hush", ((b"Content-Encoding", b"gzip"),), b"hush"),
    Request("POST", b"/snapTrade/registerUser?hush", (), b'"hush"'),
]


@pytest.mark.parametrize("request_", HUSHED)
def test_no_secret_is_in_an_error(request_: Request) -> None:
    """A refusal names the rule, not what of the request broke it."""
    profile = scheme("hush-key", user_secret=SecretStr("hush"), account="personal")
    with pytest.raises(SignerError) as caught:
        profile.sign(request_, NOW)
    assert "hush" not in str(caught.value)
