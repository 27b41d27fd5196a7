"""The x-pti-request-id of a client's request must be a new one."""

import pytest

from tests.sandbox.pti.calling import JSON, Caller, Headers, reason


def with_ids(caller: Caller, *ids: str) -> Headers:
    """Return the headers of a signed GET /v1/assets with these ids."""
    right = caller.headers(caller.signature("GET", "/v1/assets"), JSON)
    return [*(one for one in right if one[0] != "x-pti-request-id"), *(("x-pti-request-id", value) for value in ids)]


async def test_id_is_good_once(caller: Caller, other: Caller) -> None:
    """A second request with it is refused; another client's may have it."""
    first, second = [await caller.send("GET", "/v1/assets", headers=with_ids(caller, "once")) for _ in range(2)]
    assert first.status_code == 200
    assert (reason(second), second.headers["Sandbox-Verdict"]) == ((409, "duplicate-request-id"), "refused")
    assert (await other.send("GET", "/v1/assets", headers=with_ids(other, "once"))).status_code == 200


async def test_id_of_a_refused_request_is_free(caller: Caller) -> None:
    """Whoever cannot sign cannot use up the ids of those who can."""
    headers = [(name, "x.y.z" if name == "x-pti-signature" else value) for name, value in with_ids(caller, "mine")]
    assert reason(await caller.send("GET", "/v1/assets", headers=headers)) == (401, "bad-jws")
    assert (await caller.send("GET", "/v1/assets", headers=with_ids(caller, "mine"))).status_code == 200


async def test_reading_needs_no_id(caller: Caller) -> None:
    """Without the header two equal requests are let in."""
    for _ in range(2):
        assert (await caller.send("GET", "/v1/assets", headers=with_ids(caller))).status_code == 200


@pytest.mark.parametrize(
    "ids",
    [
        pytest.param(["one", "two"], id="two"),
        pytest.param([""], id="empty"),
        pytest.param(["ab"], id="too short"),
        pytest.param(["a" * 65], id="too long"),
        pytest.param(["ABC"], id="capitals"),
        pytest.param(["a.b.c"], id="other signs"),
    ],
)
async def test_id_has_the_form_of_one(caller: Caller, ids: list[str]) -> None:
    """What the API description does not allow is refused."""
    answer = await caller.send("GET", "/v1/assets", headers=with_ids(caller, *ids))
    assert reason(answer) == (400, "bad-request-id")
