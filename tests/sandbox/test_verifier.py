"""The verifier agrees with the official SDK on every golden vector, and with nothing that differs from one."""

import ast
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import signer_proxy.sandbox
from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.content import read_content
from signer_proxy.sandbox.errors import ApiError
from signer_proxy.sandbox.verifier import Signed, identify, read_query, signature_base, verify
from tests.vectors.loading import Vector, vectors

NOW = 1_700_000_000.0
VECTORS = vectors()
DOCUMENTED = next(vector for vector in VECTORS if vector.id == "documented")
# The signer's modules that the verifier must not share a mistake with.
SIGNER = ("schemes", "canonical_json", "query", "exchange", "content_coding", "message")


def signed(vector: Vector) -> Signed:
    """Return a vector as the sandbox would see it, with the Python SDK's signature."""
    content = read_content(b"" if vector.body is None else vector.body.encode(), [])
    return Signed(vector.path.encode(), vector.query.encode(), content, [vector.python.encode()])


def refusal(request: Signed, key: str = DOCUMENTED.consumer_key) -> str:
    """Return the reason for which a request is refused at the present time."""
    with pytest.raises(ApiError) as caught:
        verify(request, str(int(NOW)), Client("any", key), now=NOW)
    return caught.value.reason


@pytest.mark.parametrize("vector", [pytest.param(vector, id=vector.id) for vector in VECTORS])
def test_signature_of_the_python_sdk_is_verified(vector: Vector) -> None:
    """What the Python SDK signs is right, and wrong under any other key."""
    request = signed(vector)
    verify(request, str(int(NOW)), Client("any", vector.consumer_key), now=NOW)
    assert refusal(request, f"{vector.consumer_key}x") == "bad-signature"


@pytest.mark.parametrize(
    "vector", [pytest.param(each, id=each.id) for each in VECTORS if each.python != each.typescript]
)
def test_signature_over_another_canonical_form_is_refused(vector: Vector) -> None:
    """Where the SDKs sign differently, only the Python SDK's signature is right."""
    request = replace(signed(vector), signatures=[vector.typescript.encode()])
    assert refusal(request, vector.consumer_key) == "bad-signature"


def test_signature_base_of_the_documented_request() -> None:
    """The text that is signed is canonical JSON of content, path and query."""
    assert signature_base(signed(DOCUMENTED)) == (
        '{"content":{"userId":"new_user_123"},"path":"/api/v1/snapTrade/registerUser",'
        '"query":"clientId=PASSIVTEST&timestamp=1635790389"}'
    )


CHANGES: dict[str, Callable[[Signed], Signed]] = {
    "path without the prefix": lambda request: replace(request, path=b"/snapTrade/registerUser"),
    "path with a slash more": lambda request: replace(request, path=request.path + b"/"),
    "path encoded otherwise": lambda request: replace(request, path=request.path.replace(b"U", b"%55")),
    "query sorted otherwise": lambda request: replace(request, query=b"timestamp=1635790389&clientId=PASSIVTEST"),
    "query with a separator more": lambda request: replace(request, query=request.query + b"&"),
    "query encoded otherwise": lambda request: replace(request, query=request.query.replace(b"P", b"%50")),
    "content with a field more": lambda request: replace(request, content={"userId": "new_user_123", "x": None}),
    "content gone": lambda request: replace(request, content=None),
    "signature in lower case": lambda request: replace(request, signatures=[request.signatures[0].lower()]),
    "signature cut": lambda request: replace(request, signatures=[request.signatures[0][:-1]]),
    "signature of other bytes": lambda request: replace(request, signatures=[b"\xff" * 44]),
    "signature empty": lambda request: replace(request, signatures=[b""]),
}


@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in CHANGES.items()])
def test_any_change_of_a_signed_request_is_seen(change: Callable[[Signed], Signed]) -> None:
    """The signature covers every byte of path and query and every value of the body."""
    assert refusal(change(signed(DOCUMENTED))) == "bad-signature"


def test_a_request_has_exactly_one_signature() -> None:
    """No Signature header, or two of them, is no signature."""
    request = signed(DOCUMENTED)
    assert refusal(replace(request, signatures=[])) == "missing-signature"
    assert refusal(replace(request, signatures=[*request.signatures] * 2)) == "duplicate-signature"


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        pytest.param("1699999940", None, id="60 seconds old"),
        pytest.param("1699999939", "stale-timestamp", id="61 seconds old"),
        pytest.param("1700000060", None, id="60 seconds ahead"),
        pytest.param("1700000061", "stale-timestamp", id="61 seconds ahead"),
        pytest.param("1700000000000", "stale-timestamp", id="milliseconds"),
        pytest.param("1700000000.0", "bad-timestamp", id="a fraction"),
        pytest.param(" 1700000000", "bad-timestamp", id="white space"),
        pytest.param("-1700000000", "bad-timestamp", id="a sign"),
        pytest.param("١٧٠٠٠٠٠٠٠٠", "bad-timestamp", id="other digits"),
        pytest.param("9" * 5000, "bad-timestamp", id="more digits than Python reads"),
        pytest.param("", "bad-timestamp", id="empty"),
        pytest.param(None, "missing-timestamp", id="missing"),
    ],
)
def test_timestamp_is_seconds_within_a_minute(timestamp: str | None, expected: str | None) -> None:
    """A timestamp is whole Unix seconds, at most 60 from the clock on either side."""
    request, client = signed(DOCUMENTED), Client("any", DOCUMENTED.consumer_key)
    if expected is None:
        verify(request, timestamp, client, now=NOW)
        return
    with pytest.raises(ApiError) as caught:
        verify(request, timestamp, client, now=NOW)
    assert (caught.value.status, caught.value.reason) == (401, expected)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(b"clientId=a&clientId=a", id="equal values"),
        pytest.param(b"timestamp=1&x=2&timestamp=3", id="apart"),
        pytest.param(b"userId=a&user%49d=b", id="one encoded"),
        pytest.param(b"userSecret&userSecret=", id="without values"),
    ],
)
def test_parameter_of_authentication_is_there_once(query: bytes) -> None:
    """Names count after percent-decoding, with or without a value."""
    with pytest.raises(ApiError) as caught:
        read_query(query)
    assert (caught.value.status, caught.value.reason) == (400, "duplicate-parameter")


def test_other_parameters_may_repeat() -> None:
    """What is not ours to check may be there as often as it likes; names differ by case."""
    assert read_query(b"a=1&a=2&clientId=x&clientid=y&b=%zz+") == {
        "a": "2",
        "clientId": "x",
        "clientid": "y",
        "b": "%zz ",
    }


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param({}, "missing-client-id", id="missing"),
        pytest.param({"clientId": ""}, "unknown-client", id="empty"),
        pytest.param({"clientId": "known "}, "unknown-client", id="almost"),
    ],
)
def test_only_known_clients_are_let_in(parameters: dict[str, str], expected: str) -> None:
    """A clientId is known or refused with 401."""
    client = Client("known", "key")
    assert identify({"clientId": "known"}, {"known": client}) is client
    with pytest.raises(ApiError) as caught:
        identify(parameters, {"known": client})
    assert (caught.value.status, caught.value.reason) == (401, expected)


def test_content_nested_too_deeply_is_refused() -> None:
    """A value that can be read but not written is no error of the server's."""
    nested: list[object] = []
    for _ in range(200_000):
        nested = [nested]
    request = replace(signed(DOCUMENTED), content=nested)
    assert refusal(request) == "bad-json"


def test_sandbox_is_written_apart_from_the_signer() -> None:
    """No module of the sandbox imports a module of the signer."""
    folder = Path(signer_proxy.sandbox.__path__[0])
    imported = {
        name
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names])
        if name.startswith("signer_proxy")
    }
    assert "signer_proxy.sandbox.verifier" in imported
    assert not [name for name in imported if name.split(".")[1:2] and name.split(".")[1] in SIGNER]


def test_python_json_is_what_the_base_is_written_in() -> None:
    """The base is JSON that says again what was sent, in ASCII."""
    request = Signed(b"/a", b"q=1", {"é": "😀"}, [])
    base = signature_base(request)
    assert base.isascii()
    assert json.loads(base) == {"content": {"é": "😀"}, "path": "/a", "query": "q=1"}
