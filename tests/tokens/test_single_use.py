"""A token for one request: what the answer to the token call must be, and what a failure tells and what not."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Final

import pytest

from signer_proxy.errors import NotSignableError, TokenUnavailableError, UpstreamTimeoutError
from signer_proxy.message import Answer, Headers
from signer_proxy.tokens.single_use import fetch_single_use
from signer_proxy.upstream.failure import MAYBE

SECRET: Final = "hush"


def answering(answer: Answer | Exception) -> Callable[[], Awaitable[Answer]]:
    """Return a call with this outcome."""

    async def call() -> Answer:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return call


@pytest.mark.parametrize("status", [200, 201])
async def test_token(status: int) -> None:
    """The token is the answer's accessToken, to the byte."""
    body = json.dumps({"accessToken": "a.b-c_d", "expiresAt": 0}).encode()
    assert await fetch_single_use(answering(Answer(status, (), body)), "t") == "a.b-c_d"


async def test_each_call_is_made() -> None:
    """Nothing is kept between two calls."""
    tokens = iter(["one", "two"])

    async def call() -> Answer:
        return Answer(200, (), json.dumps({"accessToken": next(tokens)}).encode())

    assert [await fetch_single_use(call, "t"), await fetch_single_use(call, "t")] == ["one", "two"]


def told(message: object) -> bytes:
    """Return an error as the API writes it."""
    return json.dumps({"message": message, "more": SECRET}).encode()


NO_TOKEN: Final = "the answer to the token call holds no accessToken"
FAILURES: Final[dict[str, tuple[Answer | Exception, str]]] = {
    "unsignable": (
        NotSignableError("the target holds '#'"),
        "the token call failed: the target holds '#' (your own request was not sent)",
    ),
    "timeout": (
        UpstreamTimeoutError(f"nothing moved ({MAYBE})"),
        "the token call failed: nothing moved (your own request was not sent)",
    ),
    "reason": (Answer(401, (), told("Unauthorized: kid")), "the token call was answered with 401, 'Unauthorized: kid'"),
    "no-json": (Answer(500, (), f"<p>{SECRET}".encode()), "the token call was answered with 500"),
    "no-utf-8": (Answer(500, (), b"\xff"), "the token call was answered with 500"),
    "deep": (Answer(500, (), b"[" * 100_000), "the token call was answered with 500"),
    "list": (Answer(400, (), f'["{SECRET}"]'.encode()), "the token call was answered with 400"),
    "reason-that-is-no-text": (Answer(400, (), told({"a": SECRET})), "the token call was answered with 400"),
    "reason-of-two-lines": (Answer(400, (), told(f"a\n{SECRET}")), "the token call was answered with 400"),
    "reason-with-escapes": (Answer(400, (), told(f"\x1b[31m{SECRET}")), "the token call was answered with 400"),
    "long-reason": (Answer(400, (), told("é" * 999)), f"the token call was answered with 400, '{'é' * 200}'"),
    "accepted": (Answer(202, (), b'{"accessToken": "hush"}'), "the token call was answered with 202"),
    "empty": (Answer(200), NO_TOKEN),
    "no-object": (Answer(200, (), b'"hush"'), NO_TOKEN),
    "no-token": (Answer(200, (), b'{"access_token": "hush"}'), NO_TOKEN),
    "token-that-is-no-text": (Answer(200, (), b'{"accessToken": ["hush"]}'), NO_TOKEN),
    "token-with-line-end": (Answer(200, (), b'{"accessToken": "hush\\r\\n"}'), NO_TOKEN),
    "token-with-space": (Answer(200, (), b'{"accessToken": "hu sh"}'), NO_TOKEN),
    "token-beyond-ascii": (Answer(200, (), '{"accessToken": "hüsh"}'.encode()), NO_TOKEN),
}


@pytest.mark.parametrize(("answer", "reason"), FAILURES.values(), ids=FAILURES)
async def test_failure(answer: Answer | Exception, reason: str) -> None:
    """The failure names the profile and the reason, and shows nothing else of the answer."""
    with pytest.raises(TokenUnavailableError) as caught:
        await fetch_single_use(answering(answer), "user")
    assert str(caught.value) == f"profile 'user': no token: {reason}"


def dated(off: float) -> Headers:
    """Return the Date of a clock that is some seconds off."""
    return ((b"Date", formatdate(time.time() + off, usegmt=True).encode()),)


async def refusal(headers: Headers) -> str:
    """Return what is told of a 401 with these headers."""
    with pytest.raises(TokenUnavailableError) as caught:
        await fetch_single_use(answering(Answer(401, headers, told("no"))), "t")
    return str(caught.value).removeprefix("profile 't': no token: the token call was answered with 401, 'no'")


@pytest.mark.parametrize("off", [3600, -3600, 60])
async def test_clock_that_is_off(off: int) -> None:
    """A refusal says by how many seconds the clocks differ, in either direction."""
    text = await refusal(dated(off))
    assert text in [f" (this machine's clock is {abs(off) + late} s off the API's)" for late in (-1, 0, 1)]


DATES: Final[dict[str, Headers]] = {
    "none": (),
    "no-date": ((b"Date", b"soon"),),
    "no-ascii": ((b"Date", b"\xff"),),
    "year-of-five-digits": ((b"Date", b"Wed, 15 Apr 99999 16:35:50 GMT"),),
    "beyond-all-numbers": ((b"Date", b"Wed, 15 Apr %b 16:35:50 GMT" % (b"9" * 40)),),
}


@pytest.mark.parametrize("off", [0, -1])
async def test_clock_that_is_right(off: int) -> None:
    """Of a clock that is right, nothing is told."""
    assert await refusal(dated(off)) == ""


@pytest.mark.parametrize("headers", DATES.values(), ids=DATES)
async def test_clock_that_tells_nothing(headers: Headers) -> None:
    """Of a Date that cannot be read, nothing is told."""
    assert await refusal(headers) == ""


async def test_dripping_answer() -> None:
    """A token call that never comes to an end is given up, whatever still moves."""

    async def never() -> Answer:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(TokenUnavailableError, match=r"answered within 0\.01 s, got no whole answer \(your own request"):
        await fetch_single_use(never, "user", within=0.01)


@pytest.mark.parametrize("name", ["message", "error_description", "error"])
async def test_reason_of_other_shapes(name: str) -> None:
    """The reason is told where APIs write it."""
    refused = Answer(401, (), json.dumps({"status": 401, name: "who are you?"}).encode())
    with pytest.raises(TokenUnavailableError, match=r"answered with 401, 'who are you\?'$"):
        await fetch_single_use(answering(refused), "user")
