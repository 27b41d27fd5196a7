"""Answers of our own tell a program and a person what happened, and that it was us."""

import json

import pytest

from signer_proxy import problem
from signer_proxy.errors import (
    GuardTokenError,
    HeadersTooLargeError,
    NotSignableError,
    SignerError,
    UpstreamTimeoutError,
)
from signer_proxy.message import values

DETAIL = 'body: "é" \n is bad (send JSON)'


@pytest.mark.parametrize("error", [NotSignableError, HeadersTooLargeError, UpstreamTimeoutError])
def test_error_as_an_answer(error: type[SignerError]) -> None:
    """RFC 9457's fields, the code in `type` and `Signer-Error`, the length, no caching, no loading."""
    answer = problem.answer(error(DETAIL))
    assert answer.status == error.status
    assert json.loads(answer.body) == {
        "type": f"urn:signer-proxy:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": DETAIL,
    }
    assert dict(answer.headers) == {
        b"Content-Type": b"application/problem+json",
        b"Content-Length": str(len(answer.body)).encode(),
        b"Cache-Control": b"no-store",
        b"Content-Security-Policy": b"default-src 'none'",
        b"Signer-Error": error.code.encode(),
    }
    assert len(values(answer.headers, b"signer-error")) == 1


def test_error_with_headers_of_its_own() -> None:
    """What an error says in headers stands beside what every problem has."""
    answer = problem.answer(GuardTokenError(DETAIL))
    assert values(answer.headers, b"www-authenticate") == [b'Signer-Token realm="signer-proxy"']
    assert values(answer.headers, b"signer-error") == [b"guard-token"]
