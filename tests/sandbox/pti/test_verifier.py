"""Nothing passes without a right signature, and each refusal says why."""

import json
from email.utils import formatdate
from typing import Any

import pytest

from signer_proxy.sandbox.content import MAX_BODY
from tests.jose_peer import signed
from tests.sandbox.calling import Clock
from tests.sandbox.pti.calling import (
    CLIENT,
    ED25519,
    JSON,
    OTHER,
    OTHERS,
    RSA,
    UNKNOWN,
    Caller,
    header,
    payload,
    reason,
    unsigned,
)

KEYS = [pytest.param(ED25519, id="Ed25519"), pytest.param(RSA, id="RSA")]
PATH = "/v1/users"


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("method", "target", "body", "content_type", "status"),
    [
        pytest.param("GET", "/assets", b"", JSON, 200, id="GET"),
        pytest.param("HEAD", "/assets", b"", JSON, 200, id="HEAD"),
        pytest.param("GET", "/users?page=0&size=2&x=%zz?", b"", JSON, 200, id="query is not signed"),
        pytest.param("GET", "/users/%61lice", b"", JSON, 404, id="escape in the path"),
        pytest.param("GET", "/users/a%2Fb//c", b"", JSON, 404, id="ambiguous path"),
        pytest.param("GET", "/users/[x]|'", b"", JSON, 404, id="characters that clients escape"),
        pytest.param("DELETE", "/transactions/none", b"", JSON, 404, id="DELETE"),
        pytest.param("POST", "/users", b'{"id": "alice"}', JSON, 201, id="POST"),
        pytest.param("POST", "/users", '{"id":"zoë","name":"é😀"}'.encode(), JSON, 400, id="unicode"),
        pytest.param("POST", "/users", b"", JSON, 400, id="empty body"),
        pytest.param("POST", "/users", b"\xff\x00", "application/octet-stream", 400, id="bytes"),
        pytest.param("POST", "/users", b'{"id":"alice"}', "application/json; charset=utf-8", 201, id="charset"),
        pytest.param("PUT", "/users", b'{"id":"nobody"}', JSON, 404, id="PUT"),
        pytest.param("PATCH", "/users", b'{"id":"nobody"}', JSON, 404, id="PATCH"),
    ],
)
async def test_right_signature_is_verified(
    caller: Caller, key: str, method: str, target: str, body: bytes, content_type: str, status: int
) -> None:
    """What jwcrypto signs over the six lines is let in, and one byte more in the path is not."""
    answer = await caller.by(key).upload(method, target, body, content_type)
    assert (answer.status_code, answer.headers["Sandbox-Verdict"]) == (status, "verified")
    path, _, query = f"/v1{target}".partition("?")
    signature = caller.by(key).signature(method, path, body, content_type)
    changed = f"{path}.?{query}"
    refused = await caller.by(key).send(method, changed, body, caller.headers(signature, content_type))
    assert (refused.status_code, refused.headers["Sandbox-Verdict"]) == (401, "refused")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"x-pti-client-id": []}, (401, "missing-client-id"), id="no client id"),
        pytest.param({"x-pti-client-id": [CLIENT.client_id] * 2}, (401, "duplicate-client-id"), id="client id twice"),
        pytest.param({"x-pti-client-id": ["nobody"]}, (401, "unknown-client"), id="unknown client"),
        pytest.param({"x-pti-client-id": [OTHER.client_id]}, (401, "unknown-key"), id="another client"),
        pytest.param({"x-pti-signature": []}, (401, "missing-signature"), id="no signature"),
        pytest.param({"x-pti-signature": ["x", "y"]}, (401, "duplicate-signature"), id="two signatures"),
        pytest.param({"x-pti-signature": ["x.y"]}, (401, "bad-jws"), id="two parts"),
        pytest.param({"x-pti-signature": ["=.=.="]}, (401, "bad-jws"), id="no Base64url"),
        pytest.param({"x-pti-signature": ["e30.e30.e31"]}, (401, "bad-jws"), id="loose bits"),
        pytest.param({"x-pti-signature": ["W10.."]}, (401, "bad-jws"), id="header is no object"),
        pytest.param({"x-pti-signature": ["e30.."]}, (401, "unknown-key"), id="header is empty"),
        pytest.param({"x-pti-token": ["x"]}, (400, "mixed-authentication"), id="token beside"),
        pytest.param({"Date": []}, (400, "missing-date"), id="no date"),
        pytest.param({"Date": ["Tue, 14 Nov 2023 22:13:20 GMT"] * 2}, (400, "duplicate-date"), id="two dates"),
        pytest.param({"Date": ["1700000000"]}, (400, "bad-date"), id="date as a number"),
        pytest.param({"Date": ["2023-11-14T22:13:20Z"]}, (400, "bad-date"), id="date in ISO 8601"),
        pytest.param({"Date": ["Tue, 14 Nov 2023 22:13:20 +0000"]}, (400, "bad-date"), id="date with an offset"),
        pytest.param({"Date": ["Mon, 14 Nov 2023 22:13:20 GMT"]}, (400, "bad-date"), id="wrong weekday"),
        pytest.param({"Date": ["Tue, 14 Nov 99999 22:13:20 GMT"]}, (400, "bad-date"), id="date out of all range"),
        pytest.param({"Date": ["Tue, 14 Nov 2023 22:13:21 GMT"]}, (401, "wrong-payload"), id="a second later"),
        pytest.param({"Content-Type": []}, (400, "missing-content-type"), id="no content type"),
        pytest.param({"Content-Type": [JSON] * 2}, (400, "duplicate-content-type"), id="two content types"),
        pytest.param({"Content-Type": ["Application/JSON"]}, (401, "wrong-payload"), id="content type in capitals"),
    ],
)
async def test_header_that_is_not_right(
    caller: Caller, changes: dict[str, list[str]], expected: tuple[int, str]
) -> None:
    """Each thing that can be wrong with a header has its status and reason."""
    body = b'{"id":"alice"}'
    right = caller.headers(caller.signature("POST", PATH, body))
    added = [(name, value) for name, values in changes.items() for value in values]
    headers = [(name, value) for name, value in right if name not in changes] + added
    answer = await caller.send("POST", PATH, body, headers)
    assert reason(answer) == expected
    assert answer.headers["Sandbox-Verdict"] == "refused"


@pytest.mark.parametrize(
    ("key", "changes", "expected"),
    [
        pytest.param(UNKNOWN, {}, "unknown-key", id="unknown key"),
        pytest.param(OTHERS, {}, "unknown-key", id="another client's key"),
        pytest.param(ED25519, {"kid": None}, "unknown-key", id="no kid"),
        pytest.param(ED25519, {"kid": ["x"]}, "unknown-key", id="kid is no text"),
        pytest.param(ED25519, {"kid": header(RSA, "")["kid"]}, "bad-header", id="kid of the other key"),
        pytest.param(UNKNOWN, {"kid": header(RSA, "")["kid"]}, "bad-signature", id="by another key of the kind"),
        pytest.param(RSA, {"alg": "RS256"}, "bad-header", id="RS256"),
        pytest.param(RSA, {"alg": "PS512"}, "bad-header", id="PS512"),
        pytest.param(ED25519, {"crv": None}, "bad-header", id="no crv"),
        pytest.param(ED25519, {"crv": "Ed448"}, "bad-header", id="other crv"),
        pytest.param(ED25519, {"cid": None}, "bad-header", id="no cid"),
        pytest.param(ED25519, {"cid": OTHER.client_id}, "bad-header", id="another client's cid"),
        pytest.param(ED25519, {"crit": ["cid"]}, "bad-jws", id="critical extension"),
    ],
)
async def test_jws_header_that_is_not_right(caller: Caller, key: str, changes: dict[str, Any], expected: str) -> None:
    """The key is a registered one of this client, the algorithm is its own, and the header says so."""
    protected = {
        name: value for name, value in {**header(key, CLIENT.client_id), **changes}.items() if value is not None
    }
    content = payload("GET", "/v1/assets", b"", JSON, caller.date, CLIENT.client_id)
    critical = protected.pop("crit", None)
    jws = signed(key, content, protected)
    if critical is not None:  # no library signs what it does not know
        jws = unsigned({**protected, "crit": critical}, content)
    answer = await caller.send("GET", "/v1/assets", headers=caller.headers(jws))
    assert reason(answer) == (401, expected)


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        pytest.param("none", "bad-header", id="none"),
        pytest.param("HS512", "bad-header", id="symmetric"),
        pytest.param("RS512", "bad-signature", id="the right one, and no signature"),
    ],
)
async def test_algorithm_is_the_keys(caller: Caller, algorithm: str, expected: str) -> None:
    """What a header says of its algorithm chooses nothing."""
    content = payload("GET", "/v1/assets", b"", JSON, caller.date, CLIENT.client_id)
    jws = unsigned({**header(RSA, CLIENT.client_id), "alg": algorithm}, content)
    answer = await caller.send("GET", "/v1/assets", headers=caller.headers(jws))
    assert reason(answer) == (401, expected)


@pytest.mark.parametrize(
    ("line", "word", "changed"),
    [
        pytest.param(0, "the method", b"PUT", id="method"),
        pytest.param(1, "the body's digest", b"0" * 64, id="digest"),
        pytest.param(2, "the content type", b"content-type:text/plain", id="content type"),
        pytest.param(3, "the date", b"date:Tue, 14 Nov 2023 22:13:21 GMT", id="date"),
        pytest.param(4, "the client id", b"x-pti-client-id:x", id="client id"),
        pytest.param(5, "the path", b"/users", id="path without its base"),
        pytest.param(5, "the path", b"/v1/users?page=1", id="path with the query"),
    ],
)
async def test_refusal_names_the_line(caller: Caller, line: int, word: str, changed: bytes) -> None:
    """What was signed otherwise than it was sent is named, and what should have been signed is shown."""
    body = b'{"id":"alice"}'
    right = payload("POST", PATH, body, JSON, caller.date, CLIENT.client_id)
    lines = right.split(b"\n")
    lines[line] = changed
    jws = signed(ED25519, b"\n".join(lines), header(ED25519, CLIENT.client_id))
    answer = await caller.send("POST", f"{PATH}?page=1", body, caller.headers(jws))
    assert reason(answer) == (401, "wrong-payload")
    assert f"line {line + 1}, {word}," in answer.json()["sandbox"]["why"]
    assert answer.json()["sandbox"]["signature_base"].encode() == right


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda right: right + b"\n", id="line end behind the path"),
        pytest.param(lambda right: right.replace(b"\n\n", b"\n"), id="empty lines left out"),
    ],
)
async def test_refusal_counts_the_lines(caller: Caller, change: Any) -> None:  # noqa: ANN401  # a lambda's type
    """Another number of lines is said as such."""
    right = payload("GET", "/v1/assets", b"", JSON, caller.date, CLIENT.client_id)
    jws = signed(ED25519, change(right), header(ED25519, CLIENT.client_id))
    answer = await caller.send("GET", "/v1/assets", headers=caller.headers(jws))
    assert reason(answer) == (401, "wrong-payload")
    assert "must have 6 lines" in answer.json()["sandbox"]["why"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_body_that_no_signature_covers(caller: Caller, method: str) -> None:
    """A body is refused where its digest is not among the lines."""
    assert reason(await caller.upload(method, "/assets", b"{}", JSON)) == (400, "uncovered-body")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param(-3600, "3600 seconds behind", id="an hour behind"),
        pytest.param(-301, "301 seconds behind", id="just too old"),
        pytest.param(-300, None, id="five minutes old"),
        pytest.param(300, None, id="five minutes ahead"),
        pytest.param(301, "301 seconds ahead", id="just too new"),
    ],
)
async def test_clock_that_is_off(caller: Caller, clock: Clock, seconds: int, expected: str | None) -> None:
    """A Date beyond five minutes is refused, and the answer has the sandbox's own."""
    late = Caller(caller.http, Clock(clock.now + seconds))
    answer = await late.call("GET", "/assets")
    assert answer.headers.get_list("Date") == [formatdate(clock.now, usegmt=True)]
    if expected is None:
        assert answer.status_code == 200
        return
    assert reason(answer) == (401, "stale-date")
    assert expected in answer.json()["sandbox"]["why"]
    assert "Date" in answer.json()["message"]


async def test_two_members_of_a_name_in_the_header(caller: Caller) -> None:
    """A header that two readers could read in two ways is refused."""
    content = payload("GET", "/v1/assets", b"", JSON, caller.date, CLIENT.client_id)
    once = json.dumps(header(ED25519, CLIENT.client_id))
    twice = unsigned({}, content).replace("e30", unsigned({}, f'{once[:-1]}, "cid": "x"}}'.encode()).split(".")[1], 1)
    assert reason(await caller.send("GET", "/v1/assets", headers=caller.headers(twice))) == (401, "bad-jws")


async def test_body_that_is_too_large(caller: Caller) -> None:
    """The server reads up to its limit and goes on."""
    answer = await caller.send("POST", PATH, b" " * (MAX_BODY + 1), caller.headers("x"))
    assert reason(answer) == (413, "body-too-large")
    assert (await caller.call("GET", "/assets")).status_code == 200


async def test_unknown_operation_is_said_to_be_signed_rightly(caller: Caller) -> None:
    """What the sandbox does not have is refused after its signature was verified."""
    for method, target, status in [("GET", "/nothing", 404), ("GET", "/users/", 404), ("DELETE", "/users", 405)]:
        answer = await caller.call(method, target)
        assert reason(answer) == (status, "unknown-operation")
        assert answer.headers["Sandbox-Verdict"] == "verified"
