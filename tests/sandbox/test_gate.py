"""Nothing passes without a right signature, each refusal says why, and every answer carries its marks."""

import json
import uuid

import pytest

from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.content import MAX_BODY
from tests.sandbox.calling import OTHER, PARTNER, PERSONAL, Caller, reason
from tests.vectors.loading import sdk_signature

PATH = "/snapTrade/listUsers"
GOOD = "clientId=PARTNER&timestamp=1700000000"
KEY = PARTNER.consumer_key


@pytest.mark.parametrize(
    ("query", "key", "expected"),
    [
        pytest.param("timestamp=1700000000", KEY, (401, "0000", "missing-client-id"), id="no clientId"),
        pytest.param("clientId=PARTNER", KEY, (401, "0000", "missing-timestamp"), id="no timestamp"),
        pytest.param("", KEY, (401, "0000", "missing-client-id"), id="no query"),
        pytest.param("clientId=X&timestamp=1700000000", KEY, (401, "0000", "unknown-client"), id="unknown client"),
        pytest.param("clientId=OTHER&timestamp=1700000000", KEY, (401, "1076", "bad-signature"), id="another's key"),
        pytest.param(GOOD, "wrong", (401, "1076", "bad-signature"), id="wrong key"),
        pytest.param(GOOD, None, (401, "1076", "missing-signature"), id="no signature"),
        pytest.param("clientId=PARTNER&timestamp=1699999939", KEY, (401, "0000", "stale-timestamp"), id="too old"),
        pytest.param("clientId=PARTNER&timestamp=1700000061", KEY, (401, "0000", "stale-timestamp"), id="too new"),
        pytest.param("clientId=PARTNER&timestamp=now", KEY, (401, "0000", "bad-timestamp"), id="no number"),
        pytest.param(f"{GOOD}&timestamp=1700000000", KEY, (400, "0000", "duplicate-parameter"), id="timestamp twice"),
        pytest.param(f"client%49d=PARTNER&{GOOD}", KEY, (400, "0000", "duplicate-parameter"), id="clientId twice"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "/api/v1"])
async def test_request_is_refused(
    partner: Caller, prefix: str, query: str, key: str | None, expected: tuple[int, str, str]
) -> None:
    """Each thing that can be wrong with a request has its status, code and reason, with and without the prefix."""
    path = prefix + PATH
    headers = {} if key is None else {"Signature": sdk_signature(path, query, None, key)}
    answer = await partner.send("GET", f"{path}?{query}", headers=headers)
    assert reason(answer) == expected
    assert answer.headers["Sandbox-Verdict"] == "refused"


@pytest.mark.parametrize(
    "target",
    [
        pytest.param(f"/symbols/KO?q=a%20b+c&x=1%2F2&{GOOD}", id="escapes and plus"),
        pytest.param(f"/symbols/K%4F?{GOOD}", id="path with an escape"),
        pytest.param(f"/symbols/KO?q=%zz&{GOOD}", id="no escape"),
        pytest.param(f"/symbols/KO?&&=&{GOOD}&", id="empty parameters"),
        pytest.param(f"/symbols/KO?q=%0d%0a&{GOOD}", id="line end as an escape"),
        pytest.param(f"/api/v1/symbols/KO?q=[]|{{}}\"'&{GOOD}", id="characters that clients escape"),
    ],
)
async def test_signature_covers_the_raw_target(partner: Caller, target: str) -> None:
    """Path and query are taken as they came, without decoding, sorting or cleaning."""
    path, _, query = target.partition("?")
    signature = sdk_signature(path, query, None, KEY)
    answer = await partner.send("GET", target, headers={"Signature": signature})
    assert (answer.status_code, answer.headers["Sandbox-Verdict"]) == (200, "verified")
    changed = await partner.send("GET", f"{target}&", headers={"Signature": signature})
    assert reason(changed) == (401, "1076", "bad-signature")
    assert changed.json()["sandbox"]["signature_base"] == json.dumps(
        {"content": None, "path": path, "query": f"{query}&"}, separators=(",", ":")
    )


async def test_second_question_mark_belongs_to_the_query(partner: Caller) -> None:
    """The target is split at its first question mark only, as the signature base of the refusal shows."""
    answer = await partner.send("GET", f"/symbols/KO?q=a?b&{GOOD}", headers={"Signature": "x"})
    assert json.loads(answer.json()["sandbox"]["signature_base"]) == {
        "content": None,
        "path": "/symbols/KO",
        "query": f"q=a?b&{GOOD}",
    }


async def test_two_signatures_are_none(partner: Caller) -> None:
    """A right signature beside another header of the name does not count."""
    signature = sdk_signature(PATH, GOOD, None, KEY)
    answer = await partner.http.get(
        "/",
        headers=[("Signature", signature), ("signature", signature)],
        extensions={"target": f"{PATH}?{GOOD}".encode()},
    )
    assert reason(answer) == (401, "1076", "duplicate-signature")


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        pytest.param(b"{", {}, (400, "0000", "bad-json"), id="no JSON"),
        pytest.param(b"{}", {"Content-Encoding": "br"}, (415, "0000", "unsupported-encoding"), id="unknown packing"),
        pytest.param(b" " * (MAX_BODY + 1), {}, (413, "0000", "body-too-large"), id="too large"),
    ],
)
async def test_body_that_cannot_be_read_is_refused(
    partner: Caller, body: bytes, headers: dict[str, str], expected: tuple[int, str, str]
) -> None:
    """A body that no signature can cover is refused, and the server goes on."""
    answer = await partner.send("POST", f"/symbols?{partner.query()}", body, headers)
    assert reason(answer) == expected
    assert (await partner.call("POST", "/symbols", {"substring": "ko"})).status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/v1/"])
async def test_status_is_open_to_all_but_wrong_signatures(partner: Caller, path: str) -> None:
    """Whoever signs nothing gets the status; whoever signs wants it checked."""
    plain = await partner.send("GET", path)
    assert plain.json() == {"version": 151, "timestamp": "2023-11-14T22:13:20+00:00", "online": True}
    assert "Sandbox-Verdict" not in plain.headers
    signed = await partner.call("GET", path)
    assert (signed.status_code, signed.headers["Sandbox-Verdict"]) == (200, "verified")
    wrong = await partner.send("GET", f"{path}?{GOOD}", headers={"Signature": "x"})
    assert reason(wrong) == (401, "1076", "bad-signature")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        pytest.param("GET", "/nothing", 404, id="unknown path"),
        pytest.param("GET", "/accounts/", 404, id="slash more"),
        pytest.param("DELETE", "/accounts", 405, id="other method"),
        pytest.param("GET", "/api/v2/accounts", 404, id="other prefix"),
    ],
)
async def test_unknown_operation_is_said_to_be_signed_rightly(
    partner: Caller, method: str, path: str, expected: int
) -> None:
    """What the sandbox does not have is refused in the API's shape, after its signature was verified."""
    answer = await partner.call(method, path)
    assert reason(answer) == (expected, "0000", "unknown-operation")
    assert answer.headers["Sandbox-Verdict"] == "verified"


async def test_every_answer_has_an_id_of_its_own(partner: Caller) -> None:
    """X-Request-ID is a UUID, on refusals as well, and never the same."""
    answers = [
        await partner.call("GET", PATH),
        await partner.send("GET", PATH),
        await partner.call("GET", "/nothing"),
        await partner.send("GET", "/"),
    ]
    assert len({uuid.UUID(answer.headers["X-Request-ID"]) for answer in answers}) == len(answers)


async def test_no_secret_is_ever_answered(alice: Caller, personal: Caller) -> None:
    """No answer holds a consumer key or the signature that would have been right."""
    query = alice.query()
    answers = [
        await alice.send("GET", f"/accounts?{query}", headers={"Signature": "x"}),
        await alice.send("GET", f"/accounts?{query}"),
        await alice.call("GET", "/accounts"),
        await alice.call("GET", "/snapTrade/partners"),
        await alice.call("POST", "/snapTrade/login"),
        await personal.call("GET", "/snapTrade/partners"),
        await personal.call("POST", "/snapTrade/registerUser", {"userId": "bob"}),
    ]
    right = sdk_signature("/accounts", query, None, KEY)
    for answer in answers:
        told = f"{answer.headers} {answer.text}"
        assert not [secret for secret in (right, KEY, OTHER.consumer_key, PERSONAL.consumer_key) if secret in told]


def test_client_shows_no_secret() -> None:
    """The repr of a client has neither its key nor its users' secrets."""
    shown = repr(PARTNER)
    assert "PARTNER" in shown
    assert "key" not in shown.replace("consumer_key", "")
    assert "secret" not in shown


def test_public_key_belongs_to_a_user(private_key: PrivateKey) -> None:
    """A key for somebody who is not there is a mistake of who runs the sandbox."""
    with pytest.raises(ValueError, match="'C': a public key without a user: bob"):
        Client("C", "key", users={"alice": "secret"}, public_keys={"bob": private_key.public})


def test_personal_client_has_no_named_users() -> None:
    """Users of a personal client are a mistake of who runs the sandbox."""
    with pytest.raises(ValueError, match="'P': a personal client has one user"):
        Client("P", "key", "personal", {"alice": "secret"})


async def test_client_that_goes_away_stops_nothing() -> None:
    """A body that never ends because its client is gone gets no answer, and the application no error."""
    application = create_application([PARTNER])
    sent: list[object] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(message: object) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/symbols",
        "raw_path": b"/symbols",
        "query_string": b"",
        "headers": [],
    }
    await application(scope, receive, send)
    assert sent == []


async def test_connection_serves_many_requests(partner: Caller) -> None:
    """Refused and verified requests follow each other on one connection."""
    refused = await partner.send("GET", PATH)
    stream = refused.extensions["network_stream"].get_extra_info("client_addr")
    verified = await partner.call("GET", PATH)
    assert [refused.status_code, verified.status_code] == [401, 200]
    assert verified.extensions["network_stream"].get_extra_info("client_addr") == stream
