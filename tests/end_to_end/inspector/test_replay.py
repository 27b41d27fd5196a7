"""A replay from the page is signed afresh, by the profile that served it."""

import pytest
import requests

from tests.end_to_end.inspector.stage import JSON, THEIRS, Stage
from tests.end_to_end.inspector.ui import Flow

ACCEPTED = {
    "a signature": ("partner", "GET", "/accounts", b""),
    "a userSecret of the client's": ("partner", "GET", "/accounts?userId=alice&userSecret={secret}", b""),
    "a body": ("partner", "POST", "/symbols", b'{"substring": "a"}'),
    "a token": ("bob", "GET", "/accounts", b""),
    "a JWS": ("pti-signed", "GET", "/v1/users", b""),
    "a single-use token": ("pti-token", "GET", "/v1/users", b""),
}


def answer_header(flow: Flow, name: str) -> list[str]:
    """Return the values of a header of an answer."""
    return [value for key, value in flow["response"]["headers"] if key.lower() == name]


@pytest.mark.parametrize(("profile", "method", "target", "body"), ACCEPTED.values(), ids=ACCEPTED)
def test_signed_afresh(stage: Stage, profile: str, method: str, target: str, body: bytes) -> None:
    """The API accepts the replay, which the guard has not seen, with another signature than the first request's."""
    target = target.format(secret=stage.parties.users["alice"])
    assert stage.call(profile, method, target, *([JSON] if body else []), body=body).status == 200
    first = stage.ui.last()
    again = stage.ui.replay(first)
    assert again["response"]["status_code"] == 200
    assert answer_header(again, "sandbox-verdict") == ["verified"]
    assert answer_header(again, "signer-profile") == [profile]
    assert again["is_replay"] == "request"
    assert stage.ui.flows()[-2] == first, "the first exchange stays as it was"


def test_it_is_signed_at_its_own_time(stage: Stage) -> None:
    """A stale timestamp in what is replayed, as of an edit, does not leave."""
    stage.call("raw-reader", "GET", "/accounts?x=1")
    flow = stage.ui.last()
    edited = {"request": {"path": "/accounts?x=2&clientId=OTHER&timestamp=1", "headers": [["Signature", "old"]]}}
    assert stage.ui.ask("PUT", f"/flows/{flow['id']}", edited).status_code == 200
    stage.ui.replay(flow)
    _, sent = stage.recorder.requests
    assert sent.startswith(b"GET /accounts?x=2&clientId=PARTNER&timestamp=")
    assert b"timestamp=1 " not in sent
    assert sent.count(b"Signature: ") == 1
    assert b"Signature: old" not in sent


def test_the_rules_hold(stage: Stage) -> None:
    """A replay that was edited into something that the profile may not do is refused."""
    stage.call("raw-reader", "GET", "/accounts")
    flow = stage.ui.last()
    stage.ui.ask("PUT", f"/flows/{flow['id']}", {"request": {"path": "/trade/place", "method": "POST"}})
    again = stage.ui.replay(flow)
    assert again["comment"] == "raw-reader · snaptrade-signature · refused access-denied"
    assert len(stage.recorder.requests) == 1


SMUGGLED = "b\r\nContent-Length: 0\r\n\r\nPOST /api/v1/trade/place HTTP/1.1\r\nHost: x\r\nContent-Length: 0"
TWO_FACED: dict[str, dict[str, object]] = {
    "a request in a header": {"headers": [["X-A", SMUGGLED]]},
    "a request in a header's name": {"headers": [[f"X-A: {SMUGGLED}", "b"]]},
    "a line end in a header": {"headers": [["X-A", "b\nSignature: old"]]},
    "a header's name with a blank": {"headers": [["X A", "b"]]},
    "a request in the method": {"method": "GET /x HTTP/1.1\r\nX: y\r\n\r\nGET"},
    "a tunnel": {"method": "CONNECT"},
    "a method beyond ASCII": {"method": "G\u00c9T"},
    "a target with a host": {"path": "http://evil.example/x"},
    "a target without a slash": {"path": "noslash"},
}


@pytest.mark.parametrize("edit", TWO_FACED.values(), ids=TWO_FACED)
def test_what_could_be_read_in_two_ways(stage: Stage, edit: dict[str, object]) -> None:
    """A replay that was edited into what the guard refuses on arrival is refused as well, and nothing leaves."""
    stage.call("raw", "GET", "/accounts")
    flow = stage.ui.last()
    assert stage.ui.ask("PUT", f"/flows/{flow['id']}", {"request": edit}).status_code == 200
    again = stage.ui.replay(flow)
    assert answer_header(again, "signer-error") == ["bad-request"]
    assert len(stage.recorder.requests) == 1


GONE = {
    "a parameter": ("raw", "GET", "/accounts?userId=carol&userSecret=theirs", (), b"", "userSecret"),
    "a header": ("raw", "GET", "/accounts", (f"Cookie: {THEIRS}",), b"", "Cookie"),
    "a member": ("raw", "POST", "/symbols", (JSON,), b'{"token": "theirs"}', "token"),
    "a link in a body": ("raw", "POST", "/symbols", (JSON,), b'{"url": "https://x/?token=theirs"}', "token"),
    "a link in a header": ("raw", "GET", "/accounts", ("Referer: https://x/?a&token=theirs",), b"", "token"),
    "a link in a parameter": ("raw", "GET", "/accounts?to=x%3Ftoken%3Dtheirs", (), b"", "token"),
    "a token for PTI": ("pti-signed", "POST", "/v1/users", (JSON,), b'{"id": "x", "jwt": "theirs"}', "jwt"),
}


@pytest.mark.parametrize(("profile", "method", "target", "headers", "body", "name"), GONE.values(), ids=GONE)
def test_what_was_not_kept(
    stage: Stage, profile: str, method: str, target: str, headers: tuple[str, ...], body: bytes, name: str
) -> None:
    """A replay that lacks a secret of the client's leaves nothing, and says which it is."""
    stage.call(profile, method, target, *headers, body=body)
    before = len(stage.recorder.requests) + len(stage.pti.asked)
    again = stage.ui.replay(stage.ui.last())
    assert answer_header(again, "signer-error") == ["not-signable"]
    assert f'"{name}: the value was not kept' in stage.ui.content(again, "response").decode()
    assert len(stage.recorder.requests) + len(stage.pti.asked) == before


def test_a_cut_body(stage: Stage) -> None:
    """A body that is kept cut is not sent, though PTI signs any bytes."""
    body = b'{"id": "x", "note": "%b"}' % (b"n" * (1 << 20))
    stage.call("pti-signed", "POST", "/v1/users", JSON, body=body)
    flow = stage.ui.last()
    assert flow["comment"].endswith(" · request cut at 1 MiB")
    assert flow["request"]["contentLength"] == 1 << 20
    before = len(stage.pti.asked)
    again = stage.ui.replay(flow)
    assert answer_header(again, "signer-error") == ["not-signable"]
    assert len(stage.pti.asked) == before


def test_a_cut_body_that_was_refused(stage: Stage) -> None:
    """A refused request is kept cut as well, and what is missing of it is known when it is replayed."""
    body = b'{"note": "%b"}' % (b"n" * (1 << 20))
    assert stage.call("raw-reader", "POST", "/trade/place", JSON, body=body).code == "access-denied"
    flow = stage.ui.last()
    assert flow["comment"].endswith("refused access-denied · request cut at 1 MiB")
    stage.ui.ask("PUT", f"/flows/{flow['id']}", {"request": {"path": "/symbols"}})
    assert answer_header(stage.ui.replay(flow), "signer-error") == ["not-signable"]
    assert stage.recorder.requests == []


def test_another_page_cannot(stage: Stage) -> None:
    """A request without the page's own token against forgery replays nothing."""
    stage.call("raw", "GET", "/accounts")
    flow = stage.ui.last()
    url = f"{stage.ui.origin}/flows/{flow['id']}/replay"
    cookies = stage.ui.session.cookies
    assert requests.post(url, cookies=cookies, timeout=20).status_code == 403
    assert stage.ui.ask("POST", f"/flows/{flow['id']}/replay", **{"Sec-Fetch-Site": "cross-site"}).status_code >= 400
    assert len(stage.recorder.requests) == 1
