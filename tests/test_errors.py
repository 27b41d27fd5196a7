"""Every error is one code and one status, as clients know them."""

import re

import pytest

from signer_proxy import errors
from signer_proxy.errors import ConfigError, SignerError

STATUSES = {
    "bad-request": {400, 431},
    "guard-host": {403},
    "guard-origin": {403},
    "guard-token": {401, 407},
    "no-upstream": {421},
    "unknown-profile": {400},
    "access-denied": {403},
    "too-busy": {503},
    "shutting-down": {503},
    "not-signable": {422},
    "body-too-large": {413},
    "credential-unavailable": {503},
    "token-unavailable": {503},
    "upstream-unreachable": {502},
    "upstream-broke": {502},
    "upstream-timeout": {504},
    "answer-too-large": {502},
    "internal": {500},
}


ERRORS = [
    error
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, SignerError) and error is not SignerError
]


def test_codes_and_statuses() -> None:
    """Clients rely on these codes and statuses; a new or a changed one is seen here."""
    found: dict[str, set[int]] = {}
    for error in ERRORS:
        found.setdefault(error.code, set()).add(error.status)
    assert found == STATUSES


@pytest.mark.parametrize("error", ERRORS)
def test_error_explains_itself(error: type[SignerError]) -> None:
    """Each has a title for people, a docstring that says when, a code to search for, and its text as it was given."""
    assert error.title
    assert error.__doc__
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", error.code)
    assert str(error("what was got (way out)")) == "what was got (way out)"


def test_config_error_is_a_line_for_each_problem() -> None:
    """All that is wrong with a config is said at once."""
    error = ConfigError("a: is missing", "b: is unknown")
    assert str(error) == "a: is missing\nb: is unknown"
    assert error.problems == ("a: is missing", "b: is unknown")
