"""Raw queries: parameters go and come as text, and no other byte changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer_proxy import query

NAMES = {"clientId", "timestamp"}
RAW = st.binary(max_size=40) | st.lists(st.sampled_from([b"a", b"=", b"%61", b"clientId", b"", b"+"])).map(b"&".join)

READ = {
    "plain": (b"a=b", "a", "b"),
    "escaped": (b"%61=%62", "a", "b"),
    "plus-is-a-space-in-values": (b"a+b=c+d", "a+b", "c d"),
    "escaped-plus": (b"a=c%2Bd", "a", "c+d"),
    "utf8": (b"%C3%A9=%F0%9F%98%80", "é", "😀"),
    "not-utf8": (b"%FF=%FF", "\ufffd", "\ufffd"),
    "broken-escape": (b"%zz=%4", "%zz", "%4"),
    "no-value": (b"a", "a", ""),
    "more-equals": (b"a=b=c", "a", "b=c"),
    "no-name": (b"=b", "", "b"),
    "empty": (b"", "", ""),
}


@pytest.mark.parametrize(("parameter", "name", "value"), [pytest.param(*row, id=name) for name, row in READ.items()])
def test_name_and_value(parameter: bytes, name: str, value: str) -> None:
    """Names are compared after percent-decoding, values as form data."""
    assert (query.name(parameter), query.value(parameter)) == (name, value)


TAKEN = {
    "nothing": (b"a=1&b=2", b"a=1&b=2", []),
    "empty": (b"", b"", []),
    "alone": (b"clientId=1", b"", ["clientId"]),
    "first": (b"clientId=1&a=1", b"a=1", ["clientId"]),
    "last": (b"a=1&clientId=1", b"a=1", ["clientId"]),
    "middle": (b"a=1&clientId=1&b=2", b"a=1&b=2", ["clientId"]),
    "every-copy": (b"clientId&timestamp=1&clientId=2&a", b"a", ["clientId", "timestamp", "clientId"]),
    "escaped": (b"a&%63lientId=1", b"a", ["clientId"]),
    "other-case": (b"CLIENTID=1", b"CLIENTID=1", []),
    "empty-parts-stay": (b"&&clientId=1&&", b"&&&", ["clientId"]),
    "in-a-value": (b"a=clientId", b"a=clientId", []),
}


@pytest.mark.parametrize(("raw", "rest", "found"), [pytest.param(*row, id=name) for name, row in TAKEN.items()])
def test_take_out(raw: bytes, rest: bytes, found: list[str]) -> None:
    """Every copy goes with one separator, and is named as often as it stood there."""
    assert query.take_out(raw, NAMES) == (rest, found)


@given(RAW)
def test_parameters_join_to_the_query(raw: bytes) -> None:
    """No byte is lost by splitting."""
    assert b"&".join(query.parameters(raw)) == raw


@given(RAW)
def test_nothing_taken_out_changes_nothing(raw: bytes) -> None:
    """A query without our names stays byte for byte; with them, a second time finds none."""
    rest, found = query.take_out(raw, NAMES)
    assert found or rest == raw
    assert query.take_out(rest, NAMES) == (rest, [])


APPENDED = {
    "to-none": (b"", b"a=1&b=2"),
    "to-one": (b"x", b"x&a=1&b=2"),
    "to-a-separator": (b"&", b"&&a=1&b=2"),
}


@pytest.mark.parametrize(("raw", "result"), [pytest.param(*row, id=name) for name, row in APPENDED.items()])
def test_append(raw: bytes, result: bytes) -> None:
    """Ours stand at the end, in order; an empty query needs no separator."""
    assert query.append(raw, [("a", "1"), ("b", "2")]) == result


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_appended_values_come_back(name: str, value: str) -> None:
    """Whatever stands in our names and values is read back as it was, as one parameter of printable ASCII."""
    raw = query.append(b"", [(name, value)])
    (parameter,) = query.parameters(raw)
    assert (query.name(parameter), query.value(parameter)) == (name, value)
    assert all(0x21 <= byte <= 0x7E and byte != ord("#") for byte in raw)
