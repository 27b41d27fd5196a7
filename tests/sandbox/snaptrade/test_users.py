"""Users are registered, checked, given new secrets and deleted, and a personal key has exactly one."""

from dataclasses import replace

import pytest

from tests.sandbox.calling import ALICE, Caller, reason


async def test_life_of_a_user(partner: Caller) -> None:
    """A user is there from its registration to its deletion, and each new secret makes the old one wrong."""
    registered = (await partner.call("POST", "/snapTrade/registerUser", {"userId": "bob"})).json()
    assert registered["userId"] == "bob"
    bob = replace(partner, user=("bob", registered["userSecret"]))
    assert (await bob.call("GET", "/accounts")).status_code == 200
    assert (await partner.call("GET", "/snapTrade/listUsers")).json() == ["alice", "zoë/ü", "bob"]

    reset = (await partner.call("POST", "/snapTrade/resetUserSecret", registered)).json()
    assert reset["userId"] == "bob"
    assert reset["userSecret"] != registered["userSecret"]
    assert reason(await bob.call("GET", "/accounts")) == (401, "1083", "wrong-user-secret")
    again = await partner.call("POST", "/snapTrade/resetUserSecret", registered)
    assert reason(again) == (401, "1083", "wrong-user-secret")
    bob = replace(partner, user=("bob", reset["userSecret"]))
    assert (await bob.call("GET", "/accounts")).status_code == 200

    deleted = (await partner.call("DELETE", "/snapTrade/deleteUser", query="userId=bob")).json()
    assert (deleted["status"], deleted["userId"]) == ("deleted", "bob")
    assert reason(await bob.call("GET", "/accounts")) == (401, "1083", "unknown-user")
    assert (await partner.call("GET", "/snapTrade/listUsers")).json() == ["alice", "zoë/ü"]
    twice = await partner.call("DELETE", "/snapTrade/deleteUser", query="userId=bob")
    assert reason(twice) == (404, "0000", "unknown-user")


async def test_registering_again_starts_afresh(partner: Caller) -> None:
    """A user who comes back has another secret and the same accounts."""
    seen = []
    for _ in range(2):
        registered = (await partner.call("POST", "/snapTrade/registerUser", {"userId": "bob"})).json()
        bob = replace(partner, user=("bob", registered["userSecret"]))
        seen.append((registered["userSecret"], (await bob.call("GET", "/accounts")).json()))
        await partner.call("DELETE", "/snapTrade/deleteUser", query="userId=bob")
    assert seen[0][0] != seen[1][0]
    assert seen[0][1] == seen[1][1]


async def test_user_id_may_have_any_characters(partner: Caller) -> None:
    """A userId beyond ASCII comes through body, query and answer as it is."""
    zoe = replace(partner, user=("zoë/ü", "zoë&secret"))
    assert (await zoe.call("GET", "/accounts")).status_code == 200
    answer = await partner.call("POST", "/snapTrade/registerUser", {"userId": "😀 +"})
    assert answer.json()["userId"] == "😀 +"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({"userId": "alice"}, (400, "1010", "user-exists"), id="taken"),
        pytest.param(None, (400, "0000", "bad-field"), id="no body"),
        pytest.param([], (400, "0000", "bad-field"), id="no object"),
        pytest.param({"userId": ""}, (400, "0000", "bad-field"), id="empty"),
        pytest.param({"userId": 7}, (400, "0000", "bad-field"), id="no text"),
        pytest.param({"userId": "\ud800"}, (400, "0000", "bad-field"), id="half a character"),
    ],
)
async def test_user_that_cannot_be_registered(partner: Caller, body: object, expected: tuple[int, str, str]) -> None:
    """A name that is taken or is no name is refused, and nobody is registered."""
    assert reason(await partner.call("POST", "/snapTrade/registerUser", body)) == expected
    assert (await partner.call("GET", "/snapTrade/listUsers")).json() == ["alice", "zoë/ü"]


async def test_clients_do_not_share_users(alice: Caller, other: Caller) -> None:
    """A user of one client is unknown to another, and may exist there under the same name with other accounts."""
    stranger = replace(other, user=ALICE)
    assert reason(await stranger.call("GET", "/accounts")) == (401, "1083", "unknown-user")
    registered = (await other.call("POST", "/snapTrade/registerUser", {"userId": "alice"})).json()
    namesake = replace(other, user=("alice", registered["userSecret"]))
    ids = [{account["id"] for account in (await each.call("GET", "/accounts")).json()} for each in (alice, namesake)]
    assert ids[0].isdisjoint(ids[1])


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        pytest.param(None, "missing-user", id="none"),
        pytest.param(("bob", "alice-secret"), "unknown-user", id="unknown"),
        pytest.param(("alice", "zoë&secret"), "wrong-user-secret", id="another's secret"),
        pytest.param(("alice", ""), "wrong-user-secret", id="empty secret"),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/accounts"),
        ("POST", "/snapTrade/login"),
        ("GET", "/accounts/any/balances"),
        ("POST", "/trade/place"),
        ("POST", "/trade/any"),
    ],
)
async def test_user_calls_need_the_users_secret(
    partner: Caller, method: str, path: str, user: tuple[str, str] | None, expected: str
) -> None:
    """Operations of a user are closed to whoever does not name it with its secret."""
    answer = await replace(partner, user=user).call(method, path)
    assert reason(answer) == (401, "1083", expected)


async def test_delete_names_its_user(partner: Caller) -> None:
    """A deletion without a userId deletes nobody."""
    assert reason(await partner.call("DELETE", "/snapTrade/deleteUser")) == (400, "0000", "bad-field")


async def test_personal_key_has_its_user_without_naming_it(personal: Caller, alice: Caller) -> None:
    """A personal key calls user operations as they are, and sees accounts of its own."""
    accounts = (await personal.call("GET", "/accounts")).json()
    assert accounts
    assert accounts != (await alice.call("GET", "/accounts")).json()
    path = f"/accounts/{accounts[0]['id']}"
    assert (await personal.call("GET", path)).json() == accounts[0]


@pytest.mark.parametrize("query", ["userId=a", "userSecret=b", "userId=", "user%49d=a&userSecret=b"])
@pytest.mark.parametrize("path", ["/accounts", "/snapTrade/partners", "/api/v1/accounts"])
async def test_personal_key_must_not_name_a_user(personal: Caller, path: str, query: str) -> None:
    """A user named in a personal key's query is refused on every operation."""
    assert reason(await personal.call("GET", path, query=query)) == (400, "1012", "named-user")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        pytest.param("POST", "/snapTrade/registerUser", {"userId": "bob"}, id="register"),
        pytest.param("POST", "/snapTrade/registerUser", None, id="register nobody"),
        pytest.param("POST", "/snapTrade/resetUserSecret", {"userId": "", "userSecret": ""}, id="reset"),
        pytest.param("DELETE", "/snapTrade/deleteUser", None, id="delete"),
    ],
)
async def test_personal_key_cannot_manage_users(personal: Caller, method: str, path: str, body: object) -> None:
    """Registering, resetting and deleting are a commercial client's."""
    assert reason(await personal.call(method, path, body)) == (403, "1012", "personal-key")
    assert (await personal.call("GET", "/snapTrade/listUsers")).json() == []


async def test_login_gives_a_link_that_leads_nowhere(alice: Caller) -> None:
    """The link is one of a reserved domain, and another a second later."""
    first = (await alice.call("POST", "/snapTrade/login", {"broker": "ANY"})).json()
    alice.clock.now += 1
    second = (await alice.call("POST", "/snapTrade/login")).json()
    assert first["redirectURI"].startswith("https://portal.sandbox.invalid/")
    assert first["sessionId"] in first["redirectURI"]
    assert first["sessionId"] != second["sessionId"]
