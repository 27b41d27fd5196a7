"""Canonical JSON as the vendor's Python SDK writes it, and as its TypeScript SDK does where that is asked for."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer_proxy import canonical_json
from signer_proxy.canonical_json import Form, Json, NotJsonError
from tests.vectors.loading import Vector, vectors

JSON: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=5) | st.dictionaries(st.text(), children, max_size=5),
    max_leaves=30,
)

# One consumer key, which both SDKs take alike, so that the body is the one thing that may differ.
BODIES = [vector for vector in vectors() if vector.body is not None and vector.consumer_key == "YOUR_CONSUMER_KEY"]

WRITTEN: dict[str, tuple[str, bytes, bytes]] = {
    "keys-sorted-at-every-level": (
        '{"b":{"d":1,"c":2},"a":[{"f":1,"e":2}]}',
        b'{"a":[{"e":2,"f":1}],"b":{"c":2,"d":1}}',
        b'{"a":[{"e":2,"f":1}],"b":{"c":2,"d":1}}',
    ),
    "no-white-space": (' { "a" : [ 1 , 2 ] } ', b'{"a":[1,2]}', b'{"a":[1,2]}'),
    "space-in-strings-stays": ('{"a b":" c "}', b'{"a b":" c "}', b'{"a b":" c "}'),
    "non-ascii": ('{"é":"😀"}', b'{"\\u00e9":"\\ud83d\\ude00"}', '{"é":"😀"}'.encode()),
    "delete": ('"\x7f"', b'"\\u007f"', b'"\x7f"'),
    "slash": (r'"\/"', b'"/"', b'"/"'),
    "controls": (r'"\u0000\u001F\n\t"', b'"\\u0000\\u001f\\n\\t"', b'"\\u0000\\u001f\\n\\t"'),
    "float-whole": ("1.0", b"1.0", b"1.0"),
    "float-small": ("1e-7", b"1e-07", b"1e-07"),
    "integer-large": (
        "123456789012345678901234567890",
        b"123456789012345678901234567890",
        b"123456789012345678901234567890",
    ),
    "keys-by-code-point": ('{"😀":1,"\uffee":2}', b'{"\\uffee":2,"\\ud83d\\ude00":1}', '{"\uffee":2,"😀":1}'.encode()),
    "key-repeated-last-wins": ('{"a":1,"a":2}', b'{"a":2}', b'{"a":2}'),
    "empty-object": (" {} ", b"{}", b"{}"),
}


@pytest.mark.parametrize(("text", "ascii", "utf8"), [pytest.param(*row, id=name) for name, row in WRITTEN.items()])
def test_canonical_form(text: str, ascii: bytes, utf8: bytes) -> None:  # noqa: A002  # the form's name
    """Both forms sort by code point, drop white space and keep Python's numbers; they differ in their escapes."""
    value, _ = canonical_json.parse(text.encode())
    assert canonical_json.serialize(value, "ascii") == ascii
    assert canonical_json.serialize(value, "utf8") == utf8


REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "Expecting value at line 1 column 1"),
    "white-space": (b" \n", "Expecting value"),
    "form": (b"a=1&b=2", "Expecting value"),
    "cut": (b'{"a":', "Expecting value"),
    "trailing-comma": (b"[1,]", "at line 1 column"),
    "two-values": (b"{}{}", "Extra data at line 1 column 3"),
    "single-quotes": (b"{'a':1}", "double quotes at line 1 column 2"),
    "control-in-string": (b'"\x01"', "Invalid control character"),
    "not-utf8": (b'{"a":"\xff"}', "byte 6 is not UTF-8"),
    "surrogate-as-utf8": (b'"\xed\xa0\x80"', "byte 1 is not UTF-8"),
    "utf-16": ('{"a":1}'.encode("utf-16"), "byte 0 is not UTF-8"),
    "byte-order-mark": (b"\xef\xbb\xbf{}", "byte order mark"),
    "nan": (b'{"a":NaN}', "NaN is no JSON number"),
    "infinity": (b"[Infinity]", "Infinity is no JSON number"),
    "minus-infinity": (b"[-Infinity]", "-Infinity is no JSON number"),
    "too-large-for-a-double": (b"1e999", "too large for a double"),
    "too-large-below-zero": (b"-1e999", "too large for a double"),
    "too-many-digits": (b"1" * 5000, "too many digits"),
    "nested-too-deeply": (b"[" * 500_000 + b"]" * 500_000, "nested too deeply"),
}


@pytest.mark.parametrize(("body", "reason"), [pytest.param(*row, id=name) for name, row in REFUSED.items()])
def test_what_is_no_json_is_refused(body: bytes, reason: str) -> None:
    """Only what RFC 8259 allows, and Python reads exactly, has a canonical form; the text says why."""
    with pytest.raises(NotJsonError, match=reason):
        canonical_json.parse(body)


def test_refusal_quotes_nothing_of_the_body() -> None:
    """A body may hold secrets, so none of it stands in an error."""
    with pytest.raises(NotJsonError) as caught:
        canonical_json.parse(b'{"userSecret": hush}')
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("form", ["ascii", "utf8"])
def test_nesting_beyond_the_writer_is_refused(form: Form) -> None:
    """What was read in pieces and cannot be written is refused, too, not answered with a crash."""
    value: Json = []
    for _ in range(500_000):
        value = [value]
    with pytest.raises(NotJsonError, match="nested too deeply"):
        canonical_json.serialize(value, form)


def test_lone_surrogate_has_no_utf8_form() -> None:
    """Half of a surrogate pair can be escaped and cannot be written raw."""
    value, _ = canonical_json.parse(rb'"\ud800"')
    assert canonical_json.serialize(value, "ascii") == rb'"\ud800"'
    with pytest.raises(NotJsonError, match="surrogate pair"):
        canonical_json.serialize(value, "utf8")


REPEATED = {
    "none": ('{"a":{"a":1},"b":{"a":2}}', False),
    "top": ('{"a":1,"a":1}', True),
    "nested": ('[{"x":{"a":1,"b":2,"a":3}}]', True),
    "by-escape": (r'{"a":1,"\u0061":2}', True),
    "before-others": ('{"x":{"a":1,"a":1},"y":{"b":1}}', True),
}


@pytest.mark.parametrize(("text", "repeated"), [pytest.param(*row, id=name) for name, row in REPEATED.items()])
def test_repeated_keys_are_told(text: str, repeated: bool) -> None:
    """Whether any object at any depth repeats a key is told beside the value."""
    assert canonical_json.parse(text.encode())[1] is repeated


@given(JSON)
def test_ascii_form_is_what_the_python_sdk_writes(value: Json) -> None:
    """For any JSON the default form is the SDK's `json.dumps(sort_keys=True, separators=(",", ":"))`."""
    body = json.dumps(value).encode()
    ours = canonical_json.serialize(canonical_json.parse(body)[0], "ascii")
    assert ours == json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()


@given(JSON)
def test_canonical_form_is_its_own(value: Json) -> None:
    """Writing what was read from a canonical form changes nothing."""
    canonical = canonical_json.serialize(value, "ascii")
    assert canonical_json.serialize(canonical_json.parse(canonical)[0], "ascii") == canonical


@pytest.mark.parametrize("vector", [pytest.param(vector, id=vector.id) for vector in BODIES])
def test_ambiguous_is_what_the_sdks_sign_differently(vector: Vector) -> None:
    """A body is ambiguous exactly where the golden signatures of the Python and the TypeScript SDK differ."""
    assert vector.body is not None
    value, _ = canonical_json.parse(vector.body.encode())
    differs = vector.python != vector.typescript
    assert canonical_json.is_ambiguous(value, canonical_json.serialize(value, "ascii")) is differs
    if vector.id != "body-lone-surrogate":  # which has no such form
        assert canonical_json.is_ambiguous(value, canonical_json.serialize(value, "utf8")) is differs


@pytest.mark.parametrize(
    "text",
    ["1e20", "0.000001", "1e-7", "1.0", "-0.0", "9007199254740993", pytest.param("1" + "0" * 400, id="10^400")],
)
def test_numbers_that_javascript_writes_otherwise_are_ambiguous(text: str) -> None:
    """Floats and integers that lose their form or their digits in JavaScript deserve the warning."""
    value, _ = canonical_json.parse(text.encode())
    assert canonical_json.is_ambiguous(value, canonical_json.serialize(value, "ascii"))


@pytest.mark.parametrize(
    "text", ["1", "0", "-17", "123.5", "0.1", "1.5e300", "1e21", "9007199254740992", "1e-10", "0.0001"]
)
def test_numbers_that_javascript_writes_alike_are_not_ambiguous(text: str) -> None:
    """The warning is kept for numbers that differ."""
    value, _ = canonical_json.parse(text.encode())
    assert not canonical_json.is_ambiguous(value, canonical_json.serialize(value, "ascii"))
