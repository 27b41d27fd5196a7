"""Tokens: what a header can carry, and when a JWT ends."""

import base64

import pytest

from signer_proxy.tokens.access_token import Token, read_token
from tests.tokens.jwt import jwt, part

EXPIRES: dict[str, tuple[str, float | None]] = {
    "jwt": (jwt(1_800_000_000), 1_800_000_000.0),
    "fraction": (jwt(1_800_000_000.5), 1_800_000_000.5),
    "negative": (jwt(-1), -1.0),
    "no-exp": (jwt(), None),
    "exp-null": (jwt(sub="alice", exp=None), None),
    "exp-text": (jwt("1800000000"), None),
    "exp-true": (jwt(exp=True), None),
    "exp-list": (jwt([1]), None),
    "exp-nan": (jwt(float("nan")), None),
    "exp-infinite": (jwt(float("inf")), None),
    "exp-beyond-floats": (jwt(10**400), None),
    "exp-beyond-python": (
        f"e30.{base64.urlsafe_b64encode(b'{"exp":' + b'9' * 5000 + b'}').decode().rstrip('=')}.x",
        None,
    ),
    "payload-list": (f"e30.{part([1])}.x", None),
    "payload-nested": (f"e30.{base64.urlsafe_b64encode(b'[' * 9000).decode()}.x", None),
    "payload-no-json": (f"e30.{base64.urlsafe_b64encode(b'exp=1').decode().rstrip('=')}.x", None),
    "payload-no-utf8": ("e30.__79.x", None),
    "payload-cut": ("e30.A.x", None),
    "payload-empty": ("e30..x", None),
    "no-signature": (jwt(5).rpartition(".")[0] + ".", 5.0),
    "two-parts": (jwt(5).rpartition(".")[0], None),
    "five-parts": (jwt(5) + ".a.b", None),
    "padded": (jwt(5) + "=", None),
    "opaque": ("0123456789abcdef", None),
}


@pytest.mark.parametrize(("text", "expires"), EXPIRES.values(), ids=EXPIRES)
def test_expiry(text: str, expires: float | None) -> None:
    """A JWT's `exp` is read where it is a number; every other token is used as it is, without an end."""
    assert read_token(text) == Token(text, expires)


@pytest.mark.parametrize("around", ["\n", " \t\r\n", "\u00a0"])
def test_white_space_around_goes(around: str) -> None:
    """White space at the ends is no part of a token."""
    assert read_token(f"{around}tok~en!{around}") == Token("tok~en!", None)


REFUSED = {
    "empty": "",
    "white-space": " \n",
    "two-words": "tok en",
    "line-end": "tok\r\nX-Evil: 1",
    "nul": "tok\0en",
    "non-ascii": "tokén",
    "del": "tok\x7fen",
    "surrogate": "tok\ud800",
}


@pytest.mark.parametrize("plaintext", REFUSED.values(), ids=REFUSED)
def test_what_no_header_can_carry_is_refused(plaintext: str) -> None:
    """A token that would break a header is refused, and the text does not show it."""
    with pytest.raises(ValueError, match=r"^the token must ") as caught:
        read_token(plaintext)
    assert "tok" not in str(caught.value).replace("the token must", "")


def test_repr_shows_no_token() -> None:
    """A token may stand in a log by its repr."""
    assert repr(read_token("secret-token")) == "Token(expires=None)"
