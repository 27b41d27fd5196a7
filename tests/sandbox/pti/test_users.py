"""Users are kept as their client says them, under the id that it chooses."""

import pytest

from tests.sandbox.pti.calling import JSON, Caller, reason

ALICE = {"id": "alice", "name": {"firstName": "Zoë", "lastName": "😀"}, "emails": [{"address": "a@example.com"}]}
KEPT = {**ALICE, "type": "PERSON", "status": "ACTIVE", "userCreationDate": "2023-11-14T22:13:20.000Z"}


async def test_user_is_kept(caller: Caller) -> None:
    """What is added is shown again, with what the API adds."""
    assert (await caller.call("POST", "/users", ALICE)).json() == KEPT
    assert (await caller.call("GET", "/users/alice")).json() == KEPT


async def test_user_is_the_clients(caller: Caller, other: Caller) -> None:
    """Another client does not see it, and may have one of the id."""
    await caller.call("POST", "/users", ALICE)
    assert reason(await other.call("GET", "/users/alice")) == (404, "not-found")
    assert (await other.call("POST", "/users", ALICE)).status_code == 201


async def test_id_is_taken_once(caller: Caller) -> None:
    """A second user of the id is refused."""
    await caller.call("POST", "/users", ALICE)
    assert reason(await caller.call("POST", "/users", ALICE)) == (409, "user-exists")


async def test_merging_adds_and_replacing_replaces(caller: Caller) -> None:
    """PATCH keeps what it does not name, PUT does not."""
    await caller.call("POST", "/users", ALICE)
    merged = await caller.call("PATCH", "/users", {"id": "alice", "sourceOfFunds": "Salary"})
    assert merged.json() == {**KEPT, "sourceOfFunds": "Salary"}
    replaced = await caller.call("PUT", "/users", {"id": "alice", "type": "BUSINESS"})
    assert replaced.json() == {
        "id": "alice",
        "type": "BUSINESS",
        "status": "ACTIVE",
        "userCreationDate": KEPT["userCreationDate"],
    }
    assert (await caller.call("GET", "/users/alice")).json() == replaced.json()


async def test_identifiers_and_status_are_not_taken(caller: Caller) -> None:
    """Numbers of a person's papers are never shown, and the status is the API's."""
    said = {**ALICE, "piis": [{"type": "SSN", "value": "123-45-6789"}], "status": "BLOCKED"}
    assert (await caller.call("POST", "/users", said)).json() == KEPT


async def test_users_come_in_pages(caller: Caller) -> None:
    """The list is cut as it is asked for, in the order of making."""
    for number in range(5):
        await caller.call("POST", "/users", {"id": f"user-{number}"})
    page = (await caller.call("GET", "/users?page=1&size=2")).json()
    assert [user["id"] for user in page["content"]] == ["user-2", "user-3"]
    assert (page["totalElements"], page["totalPages"], page["first"], page["last"]) == (5, 3, False, False)
    last = (await caller.call("GET", "/users?page=2&size=2")).json()
    assert ([user["id"] for user in last["content"]], last["last"]) == (["user-4"], True)
    assert (await caller.call("GET", "/users")).json()["numberOfElements"] == 5


@pytest.mark.parametrize("query", ["size=0", "size=101", "page=-1", "page=x", "page=12345678"])
async def test_page_that_there_is_none_of(caller: Caller, query: str) -> None:
    """A page outside the description's bounds is refused."""
    assert reason(await caller.call("GET", f"/users?{query}")) == (400, "bad-field")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", (400, "bad-json"), id="empty"),
        pytest.param(b"{", (400, "bad-json"), id="no JSON"),
        pytest.param(b"\xff", (400, "bad-json"), id="no UTF-8"),
        pytest.param(b'{"id":"alice","x":NaN}', (400, "bad-json"), id="NaN"),
        pytest.param(b'{"id":"alice","x":1e999}', (400, "bad-json"), id="overflow"),
        pytest.param(b'{"id":"alice","x":"\\ud800"}', (400, "bad-json"), id="half of a surrogate pair"),
        pytest.param(b'{"x":' * 100_000, (400, "bad-json"), id="nested without end"),
        pytest.param(b"[]", (400, "bad-field"), id="no object"),
        pytest.param(b"{}", (400, "bad-field"), id="no id"),
        pytest.param(b'{"id":1}', (400, "bad-field"), id="id is no text"),
        pytest.param(b'{"id":"Al"}', (400, "bad-field"), id="id of another form"),
        pytest.param(b'{"id":"alice","type":"DOG"}', (400, "bad-field"), id="unknown type"),
        pytest.param(b'{"id":"alice","type":[]}', (400, "bad-field"), id="type is no text"),
    ],
)
async def test_user_that_cannot_be_added(caller: Caller, content: bytes, expected: tuple[int, str]) -> None:
    """What is no user is refused, and the list stays empty."""
    assert reason(await caller.upload("POST", "/users", content, JSON)) == expected
    assert (await caller.call("GET", "/users")).json()["empty"] is True


async def test_packed_body(caller: Caller) -> None:
    """A body that is packed is verified as it is sent, and not unpacked."""
    headers = caller.headers(caller.signature("POST", "/v1/users", b"{}"))
    answer = await caller.send("POST", "/v1/users", b"{}", [*headers, ("Content-Encoding", "gzip")])
    assert reason(answer) == (415, "unsupported-encoding")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_unknown_user(caller: Caller, method: str) -> None:
    """Who is not there cannot be changed."""
    assert reason(await caller.call(method, "/users", {"id": "nobody"})) == (404, "not-found")
