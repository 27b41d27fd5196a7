"""Signed requests through the daemon: verified at the other end, with every byte of the client's kept."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import pytest

from signer_proxy.schemes.pti_headers import SIGNATURE, TOKEN
from tests.end_to_end.client_side.curling import curl
from tests.end_to_end.daemon import Daemon
from tests.end_to_end.pti.api import Api, Asked
from tests.end_to_end.pti.profiles import CLIENT_ID, FILES, KEYS
from tests.end_to_end.wire import Reply, ask, request
from tests.jose_peer import signed
from tests.sandbox.pti.calling import header, payload

JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Case:
    """A request, the target that it has at the other end, and the content type that it is signed with there."""

    method: str
    target: str
    arrives: str
    body: bytes = b""
    content_type: str | None = None
    signed_type: str = JSON
    status: int = 404
    """Nothing is there, unless a case says so: the signature is verified all the same."""

    @property
    def lines(self) -> Sequence[str]:
        """The header lines of the client."""
        return () if self.content_type is None else (f"Content-Type: {self.content_type}",)


CHARSET: Final = "application/json; charset=UTF-8"
CASES: Final = {
    "get": Case("GET", "/assets", "/v1/assets", status=200),
    "base-path-kept": Case("GET", "/v1/assets", "/v1/assets", status=200),
    "base-path-alone": Case("GET", "/v1", "/v1"),
    "base-path-as-a-beginning": Case("GET", "/v1x", "/v1/v1x"),
    "query": Case("GET", "/users?page=0&size=5", "/v1/users?page=0&size=5", status=200),
    "odd-query": Case("GET", "/users?a=%2F&&b=c+d&%zz=?/", "/v1/users?a=%2F&&b=c+d&%zz=?/", status=200),
    "escapes": Case("GET", "/users/a%20b%c3%A9~%7E@:!$'()*,=", "/v1/users/a%20b%c3%A9~%7E@:!$'()*,="),
    "escaped-slash": Case("GET", "/users/a%2Fb", "/v1/users/a%2Fb"),
    "delete": Case("DELETE", "/transactions/nothing", "/v1/transactions/nothing"),
    "delete-with-query": Case("DELETE", "/transactions/nothing?why=x", "/v1/transactions/nothing?why=x"),
    "post-empty": Case("POST", "/nothing", "/v1/nothing"),
    "post-empty-with-type": Case("POST", "/nothing", "/v1/nothing", content_type=CHARSET, signed_type=CHARSET),
    "put-empty": Case("PUT", "/nothing", "/v1/nothing"),
    "json": Case("PATCH", "/nothing", "/v1/nothing", b'{"a": 1}', JSON),
    "json-without-type": Case("POST", "/nothing", "/v1/nothing", b'{"a": 1}'),
    "json-with-charset": Case("POST", "/nothing", "/v1/nothing", b'{"a":1.0}', CHARSET, CHARSET),
    "odd-type": Case(
        "POST", "/nothing", "/v1/nothing", b"{}", 'Application/JSON;q="a  b"', 'Application/JSON;q="a  b"'
    ),
    "unicode": Case("POST", "/nothing", "/v1/nothing", '{"name": "Zoë 黒 🦊"}'.encode(), JSON),
    "no-json": Case("PUT", "/nothing", "/v1/nothing", b"\x00\xff\r\n", "text/plain", "text/plain"),
    "form": Case("POST", "/nothing?x=1", "/v1/nothing?x=1", b"a=1&b=%20", "a/x-form", "a/x-form"),
    "large": Case("POST", "/nothing", "/v1/nothing", b'{"a": "%b"}' % (b"x" * 300_000), JSON),
}


def sent(api: Api, reply: Reply) -> Asked:
    """Return what came, which must be one request with a right signature."""
    assert reply.all("Sandbox-Verdict") == ["verified"], reply
    (asked,) = api.asked
    return asked


def expected(asked: Asked, key: str, content_type: str) -> str:
    """Return the signature that PTI's own tools would make over a request as it came."""
    path = asked.target.partition("?")[0]
    content = payload(asked.method, path, asked.body, content_type, asked.one("date"), CLIENT_ID)
    return signed(key, content, dict(sorted(header(key, CLIENT_ID).items())))


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_verified(daemon: Daemon, api: Api, case: Case, file: str) -> None:
    """What leaves is verified, and is to the byte what the client sent and what PTI's own tools would sign."""
    profile = file.replace(".", "-")
    raw = request(
        daemon.port, case.method, case.target, f"Signer-Profile: {profile}", "X-A:  1 ", *case.lines, body=case.body
    )
    reply = ask(daemon.port, raw)
    asked = sent(api, reply)
    assert (reply.status, reply.all("Signer-Profile"), reply.all("Signer-Warning")) == (case.status, [profile], [])
    assert (asked.method, asked.target, asked.body) == (case.method, case.arrives, case.body)
    assert asked.all("x-a") == ["1"]
    assert asked.one("x-pti-client-id") == CLIENT_ID
    hashed = case.method in ("POST", "PUT", "PATCH")
    assert asked.all("content-type") == ([case.signed_type] if hashed else [])
    assert asked.one("x-pti-signature") == expected(asked, KEYS[file.partition(".")[0]], case.signed_type)
    assert str(UUID(asked.one("x-pti-request-id"))) == asked.one("x-pti-request-id")


def test_own_headers(daemon: Daemon, api: Api) -> None:
    """What the client sends of signature, token, client id and Date is gone, in any case and however often."""
    theirs = (
        "X-PTI-Signature: theirs.of.old",
        "x-pti-signature: a.b.c",
        "X-Pti-Token: token-of-the-client",
        "x-pti-client-id: SOMEBODY",
        "X-PTI-CLIENT-ID: SOMEBODY-ELSE",
        "Date: Wed, 15 Apr 2020 16:35:50 GMT",
        "date: Thu, 16 Apr 2020 16:35:50 GMT",
    )
    asked = sent(api, ask(daemon.port, request(daemon.port, "GET", "/assets", *theirs)))
    assert (asked.one("x-pti-client-id"), asked.all("x-pti-token")) == (CLIENT_ID, [])
    assert asked.one("x-pti-signature") == expected(asked, KEYS["ed25519"], JSON)
    assert "2020" not in asked.one("date")


OWN_IDS: Final = {"lower-case": ("x-pti-request-id", "order-1"), "mixed-case": ("X-PTI-Request-Id", "order-2")}


@pytest.mark.parametrize(("name", "own"), OWN_IDS.values(), ids=OWN_IDS)
def test_request_id_of_the_client(daemon: Daemon, api: Api, name: str, own: str) -> None:
    """An x-pti-request-id of the client's is kept as it is, and no second one is added."""
    asked = sent(api, ask(daemon.port, request(daemon.port, "GET", "/assets", f"{name}: {own}")))
    assert asked.one("x-pti-request-id") == own


def test_request_ids_differ(daemon: Daemon, api: Api) -> None:
    """Each request without one gets an x-pti-request-id of its own."""
    for _ in range(5):
        assert ask(daemon.port, request(daemon.port, "GET", "/assets")).status == 200
    assert len({asked.one("x-pti-request-id") for asked in api.asked}) == 5


def test_transaction_is_known_by_the_added_id(daemon: Daemon, api: Api) -> None:
    """A transaction can be looked up by the x-pti-request-id that was added for it."""
    user = json.dumps({"id": "user-of-a-deposit"}).encode()
    assert ask(daemon.port, request(daemon.port, "POST", "/users", body=user)).status == 201
    deposit = {"initiator": {"id": "user-of-a-deposit"}, "amount": 5, "sourceMethod": {"paymentMethodType": "FIAT"}}
    body = json.dumps(deposit).encode()
    reply = ask(daemon.port, request(daemon.port, "POST", "/transactions/deposits", body=body))
    assert (reply.status, json.loads(reply.body)["id"]) == (201, api.asked[-1].one("x-pti-request-id"))
    shown = ask(daemon.port, request(daemon.port, "GET", f"/transactions/{json.loads(reply.body)['id']}"))
    assert (shown.status, json.loads(shown.body)["amount"]) == (200, 5)


@pytest.mark.parametrize("line", ["Content-Type:", "Content-Type: \t"])
def test_empty_content_type(daemon: Daemon, api: Api, line: str) -> None:
    """A content type that says nothing is as good as none."""
    asked = sent(api, ask(daemon.port, request(daemon.port, "POST", "/nothing", line, body=b"{}")))
    assert asked.all("content-type") == [JSON]


def test_chunked(daemon: Daemon, api: Api) -> None:
    """A chunked body is signed and sent as a whole, with its length."""
    raw = request(daemon.port, "POST", "/nothing", "Transfer-Encoding: chunked") + b"3\r\n{} \r\n2\r\n{}\r\n0\r\n\r\n"
    asked = sent(api, ask(daemon.port, raw))
    assert (asked.body, asked.one("content-length"), asked.all("transfer-encoding")) == (b"{} {}", "5", [])


def test_curl(daemon: Daemon, api: Api) -> None:
    """A plain curl -d of JSON is signed with the content type that curl makes up."""
    reply = curl(f"http://127.0.0.1:{daemon.port}/users", "--data", '{"id": "user-of-curl", "name": "Zoë"}')
    asked = sent(api, reply)
    assert (reply.status, asked.one("content-type")) == (201, "application/x-www-form-urlencoded")
    assert json.loads(reply.body)["name"] == "Zoë"


def test_upload(daemon: Daemon, api: Api) -> None:
    """A multipart upload arrives byte for byte, and a warning says that the vendor's tools sign it in other ways."""
    user = json.dumps({"id": "user-of-an-upload"}).encode()
    assert ask(daemon.port, request(daemon.port, "POST", "/users", body=user)).status == 201
    api.asked.clear()
    content = bytes(range(256)) * 40
    path = daemon.config.with_name("pass.bin")
    path.write_bytes(content)
    url = f"http://127.0.0.1:{daemon.port}/users/user-of-an-upload/documents"
    meta = 'metaInformation={"documentType": "PASSPORT"}'
    reply = curl(url, "--form", f"document=@{path}", "--form", meta)
    asked = sent(api, reply)
    assert (reply.status, reply.all("Signer-Warning")) == (201, ["canonical-ambiguous"])
    assert json.loads(reply.body)["sha256"] == hashlib.sha256(content).hexdigest()
    assert re.fullmatch("multipart/form-data; boundary=.+", asked.one("content-type"))
    assert asked.one("x-pti-signature") == expected(asked, KEYS["ed25519"], asked.one("content-type"))


BODYLESS: Final = {"get": "GET", "delete": "DELETE", "head": "HEAD"}


@pytest.mark.parametrize("method", BODYLESS.values(), ids=BODYLESS)
def test_uncovered_body(daemon: Daemon, api: Api, method: str) -> None:
    """A body that the signature would not cover is refused, and nothing is sent."""
    raw = request(daemon.port, method, "/assets", body=b'{"a": 1}')
    reply = ask(daemon.port, raw, method)
    assert (reply.status, reply.code, api.asked) == (422, "not-signable", [])
    if method != "HEAD":
        assert f"got 8 bytes with {method} (send no body)" in reply.problem["detail"]


TWICE: Final = ("Content-Type: application/json", "Content-Type: text/plain")


def test_two_content_types(daemon: Daemon, api: Api) -> None:
    """Of two content types nobody knows which one was signed: the request is refused."""
    reply = ask(daemon.port, request(daemon.port, "POST", "/nothing", *TWICE, body=b"{}"))
    assert (reply.status, reply.code, api.asked) == (422, "not-signable", [])


def test_never_both(daemon: Daemon, api: Api) -> None:
    """No request has a signature and a token, whatever the profile."""
    for profile in ("ed25519-jwk", "token"):
        theirs = ("x-pti-token: a", "x-pti-signature: b", f"Signer-Profile: {profile}")
        assert ask(daemon.port, request(daemon.port, "GET", "/assets", *theirs)).status == 200
    both = {SIGNATURE.decode(), TOKEN.decode()}
    assert [len(both & {name for name, _ in asked.headers}) for asked in api.asked] == [1, 1, 1]
