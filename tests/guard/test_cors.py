"""The browser of an allowed page learns that the page may ask and read; nobody else's answer says so."""

import pytest

from signer_proxy.guard import cors
from signer_proxy.message import Answer, Headers, Request, values

PAGE = b"http://localhost:3000"
ALLOWED = frozenset({PAGE, b"https://app.example"})
ORIGIN = (b"Origin", PAGE)
METHOD = (b"Access-Control-Request-Method", b"POST")
FROM_API = Answer(
    200,
    (
        (b"Content-Type", b"application/json"),
        (b"access-control-allow-origin", b"https://dashboard.example"),
        (b"Access-Control-Allow-Credentials", b"true"),
        (b"X-Request-ID", b"1"),
        (b"x-request-id", b"2"),
        (b"Vary", b"Accept"),
    ),
    b"{}",
    b"OK",
)


def request(*headers: tuple[bytes, bytes], method: str = "GET") -> Request:
    """Return a request."""
    return Request(method, b"/accounts", headers)


def ours(answer: Answer) -> dict[bytes, bytes]:
    """Return the headers for the browser, each of which stands there once."""
    found = [(name, value) for name, value in answer.headers if name.lower().startswith(b"access-control-")]
    assert len(dict(found)) == len(found)
    return dict(found)


def test_allowed_page_reads_all_of_the_answer() -> None:
    """Its own origin is named, every header of the answer is exposed, and the API's own words on pages are gone."""
    answer = cors.shared(request(ORIGIN), FROM_API, ALLOWED)
    assert ours(answer) == {
        b"Access-Control-Allow-Origin": PAGE,
        b"Access-Control-Expose-Headers": b"Content-Type, X-Request-Id, Vary",
    }
    assert values(answer.headers, b"vary") == [b"Accept", b"Origin"]
    assert (answer.status, answer.body, answer.reason) == (200, b"{}", b"OK")
    assert values(answer.headers, b"x-request-id") == [b"1", b"2"]


def test_answer_without_headers() -> None:
    """An answer that has no header exposes none."""
    assert ours(cors.shared(request(ORIGIN), Answer(200), ALLOWED)) == {b"Access-Control-Allow-Origin": PAGE}


NOT_ALLOWED: dict[str, Headers] = {
    "none": (),
    "foreign": ((b"Origin", b"https://evil.example"),),
    "null": ((b"Origin", b"null"),),
    "twice": (ORIGIN, ORIGIN),
}


@pytest.mark.parametrize("headers", NOT_ALLOWED.values(), ids=NOT_ALLOWED)
def test_others_get_the_answer_as_it_is(headers: Headers) -> None:
    """An answer to no page, or to one that is not allowed, only says that it depends on who asks."""
    assert cors.shared(request(*headers), FROM_API, ALLOWED).headers == (*FROM_API.headers, (b"Vary", b"Origin"))


def test_without_allowed_pages_nothing_changes() -> None:
    """An answer is left as it is where the config allows no page."""
    assert cors.shared(request(ORIGIN), FROM_API, frozenset()) is FROM_API


def test_preflight_is_allowed_what_it_asks_for() -> None:
    """All methods, the headers that are asked for, and only where asked the way from a public page to this machine."""
    asked = request(
        ORIGIN, METHOD, (b"Access-Control-Request-Headers", b"content-type,signer-profile"), method="OPTIONS"
    )
    assert cors.is_preflight(asked)
    answer = cors.shared(asked, Answer(204), ALLOWED)
    assert ours(answer) == {
        b"Access-Control-Allow-Origin": PAGE,
        b"Access-Control-Allow-Methods": b"DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
        b"Access-Control-Allow-Headers": b"content-type,signer-profile",
        b"Access-Control-Max-Age": b"600",
    }
    assert values(answer.headers, b"vary") == [b"Origin"]


@pytest.mark.parametrize(("value", "granted"), [(b"true", True), (b"false", False), (b"", False)])
def test_preflight_from_a_public_page(value: bytes, granted: bool) -> None:
    """A browser that asks whether a public page may reach this machine is told so."""
    asked = request(ORIGIN, METHOD, (b"Access-Control-Request-Private-Network", value), method="OPTIONS")
    answer = cors.shared(asked, Answer(204), ALLOWED)
    assert (b"Access-Control-Allow-Private-Network" in ours(answer)) is granted


NO_PREFLIGHT = {
    "get": request(ORIGIN, METHOD),
    "no-origin": request(METHOD, method="OPTIONS"),
    "no-method": request(ORIGIN, method="OPTIONS"),
}


@pytest.mark.parametrize("asked", NO_PREFLIGHT.values(), ids=NO_PREFLIGHT)
def test_other_requests_are_no_preflight(asked: Request) -> None:
    """Only OPTIONS with an Origin and with the method that it asks for is one; any other OPTIONS is the API's."""
    assert not cors.is_preflight(asked)
    assert b"Access-Control-Allow-Methods" not in ours(cors.shared(asked, Answer(200), ALLOWED))
