"""A path is read in one way, or it is known to be ambiguous."""

import pytest

from signer_proxy.operations.reading import Reading, read

PREFIX = ("api", "v1")

PLAIN = {
    "root": ("", Reading((), ((),))),
    "one": ("/accounts", Reading(("accounts",), (("accounts",),))),
    "case-is-folded": ("/snapTrade/login", Reading(("snapTrade", "login"), (("snaptrade", "login"),))),
    "letter-escaped": ("/tr%61de", Reading(("tr%61de",), (("trade",),))),
    "space-escaped": ("/symbols/a%20b", Reading(("symbols", "a%20b"), (("symbols", "a b"),))),
    "umlaut-escaped": ("/symbols/%C3%84", Reading(("symbols", "%C3%84"), (("symbols", "ä"),))),
    "dots-inside": ("/symbols/BRK.B", Reading(("symbols", "BRK.B"), (("symbols", "brk.b"),))),
    "three-dots": ("/...", Reading(("...",), (("...",),))),
    "wild-signs": ("/*/{a}", Reading(("*", "{a}"), (("*", "{a}"),))),
    "prefix": ("/api/v1/Trade", Reading(("Trade",), (("api", "v1", "trade"), ("trade",)))),
    "prefix-alone": ("/api/v1", Reading((), (("api", "v1"), ()))),
    "prefix-in-part": ("/api/v2/trade", Reading(("api", "v2", "trade"), (("api", "v2", "trade"),))),
    "prefix-later": ("/x/api/v1", Reading(("x", "api", "v1"), (("x", "api", "v1"),))),
}

AMBIGUOUS = {
    "no-slash": "accounts",
    "asterisk-form": "*",
    "slash-alone": "/",
    "slash-at-end": "/accounts/",
    "slash-twice": "/trade//place",
    "slash-twice-first": "//trade/place",
    "dot": "/trade/./place",
    "dot-at-end": "/trade/.",
    "dots": "/accounts/../trade/place",
    "dots-at-end": "/trade/place/x/..",
    "dot-escaped": "/trade/%2e/place",
    "dots-escaped-upper": "/x/%2E%2E/trade/place",
    "dots-half-escaped": "/x/.%2e/trade/place",
    "slash-escaped": "/trade%2fplace",
    "slash-escaped-upper": "/trade%2Fplace",
    "backslash": "/trade\\place",
    "backslash-escaped": "/trade%5cplace",
    "backslash-escaped-upper": "/trade%5Cplace",
    "semicolon": "/trade/place;x=1",
    "semicolon-escaped": "/trade/place%3bx",
    "percent-escaped": "/trade/%2570lace",
    "question-mark": "/trade/place?x",
    "question-mark-escaped": "/trade/place%3Fx",
    "hash": "/trade/place#x",
    "hash-escaped": "/trade/place%23x",
    "escape-cut": "/trade/plac%6",
    "escape-no-hex": "/trade/%zzplace",
    "percent-at-end": "/trade/place%",
    "nul": "/trade/place%00",
    "tab-escaped": "/trade/place%09",
    "line-end-escaped": "/trade/place%0d%0a",
    "delete-escaped": "/trade/place%7f",
    "space": "/trade/place x",
    "line-end": "/trade/place\n",
    "non-ascii": "/trade/plåce",
    "not-utf8": "/trade/%ffplace",
    "overlong-slash": "/trade%c0%afplace",
    "zero-width": "/trade/pl%E2%80%8Bace",
    "prefix-other-case": "/API/v1/trade/place",
    "prefix-escaped": "/%61pi/v1/trade/place",
    "prefix-twice": "/api/v1/api/v1/trade/place",
    "prefix-twice-other-case": "/api/v1/Api/V1/trade/place",
    "prefix-then-slash": "/api/v1/",
    "prefix-split": "/api//v1/trade/place",
}


@pytest.mark.parametrize(("path", "reading"), PLAIN.values(), ids=PLAIN.keys())
def test_plain_path_has_one_reading(path: str, reading: Reading) -> None:
    """A plain path is split as sent, and unescaped and folded with and without the prefix."""
    assert read(path, PREFIX) == reading


@pytest.mark.parametrize("path", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_ambiguous_path_has_no_reading(path: str) -> None:
    """A path that two servers could read differently has no reading."""
    assert read(path, PREFIX) is None


def test_no_prefix_is_ever_taken_off_without_one() -> None:
    """An API without a prefix keeps the segments that are another API's prefix, however often they stand there."""
    reading = read("/api/v1/api/v1")
    assert reading is not None
    assert reading.exact == ("api", "v1", "api", "v1")
    assert reading.folded == (reading.exact,)
