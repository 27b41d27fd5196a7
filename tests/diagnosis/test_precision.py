"""A right signature is never called wrong, and a random one is never explained."""

import json
import time
from base64 import b64encode
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signer_proxy.diagnosis.received import Received
from signer_proxy.diagnosis.snaptrade.credentials import Credentials
from signer_proxy.diagnosis.snaptrade.diagnose import diagnose
from tests.diagnosis.signing import NOW, OURS, OWNER, RICH, Asked, codes, diagnosed
from tests.vectors.loading import Vector, sdk_signature, vectors

VECTORS: Final = vectors()
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))
segments = st.text("abcXYZ019%2Ff+-._~!$'()*,;:@", max_size=20)


@pytest.mark.parametrize("vector", [pytest.param(vector, id=vector.id) for vector in VECTORS])
def test_vectors_are_right(vector: Vector) -> None:
    """What the official SDK signed is right, but for the time at which it was."""
    client = "PASSIV TEST" if "PASSIV%20TEST" in vector.query else "PASSIVTEST"
    headers = ((b"Signature", vector.python.encode()),)
    body = b"" if vector.body is None else vector.body.encode()
    received = Received("POST", f"{vector.path}?{vector.query}".encode(), headers, body)
    found = diagnose(received, Credentials(client, vector.consumer_key), 1635790389, most=0)
    assert found.is_explained
    assert found.mistakes == ()


@settings(max_examples=60, deadline=None)
@given(content=values, path=segments, query=segments, key=st.text(min_size=1))
def test_right_is_right(content: object, path: str, query: str, key: str) -> None:
    """Whatever the SDK signs is right."""
    try:
        key.encode()
        body = json.dumps(content).encode()
    except UnicodeEncodeError:
        return
    query = f"q={query}&{OURS}"
    signature = sdk_signature(f"/{path}", query, content, key)
    received = Received("POST", f"/{path}?{query}".encode(), ((b"Signature", signature.encode()),), body)
    found = diagnose(received, Credentials("CLIENT", key), NOW)
    assert (found.verdict, found.mistakes) == ("right", ())


@settings(max_examples=25, deadline=None)
@given(content=values, digest=st.binary(min_size=16, max_size=64))
def test_random_is_unexplained(content: object, digest: bytes) -> None:
    """No search finds a reason for random bytes, whatever they are the size of."""
    headers = ((b"Signature", b64encode(digest)),)
    received = Received("POST", f"/a?{OURS}".encode(), headers, json.dumps(content).encode())
    found = diagnose(received, OWNER, NOW, most=2)
    assert (found.verdict, found.mistakes) == ("unexplained", ())
    assert "consumer key" in found.left[0]


@settings(max_examples=100, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST"]),
    target=st.binary(max_size=40),
    headers=st.lists(st.tuples(st.sampled_from([b"Signature", b"X"]), st.binary(max_size=40)), max_size=3),
    body=st.binary(max_size=60),
)
def test_anything_is_diagnosed(method: str, target: bytes, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """No request breaks it, whatever bytes it is made of."""
    found = diagnose(Received(method, target, tuple(headers), body), OWNER, NOW, most=1)
    assert json.dumps(found.summary())


STANDING: Final = {
    "stale": (f"clientId=CLIENT&timestamp={NOW - 600}", ["timestamp-stale"]),
    "ahead": (f"clientId=CLIENT&timestamp={NOW + 600}", ["timestamp-stale"]),
    "milliseconds": (f"clientId=CLIENT&timestamp={NOW}000", ["timestamp-milliseconds"]),
    "iso": ("clientId=CLIENT&timestamp=2023-11-14T22:13:20Z", ["timestamp-not-seconds"]),
    "no-timestamp": ("clientId=CLIENT", ["timestamp-missing"]),
    "no-client": (f"timestamp={NOW}", ["client-id-missing"]),
    "misspelled": (f"client_id=CLIENT&timestamp={NOW}", ["client-id-missing"]),
    "other-client": (f"clientId=OTHER&timestamp={NOW}", ["client-id-wrong"]),
    "client-twice": (f"clientId=CLIENT&{OURS}", ["client-id-duplicated"]),
    "time-twice": (f"timestamp={NOW}&{OURS}", ["timestamp-duplicated"]),
    "user-twice": (f"userId=a&userId=a&{OURS}", ["user-id-duplicated"]),
    "no-user": (f"userSecret=x&{OURS}", ["user-id-missing"]),
    "wrong-secret": (f"userId=alice&userSecret=x&{OURS}", ["user-secret-wrong"]),
}


@pytest.mark.parametrize(("query", "expected"), STANDING.values(), ids=STANDING)
def test_right_signatures_of_wrong_requests(query: str, expected: list[str]) -> None:
    """A request that would be refused all the same is explained, and not called right."""
    found = diagnosed(Asked(query=query).received())
    assert (found.verdict, codes(found)) == ("explained", expected)


def test_missing_and_second_signature() -> None:
    """A request must have one header Signature."""
    received = Asked().received()
    bare = Received("POST", received.target, (), received.body)
    assert codes(diagnosed(bare)) == ["signature-missing"]
    twice = Received("POST", received.target, ((b"signature", b"x"), *received.headers), received.body)
    assert (diagnosed(twice).verdict, codes(diagnosed(twice))) == ("explained", ["signature-duplicated"])


@pytest.mark.parametrize(
    "body", ['{"a": 1' + "0" * 400 + "}", '{"a": 1e999}', '{"a": "\\ud800"}', "[" * 9999, "-0", "{}"]
)
def test_odd_bodies(body: str) -> None:
    """Numbers, signs and nestings at the edge of what JSON can say end no search."""
    received = Asked().received()
    found = diagnosed(Received("POST", received.target, received.headers, body.encode()))
    assert found.verdict == "unexplained"


def test_body_that_is_no_json() -> None:
    """Form data is said to be no JSON, and the signature over its fields is found."""
    received = Asked(body='{"a": "1"}').received()
    found = diagnosed(Received("POST", received.target, received.headers, b"a=1"))
    assert (found.verdict, codes(found)) == ("explained", ["body-not-json"])


def test_pairs_take_less_than_a_second() -> None:
    """Singles and pairs are searched whole, over a body of some KB, in less processor time than a second."""
    body = json.dumps({"rows": [json.loads(RICH) for _ in range(20)]})
    received = Asked(body=body).received()
    wrong = Received("POST", received.target, ((b"Signature", b64encode(bytes(32))),), received.body)
    start = time.process_time()
    assert diagnose(wrong, OWNER, NOW, most=2).verdict == "unexplained"
    assert time.process_time() - start < 1.5  # under one second alone; a busy machine's is longer than another's
