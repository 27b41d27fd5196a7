"""The access level and the rules decide as they are written, for every spelling of a path."""

import re
import string
import sys
from types import FrameType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from signer_proxy.access import Policy, decide
from signer_proxy.operations import Access, Operation
from signer_proxy.operations.reading import fold
from signer_proxy.operations.rule import METHODS, Rule
from signer_proxy.operations.snaptrade import OPERATIONS
from tests.operations.test_reading import AMBIGUOUS

READ, WRITE, TRADE = Access


def policy(level: Access = WRITE, allow: tuple[str, ...] = (), deny: tuple[str, ...] = ()) -> Policy:
    """Return a policy over SnapTrade's operations."""
    return Policy(level, tuple(map(Rule.parse, allow)), tuple(map(Rule.parse, deny)), OPERATIONS)


def filled(operation: Operation) -> str:
    """Return a path of an operation."""
    return re.sub(r"\{.*?\}", "917c8734-8470", operation.path)


@pytest.mark.parametrize("level", Access, ids=lambda level: level.name.lower())
@pytest.mark.parametrize("row", OPERATIONS.table, ids=lambda row: f"{row.method} {row.path}")
@pytest.mark.parametrize("prefix", ["", "/api/v1"], ids=["root", "legacy-prefix"])
def test_level_covers_what_needs_no_more(prefix: str, row: Operation, level: Access) -> None:
    """Each operation passes at its own level and above, with and without the prefix."""
    verdict = decide(policy(level), row.method, prefix + filled(row))
    assert (verdict.allowed, verdict.access) == (level >= row.access, row.access)


# level, allow, deny, request, allowed
RULES = {
    "allow-beyond-the-level": (WRITE, ["POST /trade/place"], [], "POST /trade/place", True),
    "allow-holds-below-the-prefix": (WRITE, ["POST /trade/place"], [], "POST /api/v1/trade/place", True),
    "allow-written-with-the-prefix": (WRITE, ["POST /api/v1/trade/place"], [], "POST /trade/place", True),
    "allow-is-for-its-method": (READ, ["POST /snapTrade/login"], [], "DELETE /snapTrade/deleteUser", False),
    "allow-is-for-its-path": (WRITE, ["POST /trade/place"], [], "POST /trade/1", False),
    "allow-any-method": (READ, ["* /snapTrade/login"], [], "POST /snapTrade/login", True),
    "allow-one-segment": (WRITE, ["POST /accounts/*/trading/cancel"], [], "POST /accounts/1/trading/cancel", True),
    "allow-one-segment-not-two": (WRITE, ["POST /accounts/*/trading"], [], "POST /accounts/1/2/trading", False),
    "allow-any-rest": (WRITE, ["POST /accounts/1/**"], [], "POST /accounts/1/trading/crypto", True),
    "allow-any-rest-or-none": (WRITE, ["POST /trade/place/**"], [], "POST /trade/place", True),
    "allow-an-unknown-operation": (WRITE, ["POST /new"], [], "POST /new", True),
    "allow-get-covers-head": (READ, ["GET /snapTrade/encryptedJWT"], [], "HEAD /snapTrade/encryptedJWT", True),
    "allow-head-does-not-cover-get": (READ, ["HEAD /snapTrade/encryptedJWT"], [], "GET /snapTrade/encryptedJWT", False),
    "allow-is-of-this-case": (WRITE, ["POST /trade/place"], [], "POST /trade/Place", False),
    "allow-is-unescaped": (WRITE, ["POST /trade/place"], [], "POST /trade/plac%65", False),
    "allow-of-a-method-in-lower-case": (WRITE, ["POST /trade/place"], [], "post /trade/place", False),
    "deny-below-the-level": (TRADE, [], ["POST /trade/place"], "POST /trade/place", False),
    "deny-holds-below-the-prefix": (TRADE, [], ["POST /trade/place"], "POST /api/v1/trade/place", False),
    "deny-written-with-the-prefix": (TRADE, [], ["POST /api/v1/trade/place"], "POST /trade/place", False),
    "deny-written-with-the-prefix-in-another-case": (
        TRADE,
        [],
        ["POST /API/v1/trade/place"],
        "POST /trade/place",
        False,
    ),
    "deny-of-what-begins-like-the-prefix": (TRADE, [], ["* /api/**"], "POST /api/v1/trade/place", False),
    "deny-is-for-its-method": (TRADE, [], ["DELETE /snapTrade/**"], "POST /snapTrade/login", True),
    "deny-any-method": (TRADE, [], ["* /snapTrade/**"], "GET /snapTrade/listUsers", False),
    "deny-in-any-case": (TRADE, [], ["POST /trade/place"], "POST /TRADE/Place", False),
    "deny-written-in-any-case": (TRADE, [], ["POST /Trade/PLACE"], "POST /trade/place", False),
    "deny-escaped": (TRADE, [], ["POST /trade/place"], "POST /trade/pl%61ce", False),
    "deny-written-escaped": (TRADE, [], ["POST /trade/pl%61ce"], "POST /trade/place", False),
    "deny-method-in-lower-case": (TRADE, [], ["POST /trade/place"], "post /trade/place", False),
    "deny-get-covers-head": (TRADE, [], ["GET /accounts"], "HEAD /accounts", False),
    "deny-head-does-not-cover-get": (TRADE, [], ["HEAD /accounts"], "GET /accounts", True),
    "deny-all-but-one": (TRADE, ["GET /accounts"], ["* /**"], "GET /accounts", True),
    "deny-all-the-others": (TRADE, ["GET /accounts"], ["* /**"], "GET /exchanges", False),
    "equal-deny-wins": (WRITE, ["POST /trade/place"], ["POST /trade/place"], "POST /trade/place", False),
    "equal-deny-for-head-wins": (WRITE, ["HEAD /accounts"], ["GET /accounts"], "HEAD /accounts", False),
    "equal-deny-of-another-case-wins": (
        WRITE,
        ["POST /trade/Place"],
        ["POST /trade/place"],
        "POST /trade/Place",
        False,
    ),
    "literal-allow-before-wildcard-deny": (WRITE, ["POST /trade/place"], ["POST /trade/*"], "POST /trade/place", True),
    "literal-deny-before-wildcard-allow": (WRITE, ["POST /trade/*"], ["POST /trade/place"], "POST /trade/place", False),
    "wildcard-allow-before-open-deny": (WRITE, ["POST /trade/*"], ["POST /trade/**"], "POST /trade/place", True),
    "path-before-method": (WRITE, ["POST /trade/*"], ["* /trade/place"], "POST /trade/place", False),
    "method-before-any": (WRITE, ["POST /trade/place"], ["* /trade/place"], "POST /trade/place", True),
    "left-before-right": (
        WRITE,
        ["POST /*/1/trading/cancel"],
        ["POST /accounts/**"],
        "POST /accounts/1/trading/cancel",
        False,
    ),
    "third-rule-of-another-rank": (
        WRITE,
        ["POST /trade/place"],
        ["POST /trade/**", "POST /trade/*"],
        "POST /trade/place",
        True,
    ),
    "wildcard-allow-of-other-spellings-denied": (
        WRITE,
        ["POST /trade/*"],
        ["POST /trade/place"],
        "POST /trade/%50lace",
        False,
    ),
}


@pytest.mark.parametrize(("level", "allow", "deny", "request_line", "allowed"), RULES.values(), ids=RULES.keys())
def test_rules_make_exceptions(
    level: Access, allow: list[str], deny: list[str], request_line: str, allowed: bool
) -> None:
    """The most specific rule decides, deny wins a tie, and without a rule the level decides."""
    method, path = request_line.split(" ")
    assert decide(policy(level, tuple(allow), tuple(deny)), method, path).allowed is allowed


@pytest.mark.parametrize("path", sorted({*AMBIGUOUS.values()} - {"/", "/api/v1/"}), ids=ascii)  # rows of the table
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_ambiguous_path_counts_as_trade(method: str, path: str) -> None:
    """What could be read in two ways needs trade, no allow helps it, and every deny of its method covers it."""
    assert decide(policy(WRITE), method, path).access is TRADE
    assert not decide(policy(WRITE, allow=("* /**", f"{method} /trade/place")), method, path).allowed
    assert decide(policy(TRADE), method, path).allowed
    assert decide(policy(TRADE, deny=("PUT /trade/place",)), method, path).allowed
    assert not decide(policy(TRADE, deny=("PUT /x", f"{method} /exchanges")), method, path).allowed
    assert not decide(policy(TRADE, allow=(f"{method} /trade/place",), deny=("* /x",)), method, path).allowed


def test_ambiguous_head_is_covered_by_a_deny_of_get() -> None:
    """A HEAD whose path could be read in two ways is covered by each deny of GET."""
    assert not decide(policy(TRADE, deny=("GET /accounts",)), "HEAD", "/x//y").allowed


# level, allow, deny, request, the sentence
REASONS = {
    "level": (
        WRITE,
        [],
        [],
        "POST /accounts/1/trading/cancel",
        'POST /accounts/1/trading/cancel counts as "trade", beyond access = "write" '
        '(put "POST /accounts/*/trading/cancel" into allow, or set access = "trade")',
    ),
    "level-read": (
        READ,
        [],
        [],
        "HEAD /snapTrade/encryptedJWT",
        'HEAD /snapTrade/encryptedJWT counts as "write", beyond access = "read" '
        '(put "HEAD /snapTrade/encryptedJWT" into allow, or set access = "write")',
    ),
    "unknown": (
        WRITE,
        [],
        [],
        "POST /new/{x}",
        'POST /new/{x} is no operation that we know and counts as "trade", beyond access = "write" '
        '(put "POST /new/*" into allow, or set access = "trade")',
    ),
    "long": (
        WRITE,
        [],
        [],
        f"POST /{'x' * 300}",
        f'POST /{"x" * 199}… is no operation that we know and counts as "trade", beyond access = "write" '
        '(put a rule for it into allow, or set access = "trade")',
    ),
    "ambiguous": (
        WRITE,
        [],
        [],
        "GET /accounts/",
        'GET /accounts/ could be read in two ways, so it counts as "trade", beyond access = "write" (send the path in '
        'plain form, without dot or empty segments and escaped separators, or set access = "trade")',
    ),
    "deny": (
        TRADE,
        [],
        ["* /trade/**", "* /**"],
        "POST /trade/place",
        'POST /trade/place is covered by deny = ["* /trade/**"] '
        "(take that out, or put a more specific rule into allow)",
    ),
    "deny-ambiguous": (
        TRADE,
        [],
        ["DELETE /api/v1/snapTrade/**"],
        "DELETE /x/../y",
        'DELETE /x/../y could be read in two ways, so every deny covers it, such as "DELETE /api/v1/snapTrade/**" '
        "(send the path in plain form)",
    ),
    "allow": (
        READ,
        ["POST /api/v1/trade/*"],
        [],
        "POST /trade/place",
        'POST /trade/place is covered by allow = ["POST /api/v1/trade/*"]',
    ),
    "within": (WRITE, [], [], "GET /accounts", 'GET /accounts counts as "read", within access = "write"'),
}


@pytest.mark.parametrize(("level", "allow", "deny", "request_line", "why"), REASONS.values(), ids=REASONS.keys())
def test_verdict_says_why(level: Access, allow: list[str], deny: list[str], request_line: str, why: str) -> None:
    """A verdict names the level or the rule as it was written and, where it refuses, the way out."""
    method, path = request_line.split(" ")
    assert decide(policy(level, tuple(allow), tuple(deny)), method, path).why == why


@given(
    st.sampled_from(METHODS),
    st.one_of(
        st.sampled_from([filled(row) for row in OPERATIONS.table]),
        st.lists(st.text("aPé{}*.%2f", min_size=1, max_size=4), max_size=4).map(lambda parts: "/" + "/".join(parts)),
    ),
)
def test_rule_that_a_refusal_names_is_a_way_out(method: str, path: str) -> None:
    """Whoever puts the named rule into allow is let through."""
    verdict = decide(policy(READ), method, path)
    for rule in re.findall(r'\(put "(.*)" into allow', verdict.why):
        assert decide(policy(READ, allow=(rule,)), method, path).allowed
    assert verdict.allowed or "into allow" in verdict.why or "two ways" in verdict.why


POLICIES = {
    "level": policy(),
    "allow-what-looks-near": policy(
        allow=("POST /trade/impact", "* /snapTrade/**", "POST /accounts/*/trading/crypto/preview", "* /api/**")
    ),
    "allow-one": policy(allow=("POST /trade/place",)),
    "allow-all-but-orders": policy(
        allow=("* /**", "POST /*/*"), deny=("POST /trade/*", "POST /Accounts/*/trading/**", "POST /trade/place")
    ),
    "trade-but-no-orders": policy(TRADE, deny=("* /trade/**", "* /accounts/*/Trading/**")),
    "wild-allow": policy(allow=("POST /trade/*", "POST /*/*/*/*"), deny=("POST /trade/place",)),
}
ORDERS = [filled(row) for row in OPERATIONS.table if row.access is TRADE]


@st.composite
def spellings(draw: st.DrawFn, path: str) -> str:
    """Spell a path in a way that some server may take for it."""
    letters = st.sampled_from(["{0}"] * 4 + ["%{1:02x}", "%{1:02X}", "%25{1:02x}", "{2}", "{2}"])
    separators = st.sampled_from(["/"] * 6 + ["//", "/./", "/x/../", "/%2e/", "%2f", "%2F", "\\", "%5c", ";a=1/", "/ "])
    spelled = draw(st.sampled_from([""] * 3 + ["/api/v1", "/API/v1", "/api/v1/api/v1", "/%61pi/v1", "/api//v1"]))
    for segment in path.split("/")[1:]:
        spelled += draw(separators) + "".join(draw(letters).format(c, ord(c), c.swapcase()) for c in segment)
    return spelled + draw(st.sampled_from([""] * 4 + ["/", "//", "/.", ";x", "?", "#x", "%00", "%", "%20", "."]))


@pytest.mark.parametrize("judged", POLICIES.values(), ids=POLICIES.keys())
@settings(max_examples=300)
@given(st.data())
def test_no_spelling_of_an_order_gets_past(judged: Policy, data: st.DataObject) -> None:
    """No spelling of an order's path is allowed unless the order itself is."""
    order = data.draw(st.sampled_from(ORDERS))
    spelling = data.draw(spellings(order))
    verdict = decide(judged, "POST", spelling)
    assert verdict.access is TRADE
    assert not verdict.allowed or decide(judged, "POST", order).allowed


def covers(rule: Rule, method: str, path: tuple[str, ...]) -> bool:
    """Tell by a regular expression what the tree of patterns finds by walking."""
    expression = "".join("/[^/]*" if segment is None else f"/{re.escape(segment)}" for segment in rule.segments)
    methods = {"HEAD": ("HEAD", "GET", "*")}.get(method, (method, "*"))
    tail = "(/.*)?" if rule.rest else ""
    return rule.method in methods and re.fullmatch(expression + tail, "".join(f"/{part}" for part in path)) is not None


RULE_TEXTS = st.builds(
    lambda method, segments, rest: f"{method} /{'/'.join([*segments, *rest])}",
    st.sampled_from(["GET", "HEAD", "POST", "*"]),
    st.lists(st.sampled_from(["a", "B", "*"]), max_size=3),
    st.sampled_from([[], ["**"]]),
)


@given(
    st.lists(RULE_TEXTS, max_size=8),
    st.lists(RULE_TEXTS, max_size=8),
    st.sampled_from(["GET", "HEAD", "POST"]),
    st.lists(st.sampled_from(["a", "A", "b", "B", "%61"]), min_size=1, max_size=4),
)
@example(["POST /a/*"], ["* /a/b"], "POST", ["a", "B"])
def test_tree_finds_what_a_scan_finds(allow: list[str], deny: list[str], method: str, segments: list[str]) -> None:
    """Looking at every rule in turn, allows to the letter and denies folded, comes to the same verdict."""
    judged = policy(WRITE, tuple(allow), tuple(deny))
    allowing = [rule.rank for rule in judged.allow if covers(rule, method, tuple(segments))]
    folded = tuple(fold(segment) for segment in segments)
    denying = [
        rule.rank
        for rule in judged.deny
        if covers(Rule(rule.text, rule.method, rule.folded, rule.rest), method, folded)
    ]
    within = method != "POST"  # no such path is in the table
    expected = max(allowing) > max(denying, default=()) if allowing else within and not denying
    assert decide(judged, method, "/" + "/".join(segments)).allowed is expected


@given(st.sampled_from(METHODS), st.text(string.printable + "é\x7f\0", max_size=30))
def test_any_path_gets_a_verdict(method: str, path: str) -> None:
    """No path, however broken, makes deciding fail."""
    judged = policy(READ, allow=("GET /a/**",), deny=("POST /**",))
    assert not decide(judged, "POST", path).allowed
    assert decide(judged, method, path).why.startswith(method)


def test_thousand_rules_cost_no_more_than_ten() -> None:
    """Deciding makes as many calls with a thousand rules as with ten: it walks down a tree and scans no list."""

    def calls(rules: int) -> int:
        judged = policy(
            WRITE,
            allow=tuple(f"POST /accounts/{n}/trading/cancel" for n in range(rules)),
            deny=tuple(f"POST /accounts/*/trading/{n}" for n in range(rules)),
        )
        count = 0

        def profile(frame: FrameType, event: str, argument: object) -> None:
            nonlocal count
            count += 1

        sys.setprofile(profile)
        try:
            verdict = decide(judged, "POST", "/accounts/7/trading/cancel")
        finally:
            sys.setprofile(None)
        assert verdict.allowed
        return count

    assert calls(1000) == calls(10)
