"""The sandbox says, beside its refusal, which mistake explains it; for both APIs, and without the key."""

import asyncio
import hmac
import json
import time
from base64 import b64encode
from typing import Any

import httpx
import pytest

from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.pti.application import create_pti
from signer_proxy.sandbox.pti.clients import PtiClient
from tests.diagnosis.pti_signing import CLIENT, NOW, Asked, jwk, key
from tests.sandbox.calling import OTHER, PARTNER, Clock
from tests.vectors.loading import sdk_signature

PATH = "/snapTrade/registerUser"
QUERY = f"clientId=PARTNER&timestamp={NOW}"
BODY = b'{"userId": "new"}'


async def refused(signature: str, query: str = QUERY, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Send a signed POST, and return what is beside the refusal."""
    application = create_application([PARTNER, OTHER], clock=Clock(NOW))
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as http:
        sent = {"Signature": signature} if headers is None else headers
        answer = await http.post(PATH, content=BODY, headers=sent, extensions={}, params=httpx.QueryParams(query))
    assert answer.status_code in (400, 401)
    assert PARTNER.consumer_key not in answer.text
    found: dict[str, Any] = answer.json()["sandbox"]["diagnosis"]
    return found


def codes(diagnosis: dict[str, Any]) -> list[str]:
    """Return the codes of the mistakes."""
    return [mistake["code"] for mistake in diagnosis["mistakes"]]


@pytest.mark.parametrize(
    ("path", "expected"), [(f"/api/v1{PATH}", "path-prefix-added"), (f"{PATH}/", "path-slash-added")]
)
async def test_mistake_is_named(path: str, expected: str) -> None:
    """A signature over another path is explained, with both bases."""
    found = await refused(sdk_signature(path, QUERY, json.loads(BODY), PARTNER.consumer_key))
    assert (found["verdict"], codes(found)) == ("explained", [expected])
    assert f'"path":"{PATH}"' in found["expected_base"]
    assert f'"path":"{path}"' in found["actual_base"]


async def test_random_signature_is_not_explained() -> None:
    """What nothing explains is said to be so."""
    found = await refused(b64encode(bytes(32)).decode())
    assert (found["verdict"], codes(found)) == ("unexplained", [])


async def test_missing_client_is_looked_for() -> None:
    """Without a clientId every client's key is tried."""
    query = f"timestamp={NOW}"
    found = await refused(sdk_signature(PATH, query, json.loads(BODY), OTHER.consumer_key), query)
    assert codes(found) == ["client-id-missing"]


async def test_stale_timestamp_is_explained() -> None:
    """A right signature that comes late is not called right."""
    query = f"clientId=PARTNER&timestamp={NOW - 500}"
    found = await refused(sdk_signature(PATH, query, json.loads(BODY), PARTNER.consumer_key), query)
    assert codes(found) == ["timestamp-stale"]


async def test_token_is_diagnosed() -> None:
    """A wrong word before a token is named."""
    found = await refused("", headers={"Authorization": "Bearer a.b.c"})
    assert "authorization-wrong-word" in codes(found)


async def test_forged_token_is_not_called_right() -> None:
    """A token that looks right and was refused is not explained."""
    token = ".".join(["eyJhbGciOiJIUzI1NiJ9", "e30", "c2ln"])
    assert (await refused("", "", {"Authorization": f"JWT {token}"}))["verdict"] == "unexplained"


async def test_pti() -> None:
    """PTI's stand-in compares the lines."""
    asked = Asked(lines=lambda lines: [*lines[:5], "/users"])
    received = asked.received()
    application = create_pti([PtiClient(CLIENT, (jwk(key("ed25519")),))], clock=Clock(NOW))
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as http:
        answer = await http.post("/v1/users?q=1", content=received.body, headers=list(received.headers))
    assert answer.status_code == 401
    found = answer.json()["sandbox"]["diagnosis"]
    assert (found["verdict"], codes(found)) == ("explained", ["path-base-missing"])


async def test_three_common_mistakes_are_named() -> None:
    """The sandbox says what the command line says."""
    members = {"content": json.loads(BODY), "path": f"/api/v1{PATH}", "query": f"?{QUERY}"}
    base = json.dumps(members, sort_keys=True).encode()
    signature = b64encode(hmac.digest(PARTNER.consumer_key.encode(), base, "sha256")).decode()
    found = await refused(signature)
    assert set(codes(found)) == {"json-white-space", "path-prefix-added", "query-question-mark"}


@pytest.mark.parametrize("count", [1000, 20_000])
async def test_large_request_is_refused_soon(count: int) -> None:
    """Neither many members nor a large body hold up the refusal; what is too large is not looked at."""
    body = json.dumps({f"k{number}": number for number in range(count)}).encode()
    application = create_application([PARTNER, OTHER], clock=Clock(NOW))
    start = time.process_time()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://sandbox") as http:
        answer = await http.post(f"{PATH}?{QUERY}", content=body, headers={"Signature": b64encode(bytes(32)).decode()})
    assert answer.status_code == 401
    assert ("diagnosis" in answer.json()["sandbox"]) == (count == 1000)
    assert time.process_time() - start < 2  # a third of a second; a busy machine's is longer than another's


async def test_diagnoses_come_one_after_the_other_and_few_wait() -> None:
    """Of many refused requests at once each is answered, and only some are diagnosed."""
    application = create_application([PARTNER, OTHER], clock=Clock(NOW))
    headers = {"Signature": b64encode(bytes(32)).decode()}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://sandbox") as http:
        calls = (http.post(f"{PATH}?{QUERY}", content=BODY, headers=headers) for _ in range(12))
        answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} == {401}
    assert 0 < sum("diagnosis" in answer.json()["sandbox"] for answer in answers) < 12


async def test_failing_diagnosis_does_not_replace_the_refusal(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The answer is the API's own, without a diagnosis; the log says what kind of failure it was."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr("signer_proxy.diagnosis.snaptrade.diagnose.diagnose", fail)
    application = create_application([PARTNER], clock=Clock(NOW))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://sandbox") as http:
        answer = await http.post(f"{PATH}?{QUERY}", content=BODY, headers={"Signature": "x"})
    assert answer.status_code == 401
    assert "diagnosis" not in answer.json()["sandbox"]
    assert "ZeroDivisionError" in caplog.text
    assert "a secret" not in caplog.text
