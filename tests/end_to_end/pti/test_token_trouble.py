"""A token call that fails: the client is told its status and reason, and its own request stays here."""

import json
from collections.abc import Iterator
from typing import Final

import pytest

from tests.end_to_end.daemon import Daemon, free_port, started
from tests.end_to_end.pti.api import Api
from tests.end_to_end.pti.profiles import TRADE, signing, spending, upstream, write_keys
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import Reply, ask, request
from tests.faulty_upstream import Serve, Talk, closing, hanging, resetting, saying

SECRET: Final = "made-up-secret-of-an-answer"


@pytest.fixture(scope="module")
def daemon(recorder: Recording, stand_in: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Start a daemon in front of an upstream that does as a test wants, PTI's stand-in, and one that is not there."""
    folder = tmp_path_factory.mktemp("trouble")
    write_keys(folder)
    text = "\n".join(
        [
            'version = 1\n[proxy]\nanswer_timeout = "300 ms"',
            upstream(recorder.origin, "token"),
            signing("signing"),
            spending("token", "signing", TRADE),
            upstream(stand_in.origin, "unknown-token", "stand-in"),
            signing("unknown", api="stand-in").replace("0000000000e2", "00000000ffff"),
            spending("unknown-token", "unknown", TRADE, api="stand-in"),
            upstream(f"http://127.0.0.1:{free_port()}", "nowhere-token", "nowhere"),
            signing("nowhere", api="nowhere"),
            spending("nowhere-token", "nowhere", TRADE, api="nowhere"),
        ]
    )
    with started(text, folder) as daemon:
        yield daemon
        assert SECRET not in daemon.output


def answer(status: str, body: str, *headers: str) -> bytes:
    """Return an answer's bytes."""
    raw = body.encode()
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(raw)}", "", ""]).encode() + raw


def message(text: object) -> str:
    """Return an error as PTI writes it, with more than its reason."""
    return json.dumps({"code": "X", "message": text, "details": SECRET})


HTML: Final = f"<html><title>{SECRET}</title></html>"
NO_TOKEN: Final = "the answer to the token call holds no accessToken"
FAILURES: Final[dict[str, tuple[Serve, str]]] = {
    "401": (
        saying(answer("401 Unauthorized", message("Unauthorized: bad kid"))),
        "the token call was answered with 401, 'Unauthorized: bad kid'",
    ),
    "403-without-a-reason": (saying(answer("403 Forbidden", "")), "the token call was answered with 403"),
    "429": (saying(answer("429 X", message("Slow down"))), "the token call was answered with 429, 'Slow down'"),
    "500-html": (saying(answer("500 X", HTML)), "the token call was answered with 500"),
    "503-list": (saying(answer("503 X", json.dumps([SECRET]))), "the token call was answered with 503"),
    "long-reason": (
        saying(answer("400 X", message("a" * 5000))),
        f"the token call was answered with 400, '{'a' * 200}'",
    ),
    "reason-of-many-lines": (saying(answer("400 X", message(f"a\n{SECRET}"))), "answered with 400"),
    "reason-that-is-none": (saying(answer("400 X", message([SECRET]))), "answered with 400"),
    "redirect": (saying(answer("302 X", "", f"Location: /{SECRET}")), "the token call was answered with 302"),
    "204": (saying(b"HTTP/1.1 204 No Content\r\n\r\n"), "the token call was answered with 204"),
    "200-html": (saying(answer("200 OK", HTML)), NO_TOKEN),
    "200-empty": (saying(answer("200 OK", "")), NO_TOKEN),
    "200-no-token": (saying(answer("200 OK", json.dumps({"access_token": SECRET}))), NO_TOKEN),
    "200-empty-token": (saying(answer("200 OK", json.dumps({"accessToken": ""}))), NO_TOKEN),
    "200-token-of-two-lines": (
        saying(answer("200 OK", json.dumps({"accessToken": f"a\r\nX-A: {SECRET}"}))),
        NO_TOKEN,
    ),
    "200-token-beyond-ascii": (saying(answer("200 OK", json.dumps({"accessToken": "é" + SECRET}))), NO_TOKEN),
    "200-deep": (saying(answer("200 OK", "[" * 100_000)), NO_TOKEN),
    "no-http": (saying(SECRET.encode() + b"\r\n\r\n", then=closing), "the answer is no HTTP"),
    "cut": (
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", then=closing),
        "the connection broke before the whole answer was there",
    ),
    "reset": (saying(b"", then=resetting), "the connection broke before the whole answer was there"),
    "hanging": (saying(b"", then=hanging), "nothing moved for 0.3 s"),
    "date-that-is-none": (saying(answer("401 X", "", "Date: soon")), "answered with 401"),
    "date-beyond-all-numbers": (
        saying(answer("401 X", "", f"Date: Wed, 15 Apr {'9' * 40} 16:35:50 GMT")),
        "answered with 401",
    ),
}


@pytest.mark.parametrize(("method", "body"), [("GET", b""), ("POST", b'{"a": 1}')])
@pytest.mark.parametrize(("serve", "told"), FAILURES.values(), ids=FAILURES)
def test_failed_token_call(
    daemon: Daemon, upstream: Recording, serve: Serve, told: str, method: str, body: bytes
) -> None:
    """The client gets `token-unavailable` with what went wrong; one token call was sent, and nothing else."""
    upstream.begin(serve)
    reply = ask(daemon.port, request(daemon.port, method, "/users", body=body))
    assert (reply.status, reply.code) == (503, "token-unavailable"), reply
    detail = reply.problem["detail"]
    assert detail.startswith("profile 'token': no token: ")
    assert told in detail
    assert SECRET not in str(reply)
    assert [raw.partition(b"\r\n")[0] for raw in upstream.requests] == [b"POST /v1/auth/jwt HTTP/1.1"]


def test_clock_of_the_api(daemon: Daemon, upstream: Recording) -> None:
    """Where the API's Date is far from this machine's, the failure says by how much."""
    upstream.begin(saying(answer("401 X", message("no"), "Date: Wed, 15 Apr 2020 16:35:50 GMT")))
    detail = ask(daemon.port, request(daemon.port, "GET", "/users")).problem["detail"]
    assert "answered with 401, 'no' (this machine's clock is " in detail
    assert detail.endswith(" s off the API's)")


def test_unreachable(daemon: Daemon) -> None:
    """An API that is not there is named, and nothing was sent."""
    port = daemon.ports["nowhere"]
    reply = ask(port, request(port, "POST", "/users", body=b"{}"))
    assert (reply.status, reply.code) == (503, "token-unavailable")
    assert "no connection: Connection refused (nothing was sent)" in reply.problem["detail"]


def test_client_that_the_api_does_not_know(daemon: Daemon, api: Api) -> None:
    """The API's own refusal of the issuer is what the client reads."""
    port = daemon.ports["stand-in"]
    reply = ask(port, request(port, "POST", "/users", body=b"{}"))
    assert (reply.status, reply.code) == (503, "token-unavailable")
    assert "no token: the token call was answered with 401, 'Unauthorized'" in reply.problem["detail"]
    assert [(asked.target, asked.verdict) for asked in api.asked] == [("/v1/auth/jwt", "refused")]


def handing_out(final: bytes) -> Serve:
    """Hand out tokens, and answer everything else with the same bytes."""

    async def serve(talk: Talk) -> None:
        while True:
            is_token_call = b" /v1/auth/jwt " in await talk.request()
            await talk.say(answer("201 Created", '{"accessToken": "token-1"}') if is_token_call else final)

    return serve


ENDS: Final = {
    "401": (answer("401 X", ""), 401, None),
    "503": (answer("503 X", ""), 503, None),
    "no-http": (b"no HTTP\r\n\r\n", 502, "upstream-broke"),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("final", "status", "code"), ENDS.values(), ids=ENDS)
def test_request_that_fails_with_its_token(
    daemon: Daemon, upstream: Recording, final: bytes, status: int, code: str | None, method: str
) -> None:
    """A request that has its token is sent once, however it ends; a token may come with 201, too."""
    upstream.begin(handing_out(final))
    reply: Reply = ask(daemon.port, request(daemon.port, method, "/users"))
    assert (reply.status, reply.code) == (status, code)
    assert [raw.split(b" ")[1] for raw in upstream.requests] == [b"/v1/auth/jwt", b"/v1/users"]
    assert b"\r\nx-pti-token: token-1\r\n" in upstream.requests[1]


def test_next_request(daemon: Daemon, upstream: Recording) -> None:
    """After a failure the next request asks for a token again, and is served."""
    upstream.begin(saying(answer("500 X", "")))
    assert ask(daemon.port, request(daemon.port, "GET", "/users")).code == "token-unavailable"
    upstream.begin(handing_out(answer("200 OK", "{}")))
    assert ask(daemon.port, request(daemon.port, "GET", "/users")).status == 200


DENIED: Final = {
    "hash": ("GET", "/users#x", (), "not-signable"),
    "origin": ("GET", "/users", ("Origin: https://example.com",), "guard-origin"),
    "token-call": ("POST", "/auth/jwt", (), "access-denied"),
    "profile": ("GET", "/users", ("Signer-Profile: nobody",), "unknown-profile"),
}


@pytest.mark.parametrize(("method", "target", "headers", "code"), DENIED.values(), ids=DENIED)
def test_denied_request(
    daemon: Daemon, upstream: Recording, method: str, target: str, headers: tuple[str, ...], code: str
) -> None:
    """What may not be sent costs no token: it is refused before."""
    assert ask(daemon.port, request(daemon.port, method, target, *headers)).code == code
    assert upstream.requests == []
