"""Each parameter and header has its verdict."""

import pytest

from signer_proxy.changes import Change, changes
from signer_proxy.message import Headers, Request

CASES: dict[str, tuple[Request, bytes, Headers, set[Change]]] = {
    "nothing": (Request("GET", b"/a"), b"/a", (), set()),
    "added": (
        Request("GET", b"/a?b=c"),
        b"/a?b=c&timestamp=1",
        ((b"Signature", b"x"),),
        {
            Change("parameter", "b", "unchanged"),
            Change("parameter", "timestamp", "added"),
            Change("header", "Signature", "added"),
        },
    ),
    "replaced": (
        Request("GET", b"/a?timestamp=1", ((b"signature", b"y"),)),
        b"/a?timestamp=2",
        ((b"Signature", b"x"),),
        {Change("parameter", "timestamp", "replaced"), Change("header", "Signature", "replaced")},
    ),
    "removed": (
        Request("GET", b"/a?userId=b", ((b"Signer-Profile", b"y"), (b"Accept", b"*/*"))),
        b"/a",
        ((b"accept", b"*/*"),),
        {
            Change("parameter", "userId", "removed"),
            Change("header", "Signer-Profile", "removed"),
            Change("header", "accept", "unchanged"),
        },
    ),
    "one of two": (
        Request("GET", b"/a?x=1&x=2"),
        b"/a?x=1",
        (),
        {Change("parameter", "x", "replaced")},
    ),
}


@pytest.mark.parametrize(("came", "target", "headers", "expected"), CASES.values(), ids=CASES)
def test_changes(came: Request, target: bytes, headers: Headers, expected: set[Change]) -> None:
    """What came is compared with what left by name, headers in any case, every copy of a name together."""
    assert set(changes(came, target, headers)) == expected
