"""The tree of patterns finds the most specific one."""

import pytest

from signer_proxy.operations.patterns import Patterns, fold_pattern

PATTERNS = {
    "GET /": ("GET", (), False),
    "* /**": ("*", (), True),
    "GET /a": ("GET", ("a",), False),
    "POST /a/**": ("POST", ("a",), True),
    "* /a/b": ("*", ("a", "b"), False),
    "POST /a/*": ("POST", ("a", None), False),
    "PUT /*/b": ("PUT", (None, "b"), False),
    "PUT /a/b/**": ("PUT", ("a", "b"), True),
    "PUT /a/*/c": ("PUT", ("a", None, "c"), False),
    "HEAD /h": ("HEAD", ("h",), False),
    "GET /h": ("GET", ("h",), False),
}

FOUND = {
    "root": ("GET", (), "GET /"),
    "head-takes-get": ("HEAD", (), "GET /"),
    "head-before-get": ("HEAD", ("h",), "HEAD /h"),
    "get-not-head": ("GET", ("h",), "GET /h"),
    "rest-covers-none": ("POST", ("a",), "POST /a/**"),
    "rest-covers-many": ("POST", ("a", "x", "y", "z"), "POST /a/**"),
    "literal-of-any-method-before-wildcard": ("POST", ("a", "b"), "* /a/b"),
    "wildcard-before-rest": ("POST", ("a", "x"), "POST /a/*"),
    "literal-first-before-literal-last": ("PUT", ("a", "b"), "* /a/b"),
    "wildcard-first": ("PUT", ("x", "b"), "PUT /*/b"),
    "left-to-right": ("PUT", ("a", "b", "c"), "PUT /a/b/**"),
    "back-from-a-dead-end": ("PUT", ("a", "x", "c"), "PUT /a/*/c"),
    "any-method-any-path": ("DELETE", ("x", "y"), "* /**"),
}


@pytest.fixture(name="patterns")
def _patterns() -> Patterns[str]:
    patterns = Patterns[str]()
    for text, (method, pattern, rest) in PATTERNS.items():
        patterns.add(method, pattern, text, rest=rest)
    return patterns


@pytest.mark.parametrize(("method", "segments", "expected"), FOUND.values(), ids=FOUND.keys())
def test_most_specific_pattern_is_found(
    patterns: Patterns[str], method: str, segments: tuple[str, ...], expected: str
) -> None:
    """Literals come before wildcards and these before open ends, left to right, and only then the method counts."""
    assert patterns.find(method, segments) == expected


def test_nothing_is_found_where_nothing_covers() -> None:
    """A longer or shorter path, another segment and another method are not covered."""
    patterns = Patterns[int]()
    patterns.add("GET", ("a", None), 1)
    requests = [("GET", ("a",)), ("GET", ("a", "b", "c")), ("GET", ("b", "b")), ("POST", ("a", "b")), ("GET", ())]
    assert [patterns.find(method, segments) for method, segments in requests] == [None] * 5


def test_first_of_two_equal_patterns_stays() -> None:
    """A pattern that is added again keeps its first value."""
    patterns = Patterns[int]()
    patterns.add("GET", ("a",), 1)
    patterns.add("GET", ("a",), 2)
    assert patterns.find("GET", ("a",)) == 1


def test_folding_a_pattern_keeps_its_wildcards() -> None:
    """Literal segments are unescaped and folded, and one that decodes to a star is still a literal."""
    assert fold_pattern(("Tr%41de", None, "%2A")) == ("trade", None, "*")
