"""PTI's request signature: what jwcrypto computes over the six lines of the documents, over what really leaves."""

import base64
import hashlib
import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer_proxy.crypto.jwk import PtiKey
from signer_proxy.errors import NotSignableError
from signer_proxy.message import Headers, Request, values
from signer_proxy.schemes.credential import NOTHING, Credential
from signer_proxy.schemes.explanation import Signed
from signer_proxy.schemes.pti_signature import PtiSignature
from tests import jose_peer

CLIENT = "00000000-0000-0000-0000-000000000000"
NOW = 1586968550.75
DATE = "Wed, 15 Apr 2020 16:35:50 GMT"
KINDS = {"RS512": "RSA", "EdDSA": "Ed25519"}

# The vendor's sample, from "Authentication"; its digest is an MD5 and its path is of v0, so it is one for shape alone.
SAMPLE = (
    "eyJhbGciOiJFZERTQSIsImNpZCI6IjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMCIsImNydiI6IkVkMjU1MTkiLCJraWQiOiJL"
    "WHk0SU1idEhpaXJQN2tBQXdFOXFydVQwejlNUEx3MUlCUER5dmNja3VrIn0.UE9TVAo2M0U2RjYyQzU1NTUzRUEyQUVDMERFODY2NjJBMjJBNwpj"
    "b250ZW50LXR5cGU6YXBwbGljYXRpb24vanNvbgpkYXRlOldlZCwgMTUgQXByIDIwMjAgMTY6MzU6NTAgR01UCngtcHRpLWNsaWVudC1pZDowMDAw"
    "MDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAKL3YwL3VzZXJz.CDfqOdRglnxdjBjPAow7dpX6um6bSXvJGEBeICl3VVQi1ERfstMgRlW"
    "P67YiAyLy04pqNnkMjO_DNNefKpGnBQ"
)
SAMPLE_BODY = b'{"name": "Jane Doe", "id": "my_internal_id-12345678"}'


@dataclass(frozen=True)
class Case:
    """A request as a client sends it, and its third line's value; None where the second and third line are empty."""

    method: str
    target: str
    content_type: str | None = None
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def typed(value: str, name: str = "Content-Type") -> tuple[tuple[str, str], ...]:
    """Return the header of a content type."""
    return ((name, value),)


JSON = "application/json"
CHARSET = "application/json; charset=utf-8"
TIGHT = "application/json;charset=UTF-8"
FORM = "application/x-www-form-urlencoded"

CASES: dict[str, Case] = {
    "get-list": Case("GET", "/v1/users"),
    "get-one": Case("GET", "/v1/users/00000000-0000-0000-0000-000000000000"),
    "get-query": Case("GET", "/v1/users?page=1&size=20&sortBy=name"),
    "get-empty-query": Case("GET", "/v1/users?"),
    "get-two-marks": Case("GET", "/v1/users?a=b?c"),
    "get-query-escaped": Case("GET", "/v1/users?filters=%7B%22a%22%3A1%7D"),
    "get-trailing-slash": Case("GET", "/v1/wallets/"),
    "get-root": Case("GET", "/"),
    "get-space-escaped": Case("GET", "/v1/users/Jane%20Doe"),
    "get-plus": Case("GET", "/v1/users/Jane+Doe"),
    "get-slash-escaped": Case("GET", "/v1/users/a%2Fb"),
    "get-lower-case-escape": Case("GET", "/v1/users/a%2fb"),
    "get-utf8-escaped": Case("GET", "/v1/users/J%C3%BCrgen"),
    "get-broken-escape": Case("GET", "/v1/users/%zz"),
    "get-at-sign": Case("GET", "/v1/users/jane@example.com"),
    "get-dots": Case("GET", "/v1/./users/../users"),
    "get-double-slash": Case("GET", "/v1//users"),
    "get-punctuation": Case("GET", "/v1/users/~!$&'()*,;=:-._\"<>[]{}|^`\\"),
    "get-long-path": Case("GET", "/v1/users/" + "x" * 4000),
    "get-with-content-type": Case("GET", "/v1/users", headers=typed(JSON)),
    "get-without-base": Case("GET", "/users"),
    "head": Case("HEAD", "/v1/users"),
    "options": Case("OPTIONS", "/v1/users"),
    "delete": Case("DELETE", "/v1/users/1/wallets/2"),
    "delete-query": Case("DELETE", "/v1/transactions/1?reason=user"),
    "post-sample": Case("POST", "/v1/users", JSON, SAMPLE_BODY, typed(JSON)),
    "post-compact": Case("POST", "/v1/users", JSON, b'{"a":1}', typed(JSON)),
    "post-spaces": Case("POST", "/v1/users", JSON, b'{ "a" : 1 }\r\n', typed(JSON)),
    "post-no-type": Case("POST", "/v1/users", JSON, b'{"a":1}'),
    "post-blank-type": Case("POST", "/v1/users", JSON, b'{"a":1}', typed(" ")),
    "post-empty": Case("POST", "/v1/users/assessments", JSON, b"", typed(JSON)),
    "post-empty-no-type": Case("POST", "/v1/users/assessments", JSON),
    "post-charset": Case("POST", "/v1/users", CHARSET, b'{"a":1}', typed(CHARSET)),
    "post-charset-tight": Case("POST", "/v1/users", TIGHT, b"{}", typed(TIGHT)),
    "post-type-in-capitals": Case("POST", "/v1/users", "Application/JSON", b"{}", typed("Application/JSON")),
    "post-lower-case-header": Case("POST", "/v1/users", JSON, b"{}", typed(JSON, "content-type")),
    "post-type-with-spaces": Case("POST", "/v1/users", JSON, b"{}", typed(f" {JSON}\t")),
    "post-form": Case("POST", "/v1/users", FORM, b"a=1&b=2", typed(FORM)),
    "post-text": Case("POST", "/v1/users", "text/plain", b"hello", typed("text/plain")),
    "post-latin": Case("POST", "/v1/users", JSON, '{"name":"Jürgen"}'.encode(), typed(JSON)),
    "post-emoji": Case("POST", "/v1/users", CHARSET, '{"name":"😀"}'.encode(), typed(CHARSET)),
    "post-chinese": Case("POST", "/v1/users", JSON, '{"name":"张伟"}'.encode(), typed(JSON)),
    "post-escapes": Case("POST", "/v1/users", JSON, b'{"name":"J\\u00fcrgen"}', typed(JSON)),
    "post-latin-1": Case("POST", "/v1/users", JSON, '{"name":"Jürgen"}'.encode("latin-1"), typed(JSON)),
    "post-bom": Case("POST", "/v1/users", JSON, b"\xef\xbb\xbf{}", typed(JSON)),
    "post-no-json": Case("POST", "/v1/users", JSON, b"{", typed(JSON)),
    "post-bytes": Case("POST", "/v1/users/1/documents", "image/png", bytes(range(256)), typed("image/png")),
    "post-long": Case("POST", "/v1/users", JSON, b'{"a":"' + b"x" * 1_000_000 + b'"}', typed(JSON)),
    "post-query": Case("POST", "/v1/transactions/deposits?dry=1", JSON, b'{"usdValue":100}', typed(JSON)),
    "put": Case("PUT", "/v1/users", JSON, b'{"id":"1"}', typed(JSON)),
    "put-empty": Case("PUT", "/v1/users", JSON),
    "patch": Case("PATCH", "/v1/users", CHARSET, '{"name":"Zoë"}'.encode(), typed(CHARSET)),
    "patch-no-type": Case("PATCH", "/v1/users/1/payment-information/2", JSON, b"{}"),
}


def scheme(kind: str) -> PtiSignature:
    """Return a profile's scheme."""
    return PtiSignature(CLIENT, PtiKey.load(jose_peer.private_jwk(kind).encode()))


def sign(case: Case, kind: str = "Ed25519", credential: Credential = NOTHING) -> Signed:
    """Sign a request as of NOW."""
    headers: Headers = tuple((name.encode(), value.encode("latin-1")) for name, value in case.headers)
    return scheme(kind).sign(Request(case.method, case.target.encode(), headers, case.body), NOW, credential)


def one(signed: Signed, name: str) -> str:
    """Return the value of the one header of a name that leaves."""
    (value,) = values(signed.headers, name.encode())
    return value.decode()


def lines(case: Case) -> str:
    """Write the six lines as the documents show them."""
    digest = "" if case.content_type is None else hashlib.sha256(case.body).hexdigest().upper()
    content_type = "" if case.content_type is None else f"content-type:{case.content_type}"
    path = case.target.split("?")[0]
    return f"{case.method}\n{digest}\n{content_type}\ndate:{DATE}\nx-pti-client-id:{CLIENT}\n{path}"


def decoded(segment: str) -> bytes:
    """Decode a part of a token."""
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def expected_header(algorithm: str) -> dict[str, str]:
    """Return the protected header that the vendor's tools write for a key."""
    kid = jose_peer.thumbprint(jose_peer.private_jwk(KINDS[algorithm]))
    curve = {"crv": "Ed25519"} if algorithm == "EdDSA" else {}
    return {"alg": algorithm, "cid": CLIENT, **curve, "kid": kid}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("algorithm", KINDS)
def test_signature_is_byte_for_byte_jwcryptos(algorithm: str, case: Case) -> None:
    """Both deterministic algorithms give the token that PTI's own library gives for the six lines."""
    signed = sign(case, KINDS[algorithm])
    private = jose_peer.private_jwk(KINDS[algorithm])
    assert one(signed, "x-pti-signature") == jose_peer.signed(private, lines(case).encode(), expected_header(algorithm))
    assert signed.explanation.signature_base == lines(case).encode()
    assert signed.explanation.digest == one(signed, "x-pti-signature")
    assert signed.target == case.target.encode()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_signed_is_what_leaves(case: Case) -> None:
    """Date, client id and, where it is signed, the content type leave once, with the value in the signed line."""
    signed = sign(case)
    assert one(signed, "date") == DATE
    assert one(signed, "x-pti-client-id") == CLIENT
    if case.content_type is not None:
        assert one(signed, "content-type").strip() == case.content_type
    assert signed.warnings == ()


def test_there_are_enough_cases() -> None:
    """The table holds at least the forty requests that the comparison is promised for."""
    assert len(CASES) >= 40


def test_lines_are_those_of_the_documents() -> None:
    """The documents' POST has their lines, with the SHA-256 that their text names."""
    assert sign(CASES["post-sample"]).explanation.signature_base.decode().split("\n") == [
        "POST",
        "D1075298B5D972183A026A65BD60BAC8554E192E9B4C9A75AC7B23FEEE911CB9",
        "content-type:application/json",
        "date:Wed, 15 Apr 2020 16:35:50 GMT",
        "x-pti-client-id:00000000-0000-0000-0000-000000000000",
        "/v1/users",
    ]


def test_lines_of_a_get_are_those_of_the_documents() -> None:
    """The documents' GET keeps the line ends of the two lines that are empty."""
    base = sign(CASES["get-one"]).explanation.signature_base.decode()
    path = "/v1/users/00000000-0000-0000-0000-000000000000"
    assert base == f"GET\n\n\ndate:{DATE}\nx-pti-client-id:{CLIENT}\n{path}"


def test_empty_body_is_hashed_as_no_bytes() -> None:
    """A POST without a body signs the SHA-256 of nothing."""
    digest = sign(CASES["post-empty"]).explanation.signature_base.split(b"\n")[1]
    assert digest == b"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"


def test_token_has_the_shape_of_the_sample() -> None:
    """Header members, their order and spelling, and the signed lines are built as in the vendor's sample token."""
    sample, ours = SAMPLE.split("."), one(sign(CASES["post-sample"]), "x-pti-signature").split(".")
    their_header, our_header = decoded(sample[0]).decode(), decoded(ours[0]).decode()
    kid = json.loads(our_header)["kid"]
    assert our_header == their_header.replace(json.loads(their_header)["kid"], kid)
    their_lines, our_lines = decoded(sample[1]).decode().split("\n"), decoded(ours[1]).decode().split("\n")
    assert len(our_lines) == len(their_lines) == 6
    assert [ours for at, ours in enumerate(our_lines) if at not in (1, 5)] == [
        theirs for at, theirs in enumerate(their_lines) if at not in (1, 5)
    ]
    assert their_lines[1] == hashlib.md5(SAMPLE_BODY).hexdigest().upper()
    assert our_lines[1] == hashlib.sha256(SAMPLE_BODY).hexdigest().upper()
    assert (their_lines[5], our_lines[5]) == ("/v0/users", "/v1/users")
    assert len(decoded(sample[2])) == len(decoded(ours[2])) == 64


def test_clients_copies_of_ours_are_replaced() -> None:
    """Whatever the client sent under our names, in any case and number, goes; the rest keeps place and bytes."""
    theirs = (
        ("X-PTI-Signature", "old"),
        ("Accept", "a"),
        ("DATE", "yesterday"),
        ("x-pti-client-id", "1"),
        ("X-Pti-Client-Id", "2"),
        ("X-PTI-TOKEN", "spent"),
        ("x-pti-scenario-id", "s"),
        ("accept", "b"),
    )
    signed = sign(Case("GET", "/v1/users", headers=theirs))
    names = [name for name, _ in signed.headers]
    assert signed.headers[:3] == ((b"Accept", b"a"), (b"x-pti-scenario-id", b"s"), (b"accept", b"b"))
    assert names[3:] == [b"Date", b"x-pti-client-id", b"x-pti-signature"]
    assert signed.explanation.added == ()
    assert signed.explanation.replaced == ("Date", "x-pti-client-id", "x-pti-signature")
    assert signed.explanation.removed == ("x-pti-token",)


def test_what_the_client_lacks_is_added() -> None:
    """The explanation names what is new, the content type included."""
    explanation = sign(CASES["post-no-type"], credential=Credential(request_id="5f1c")).explanation
    assert explanation.added == ("Content-Type", "Date", "x-pti-request-id", "x-pti-client-id", "x-pti-signature")
    assert (explanation.replaced, explanation.removed) == ((), ())


REQUEST_IDS: dict[str, tuple[tuple[tuple[str, str], ...], str | None, list[bytes]]] = {
    "added": ((), "5f1c", [b"5f1c"]),
    "none-at-hand": ((), None, []),
    "the-clients": ((("X-PTI-Request-Id", "mine"),), "5f1c", [b"mine"]),
    "blank": ((("x-pti-request-id", " "),), "5f1c", [b"5f1c"]),
}


@pytest.mark.parametrize(("theirs", "ours", "leaves"), REQUEST_IDS.values(), ids=REQUEST_IDS)
def test_request_id_is_the_clients_or_a_new_one(
    theirs: tuple[tuple[str, str], ...], ours: str | None, leaves: list[bytes]
) -> None:
    """A client's request id stays, so that it finds its transaction again; only where it has none there is ours."""
    signed = sign(Case("GET", "/v1/users", headers=theirs), credential=Credential(request_id=ours))
    assert values(signed.headers, b"x-pti-request-id") == leaves


AMBIGUOUS: dict[str, Case] = {
    "multipart": Case("POST", "/v1/users/1/documents", body=b"--b--", headers=typed("multipart/form-data; boundary=b")),
    "multipart-in-capitals": Case("POST", "/v1/users", body=b"--b--", headers=typed("Multipart/Form-Data; boundary=b")),
    "gzip": Case("POST", "/v1/users", body=b"\x1f\x8b", headers=(("Content-Encoding", "gzip"), *typed(JSON))),
}


@pytest.mark.parametrize("case", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_body_that_tools_sign_differently_is_signed_as_sent_with_a_warning(case: Case) -> None:
    """The hash is over the bytes that leave, and the client is told that not everyone takes these."""
    signed = sign(case)
    assert signed.warnings == ("canonical-ambiguous",)
    assert signed.explanation.signature_base.split(b"\n")[1].decode() == hashlib.sha256(case.body).hexdigest().upper()


NOT_SIGNABLE: dict[str, tuple[Case, str]] = {
    "body-on-get": (Case("GET", "/v1/users", body=b"{}"), "body: .* got 2 bytes with GET"),
    "body-on-delete": (Case("DELETE", "/v1/users/1", body=b"x"), "body: .* got 1 bytes with DELETE"),
    "body-on-other-method": (Case("post", "/v1/users", body=b"x"), "POST, PUT and PATCH alone"),
    "two-types": (Case("POST", "/v1/users", headers=(*typed(JSON), *typed(JSON))), "Content-Type: .* got 2"),
    "type-with-line-end": (Case("POST", "/v1/users", headers=typed("a\nb")), "outside 0x20 to 0x7E"),
    "type-not-ascii": (Case("POST", "/v1/users", headers=typed("ä")), "outside 0x20 to 0x7E"),
    "fragment": (Case("GET", "/v1/users#a"), "the target holds '#'"),
    "not-ascii": (Case("GET", "/v1/users/ü"), "outside 0x21 to 0x7E"),
    "space": (Case("GET", "/v1/users/a b"), "outside 0x21 to 0x7E"),
    "no-target": (Case("GET", ""), "outside 0x21 to 0x7E"),
}


@pytest.mark.parametrize(("case", "says"), NOT_SIGNABLE.values(), ids=NOT_SIGNABLE)
def test_what_a_signature_cannot_cover_is_refused(case: Case, says: str) -> None:
    """What would leave unsigned, or be read otherwise than it was signed, does not leave."""
    with pytest.raises(NotSignableError, match=says):
        sign(case)


def test_only_rsa_is_slow() -> None:
    """The caller can tell which profiles sign in a thread."""
    assert scheme("RSA").is_slow
    assert not scheme("Ed25519").is_slow


def test_second_is_rounded_down() -> None:
    """The date is never ahead of the clock."""
    request = Request("GET", b"/v1/users")
    assert one(scheme("Ed25519").sign(request, 1586968550.999999, NOTHING), "date") == DATE
    assert one(scheme("Ed25519").sign(request, 1586968551.0, NOTHING), "date") == DATE.replace(":50", ":51")


def test_repr_shows_no_key() -> None:
    """A scheme in a log shows its client id and its key's thumbprint."""
    key = PtiKey.load(jose_peer.private_jwk("Ed25519").encode())
    assert repr(scheme("Ed25519")) == f"PtiSignature(client_id='{CLIENT}', key=<PtiKey {key.thumbprint}>)"


PATH = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="#?"), max_size=20)
QUERY = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="#"), max_size=20)


@given(PATH, st.none() | QUERY, st.binary(max_size=100), st.sampled_from(["POST", "PUT", "PATCH"]))
def test_any_request_is_signed_as_jwcrypto_does(path: str, query: str | None, body: bytes, method: str) -> None:
    """For any path, query and body the token is jwcrypto's over the path and the bytes that leave."""
    case = Case(method, f"/{path}" + ("" if query is None else f"?{query}"), JSON, body)
    signed = sign(case)
    expected = jose_peer.signed(jose_peer.private_jwk("Ed25519"), lines(case).encode(), expected_header("EdDSA"))
    assert one(signed, "x-pti-signature") == expected
    assert signed.target == case.target.encode()
