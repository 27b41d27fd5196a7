"""Whatever stands at whatever place of a config is accepted or told, and never breaks the telling."""

import tomllib
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import ValidationError

from signer_proxy.settings.config_problem import Problem
from signer_proxy.settings.cross_check import cross_check
from signer_proxy.settings.draft import Draft
from signer_proxy.settings.schema import Settings
from signer_proxy.settings.schema_problems import schema_problems
from tests.settings.writing import PTI, jwt, minimal, pti_token

SCALARS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["env", "file", "api", "p", "me", "snaptrade-signature", "snaptrade-jwt", "pti-token"]),
    st.sampled_from(["[key]", "https://a.example", "5 s", "GET", "\x00"]),
    st.integers(),
    st.booleans(),
    st.floats(),
    st.sampled_from([datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 1), time(12)]),
)
KEYS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["env", "file", "keyring", "command", "scheme", "url", "port", "upstream", "client_id", "[key]"]),
    st.sampled_from(["profile", "method", "headers", "passphrase", "private_key", "token", "users", "path", "Host"]),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6
)
PLACES = (
    ("version",),
    ("proxy",),
    ("proxy", "max_body"),
    ("upstreams",),
    ("upstreams", "api"),
    ("upstreams", "api", "url"),
    ("upstreams", "api", "port"),
    ("upstreams", "api", "default_profile"),
    ("profiles",),
    ("profiles", "p"),
    ("profiles", "p", "upstream"),
    ("profiles", "p", "scheme"),
    ("profiles", "p", "client_id"),
    ("profiles", "p", "consumer_key"),
    ("profiles", "p", "user_id"),
    ("profiles", "p", "user_secret"),
    ("profiles", "p", "allow"),
    ("profiles", "p", "rsa_public_key"),
    ("profiles", "p", "users"),
    ("profiles", "p", "hide_user_secret"),
    ("profiles", "me", "private_key"),
    ("profiles", "me", "private_key", "passphrase"),
    ("profiles", "me", "token"),
    ("profiles", "me", "token", "url"),
    ("profiles", "me", "token", "method"),
    ("profiles", "me", "token", "headers"),
    ("profiles", "me", "token", "headers", "Authorization"),
    ("profiles", "me", "send_client_id"),
    ("profiles", "s", "scheme"),
    ("profiles", "s", "upstream"),
    ("profiles", "s", "client_id"),
    ("profiles", "s", "private_key"),
    ("profiles", "s", "private_key", "passphrase"),
    ("profiles", "s", "deny"),
    ("profiles", "t", "upstream"),
    ("profiles", "t", "issuer"),
    ("profiles", "t", "token_url"),
)


TEXT = (
    minimal()
    + jwt('token = { url = "https://app.example/token" }')
    + f'{PTI}private_key = {{ file = "jwk" }}\n'
    + pti_token()
)


def problems(data: dict[str, object]) -> tuple[Problem, ...]:
    """Return what the schema and the tables among each other have against a config."""
    wrong: tuple[Problem, ...] = ()
    try:
        Settings.model_validate(data)
    except ValidationError as e:
        wrong = schema_problems(e)
    draft = Draft.of(data, {problem.path for problem in wrong})
    assert all(isinstance(part, str) for place, _ in draft.references() for part in place.way)
    return (*wrong, *cross_check(draft))


@pytest.mark.parametrize("place", PLACES, ids=".".join)
@hypothesis_settings(deadline=None)
@given(value=VALUES)
def test_any_value_is_told_in_one_line(place: tuple[str, ...], value: object) -> None:
    """A value of any type at any key gives lines without breaks, and nothing else than lines."""
    data = tomllib.loads(TEXT)
    *tables, key = place
    table = data
    for name in tables:
        table = table.setdefault(name, {})
    table[key] = value
    for problem in problems(data):
        assert problem.line("c.toml").isprintable(), problem
