"""PTI's single-use tokens: asked for with one method and path, sent alone, and never good for further tokens."""

import json

import pytest

from signer_proxy.errors import AccessDeniedError
from signer_proxy.message import Headers, Request, values
from signer_proxy.schemes.credential import Credential
from signer_proxy.schemes.explanation import Signed
from signer_proxy.schemes.pti_token import Form, PtiToken, read_token, token_request

CLIENT = "00000000-0000-0000-0000-000000000000"
ORIGIN = "https://api.staging.fiant.io"
NOW = 1586968550.0


def sign(
    target: str = "/v1/users", method: str = "GET", headers: Headers = (), request_id: str | None = None
) -> Signed:
    """Put a token into a request."""
    credential = Credential(token="ey.J.x", request_id=request_id)
    return PtiToken(CLIENT).sign(Request(method, target.encode(), headers, b"body"), NOW, credential)


def test_token_and_client_id_go_alone() -> None:
    """The token leaves with its client's id; the client's signature and token stay here, the rest keeps its bytes."""
    theirs = (
        (b"X-PTI-Token", b"spent"),
        (b"Accept", b"a"),
        (b"X-Pti-Signature", b"old"),
        (b"date", b"yesterday"),
        (b"X-PTI-CLIENT-ID", b"other"),
        (b"x-pti-token", b"spent too"),
        (b"x-pti-request-id", b"mine"),
    )
    signed = sign("/v1/users?page=1", headers=theirs, request_id="5f1c")
    assert signed.target == b"/v1/users?page=1"
    assert signed.headers == (
        (b"Accept", b"a"),
        (b"date", b"yesterday"),
        (b"x-pti-request-id", b"mine"),
        (b"x-pti-client-id", CLIENT.encode()),
        (b"x-pti-token", b"ey.J.x"),
    )
    assert signed.explanation.added == ()
    assert signed.explanation.replaced == ("x-pti-client-id", "x-pti-token")
    assert signed.explanation.removed == ("x-pti-signature",)


def test_bare_request_gets_id_and_token() -> None:
    """A client that sends none of PTI's headers gets a request id, too; nothing is signed."""
    signed = sign(request_id="5f1c")
    assert values(signed.headers, b"x-pti-request-id") == [b"5f1c"]
    assert signed.explanation.added == ("x-pti-request-id", "x-pti-client-id", "x-pti-token")
    assert (signed.explanation.signature_base, signed.explanation.digest, signed.warnings) == (b"", "", ())


TOKEN_CALLS: dict[str, str] = {
    "plain": "/v1/auth/jwt",
    "without-base": "/auth/jwt",
    "query": "/v1/auth/jwt?a=1",
    "case": "/v1/Auth/JWT",
    "escaped": "/v1/%61uth/jwt",
    "slash": "/v1/auth/jwt/",
    "double-slash": "/v1//auth/jwt",
    "dots": "/v1/users/../auth/jwt",
    "base-in-capitals": "/V1/auth/jwt",
    "base-twice": "/v1/v1/auth/jwt",
    "escaped-slash": "/v1/auth%2Fjwt",
    "backslash": "/v1/auth\\jwt",
}


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("target", TOKEN_CALLS.values(), ids=TOKEN_CALLS)
def test_token_for_further_tokens_is_refused(target: str, method: str) -> None:
    """The token call, or what may be read as it, leaves neither with a token nor as the wish for one."""
    with pytest.raises(AccessDeniedError, match="must not make further tokens"):
        sign(target, method)
    with pytest.raises(AccessDeniedError, match="must not make further tokens"):
        token_request(method, target.partition("?")[0], "/v1", "path", ORIGIN)


WISHES: dict[str, tuple[str, str, str, Form, str, str]] = {
    "sample": ("POST", "/v1/transactions/deposits", "/v1", "path", "/v1/auth/jwt", "/transactions/deposits"),
    "absolute": ("POST", "/v1/users", "/v1", "absolute", "/v1/auth/jwt", f"{ORIGIN}/v1/users"),
    "no-base": ("GET", "/users", "", "path", "/auth/jwt", "/users"),
    "no-base-absolute": ("GET", "/users", "", "absolute", "/auth/jwt", f"{ORIGIN}/users"),
    "base-alone": ("GET", "/v1", "/v1", "path", "/v1/auth/jwt", "/"),
    "base-as-beginning-of-a-word": ("GET", "/v1users", "/v1", "path", "/v1/auth/jwt", "/v1users"),
    "base-in-the-path": ("GET", "/v1/users/v1", "/v1", "path", "/v1/auth/jwt", "/users/v1"),
    "escapes": ("PATCH", "/v1/users/J%C3%BC", "/v1", "path", "/v1/auth/jwt", "/users/J%C3%BC"),
    "trailing-slash": ("GET", "/v1/wallets/", "/v1", "path", "/v1/auth/jwt", "/wallets/"),
}


@pytest.mark.parametrize(("method", "path", "base", "form", "target", "url"), WISHES.values(), ids=WISHES)
def test_token_is_wished_for_one_method_and_path(
    method: str, path: str, base: str, form: Form, target: str, url: str
) -> None:
    """The POST goes below the upstream's base; its body names what will leave, as path below it or as absolute URL."""
    wished = token_request(method, path, base, form, ORIGIN)
    assert wished[0].decode() == target
    assert json.loads(wished[1]) == {"url": url, "method": method}


ANSWERS: dict[str, tuple[bytes, str | None]] = {
    "token": (b'{"accessToken": "ey.J.x", "expiresIn": 5}', "ey.J.x"),
    "none": (b"{}", None),
    "empty": (b'{"accessToken": ""}', None),
    "null": (b'{"accessToken": null}', None),
    "line-end": (b'{"accessToken": "a\\r\\nx-pti-client-id: 1"}', None),
    "not-ascii": ('{"accessToken": "ü"}'.encode(), None),
    "list": (b'["accessToken"]', None),
    "no-json": (b"<html>", None),
    "not-utf8": (b"\xff", None),
    "deep": (b"[" * 10_000, None),
    "largest": (b'{"accessToken": "%b"}' % (b"e" * 16384), "e" * 16384),
    "too-large": (b'{"accessToken": "%b"}' % (b"e" * 16385), None),
}


@pytest.mark.parametrize(("answer", "token"), ANSWERS.values(), ids=ANSWERS)
def test_token_is_read_where_a_header_can_carry_it(answer: bytes, token: str | None) -> None:
    """An answer without a usable token gives none, rather than a header that says something else."""
    assert read_token(answer) == token


def test_it_is_never_slow() -> None:
    """Nothing is computed, so no thread is needed."""
    assert not PtiToken.is_slow
