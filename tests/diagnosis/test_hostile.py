"""Large and hostile requests are diagnosed in bounded work, and what was not tried is not said to be ruled out."""

import json
import time
from base64 import b64encode
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signer_proxy.diagnosis.budget import Budget
from signer_proxy.diagnosis.mistake import Diagnosis
from signer_proxy.diagnosis.received import Received
from signer_proxy.diagnosis.snaptrade.diagnose import diagnose
from tests.diagnosis.signing import NOW, OURS, OWNER, Asked, codes, diagnosed

SMALL: Final = 5_000_000
"""Units: what a search may cost here, less than a tenth of a second."""

HOSTILE: Final[dict[str, tuple[str, bytes]]] = {
    "json-of-94-kb": (OURS, json.dumps([{"a": number, "b": "x" * 80} for number in range(900)]).encode()),
    "a-thousand-members": (OURS, json.dumps({f"k{number}": number for number in range(1000)}).encode()),
    "binary": (OURS, bytes(range(256)) * 400),
    "parameters": ("&".join(f"p{number}=a%20b" for number in range(600)) + f"&{OURS}", b""),
    "brackets": (OURS, b"[" * 100_000),
    "megabyte": (OURS, json.dumps({"a": "é" * 180_000}, ensure_ascii=True).encode()),
    "digits": (OURS, b"9" * 5000),
    "digits-as-key": (OURS, b'{"%s": 1, "4294967295": 2, "7": 3}' % (b"9" * 5000)),
    "tiny-exponent": (OURS, b'{"a": 1e-999999999, "b": 0e999999999}'),
    "nested": (OURS, b"[" * 900 + b"]" * 900),
}


def hostile(query: str, body: bytes, units: int = SMALL) -> tuple[Diagnosis, Budget]:
    """Diagnose a signature of nobody, in small work."""
    budget = Budget(units)
    received = Received("POST", f"/a?{query}".encode(), ((b"Signature", b64encode(bytes(32))),), body)
    return diagnose(received, OWNER, NOW, budget=budget), budget


@pytest.mark.parametrize(("query", "body"), HOSTILE.values(), ids=HOSTILE)
def test_work_is_bounded(query: str, body: bytes) -> None:
    """It ends, and the same request gets the same diagnosis."""
    start = time.process_time()
    found, _ = hostile(query, body)
    assert time.process_time() - start < 2  # a busy machine's second is longer than another's
    assert found.verdict == "unexplained"
    assert found.summary() == hostile(query, body)[0].summary()


def test_what_was_not_reached_is_not_ruled_out() -> None:
    """A spent budget is the first of what is left, and only what was tried whole is ruled out."""
    found, budget = hostile(*HOSTILE["a-thousand-members"])
    assert budget.is_spent
    assert f"stopped after {budget.bases} signature bases" in found.left[0]
    assert not any("two of these" in line for line in found.ruled_out)
    whole, _ = hostile(f"q=a%20b&{OURS}", b'{"b": 1.0, "a": "z"}', 2**62)
    assert any("two of these" in line for line in whole.ruled_out)
    assert not any("stopped" in line for line in whole.left)
    assert len(whole.ruled_out) == 11


def test_of_a_request_without_a_body_no_numbers_are_ruled_out() -> None:
    """What a request does not have was not tried."""
    found, _ = hostile(OURS, b"", 2**62)
    assert not any("numbers" in line for line in found.ruled_out)


def test_large_request_is_explained_all_the_same() -> None:
    """The commonest mistakes are looked for first."""
    body = json.dumps({"rows": [{"a": number, "b": "x"} for number in range(2000)]})
    assert codes(diagnosed(Asked(body=body, signed_path=lambda path: f"/api/v1{path}").received())) == [
        "path-prefix-added"
    ]


digits = st.integers(1, 6000).map(lambda count: "9" * count)
keys = st.dictionaries(digits | st.sampled_from(["0", "00", "4294967294", "4294967295", "²", "-1"]), st.integers())


@settings(max_examples=40, deadline=None)
@given(body=keys.map(json.dumps) | digits | st.integers(1, 1200).map(lambda depth: "[" * depth + "1" + "]" * depth))
def test_digits_and_depths_break_nothing(body: str) -> None:
    """Neither long numbers, nor keys that are numbers, nor deep nesting end in an exception."""
    assert json.dumps(hostile(OURS, body.encode())[0].summary())
