"""A rule is read as it is written, or refused with what is wrong."""

from itertools import pairwise

import pytest

from signer_proxy.operations.rule import METHODS, Rule

READ = {
    "one": ("GET /accounts", "GET", ("accounts",), False),
    "root": ("GET /", "GET", (), False),
    "everything": ("* /**", "*", (), True),
    "any-method": ("* /trade/place", "*", ("trade", "place"), False),
    "wildcard": ("POST /accounts/*/trading/cancel", "POST", ("accounts", None, "trading", "cancel"), False),
    "rest": ("DELETE /snapTrade/**", "DELETE", ("snapTrade",), True),
    "wildcard-and-rest": ("* /accounts/*/trading/**", "*", ("accounts", None, "trading"), True),
    "slash-at-end": ("GET /wallets/", "GET", ("wallets",), False),
    "escape": ("GET /symbols/a%20b", "GET", ("symbols", "a%20b"), False),
    "prefix-is-kept": ("GET /api/v1/accounts", "GET", ("api", "v1", "accounts"), False),
}

REFUSED = {
    "empty": ("", r'a rule is "METHOD PATH", got the method \'\' \(GET, .*OPTIONS or \*\)'),
    "no-method": ("/accounts", r"got the method '/accounts'"),
    "method-in-lower-case": ("get /accounts", r"got the method 'get'"),
    "unknown-method": ("PROPFIND /accounts", r"got the method 'PROPFIND'"),
    "no-path": ("GET", r"begins with \"/\", got '' \(as in \"GET /accounts\"\)"),
    "no-slash": ("GET accounts", r"begins with \"/\", got 'accounts'"),
    "two-spaces": ("GET  /accounts", r"begins with \"/\", got ' /accounts'"),
    "url": ("GET https://api.snaptrade.com/accounts", r"begins with \"/\""),
    "query": ("GET /accounts?x=1", r"could be read in two ways.*leave out queries"),
    "space": ("GET /a b", r"could be read in two ways"),
    "dot-segment": ("GET /a/../b", r"could be read in two ways"),
    "empty-segment": ("GET /a//b", r"could be read in two ways"),
    "two-slashes-at-end": ("GET /a//", r"could be read in two ways"),
    "escaped-slash": ("GET /a%2fb", r"could be read in two ways"),
    "template": ("GET /accounts/{accountId}", r"got '\{accountId\}' \(write \"\*\" for a part that varies\)"),
    "star-in-a-segment": ("GET /accounts/a*", r"got 'a\*'"),
    "rest-in-the-middle": ("GET /accounts/**/orders", r"at the end only.*got '\*\*'"),
    "three-stars": ("GET /***", r"got '\*\*\*'"),
}

FROM_THE_MOST_SPECIFIC = [
    "POST /a/b",
    "* /a/b",
    "POST /a/b/**",
    "* /a/b/**",
    "POST /a/*",
    "* /a/*",
    "POST /a/**",
    "* /a/**",
    "POST /*/b",
    "POST /*/*",
    "POST /*/**",
    "POST /**",
    "* /**",
]


@pytest.mark.parametrize(("text", "method", "segments", "rest"), READ.values(), ids=READ.keys())
def test_rule_is_read(text: str, method: str, segments: tuple[str | None, ...], rest: bool) -> None:
    """A rule keeps its text, and has a method and segments, where None is any one."""
    assert Rule.parse(text) == Rule(text, method, segments, rest)


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_rule_is_refused(text: str, message: str) -> None:
    """What is no rule is refused with the rule, what was got and a way out."""
    with pytest.raises(ValueError, match=message):
        Rule.parse(text)


@pytest.mark.parametrize("method", METHODS)
def test_each_method_can_be_named(method: str) -> None:
    """Every method that the proxy takes can stand in a rule."""
    assert Rule.parse(f"{method} /a").method == method


@pytest.mark.parametrize(("more", "less"), list(pairwise(FROM_THE_MOST_SPECIFIC)))
def test_more_specific_rule_ranks_higher(more: str, less: str) -> None:
    """Literals rank above wildcards and these above open ends, left to right, and then a method above any."""
    assert Rule.parse(more).rank > Rule.parse(less).rank


def test_prefix_is_taken_off() -> None:
    """A rule that was written with the prefix, in any case, is the rule without it; others stay as they are."""
    prefix = ("api", "v1")
    assert Rule.parse("GET /api/V1/Accounts/**").below(prefix).segments == ("Accounts",)
    assert Rule.parse("GET /api/v1").below(prefix).segments == ()
    for text in ("GET /api/**", "GET /api/*/accounts", "GET /accounts"):
        assert Rule.parse(text).below(prefix) == Rule.parse(text)
