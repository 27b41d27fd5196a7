"""An upload comes through byte for byte."""

import hashlib
import json

import pytest

from tests.sandbox.pti.calling import Caller, reason

META = b'{"documentType": "PASSPORT"}'
BOUNDARY = "=_x.1"
KIND = f'multipart/form-data; boundary="{BOUNDARY}"'


def form(**parts: bytes) -> bytes:
    """Return a form with these parts, each as a file."""
    lines = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}.bin"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, content in parts.items()
    )
    return b"".join([*lines, f"--{BOUNDARY}--\r\n".encode()])


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, id="picture"),
        pytest.param(b"\r\n\r\nx\r\n", id="line ends"),
        pytest.param(b"\n\r\r--=_x.", id="almost a boundary"),
        pytest.param(b"x" * 1_000_000, id="large"),
    ],
)
async def test_document_is_taken(caller: Caller, document: bytes) -> None:
    """The answer has the digest of exactly the bytes that were sent."""
    await caller.call("POST", "/users", {"id": "alice"})
    body = form(metaInformation=META, document=document)
    answer = await caller.upload("POST", "/users/alice/documents", body, KIND)
    assert answer.status_code == 201
    assert answer.json() == {
        "id": "document-1",
        "documentType": "PASSPORT",
        "originalFileName": "document.bin",
        "fileSize": len(document),
        "sha256": hashlib.sha256(document).hexdigest(),
    }


async def test_form_of_a_client_library(caller: Caller) -> None:
    """A form as httpx writes it is read, and its metadata names the file."""
    await caller.call("POST", "/users", {"id": "alice"})
    meta = json.dumps({"documentType": "SELFIE", "originalFileName": "me.jpg"})
    files: dict[str, tuple[str | None, str | bytes, str]] = {
        "metaInformation": (None, meta, "application/json"),
        "document": ("x.jpg", b"\xff\xd8", "image/jpeg"),
    }
    request = caller.http.build_request("POST", "/", files=files)
    answer = await caller.upload("POST", "/users/alice/documents", request.read(), request.headers["Content-Type"])
    assert (answer.status_code, answer.json()["originalFileName"], answer.json()["fileSize"]) == (201, "me.jpg", 2)


@pytest.mark.parametrize(
    ("user", "kind", "body", "expected"),
    [
        pytest.param("nobody", KIND, form(metaInformation=META, document=b"x"), (404, "not-found"), id="no user"),
        pytest.param("alice", "application/json", b"{}", (415, "no-form"), id="JSON"),
        pytest.param("alice", "multipart/form-data", form(document=b"x"), (415, "no-form"), id="no boundary"),
        pytest.param("alice", KIND, b"", (400, "bad-field"), id="no parts"),
        pytest.param("alice", KIND, form(metaInformation=META), (400, "bad-field"), id="no document"),
        pytest.param("alice", KIND, form(metaInformation=META, document=b""), (400, "bad-field"), id="empty document"),
        pytest.param(
            "alice", KIND, form(metaInformation=META, document=b"x" * (5 << 20 | 1)), (400, "bad-field"), id="too large"
        ),
        pytest.param("alice", KIND, form(document=b"x"), (400, "bad-field"), id="no metadata"),
        pytest.param("alice", KIND, form(metaInformation=b"[]", document=b"x"), (400, "bad-field"), id="no object"),
        pytest.param(
            "alice",
            KIND,
            form(metaInformation=b'{"documentType":"POEM"}', document=b"x"),
            (400, "bad-field"),
            id="unknown type",
        ),
        pytest.param("alice", KIND, f"--{BOUNDARY}\r\nX: y\r\n\r\n".encode() * 3, (400, "bad-field"), id="no names"),
    ],
)
async def test_upload_that_is_refused(
    caller: Caller, user: str, kind: str, body: bytes, expected: tuple[int, str]
) -> None:
    """What is no document for a user is refused, though it is signed rightly."""
    await caller.call("POST", "/users", {"id": "alice"})
    assert reason(await caller.upload("POST", f"/users/{user}/documents", body, kind)) == expected
