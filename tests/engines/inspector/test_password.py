"""The password of the web UI is known again, and a wrong one costs nothing."""

import pytest
from argon2 import PasswordHasher

from signer_proxy.engines.mitmproxy.inspector.password import Password

WRONG = {"another": "guess", "none": "", "a beginning": "righ", "more": "right!", "no UTF-8": "\ud800"}


def test_the_right_one() -> None:
    """The password matches, and what is kept of it is an argon2 hash."""
    password = Password("right")
    assert password.matches("right")
    assert password.hash.startswith("$argon2id$")
    assert PasswordHasher().verify(password.hash, "right")


@pytest.mark.parametrize("given", WRONG.values(), ids=WRONG)
def test_a_wrong_one(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    """Another does not match, without the work that argon2 is."""
    password = Password("right")
    asked: list[str] = []
    monkeypatch.setattr(PasswordHasher, "verify", lambda *_: asked.append(given))
    assert not password.matches(given)
    assert asked == []
