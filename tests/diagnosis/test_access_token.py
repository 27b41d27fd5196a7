"""Access tokens: what is wrong with the header, the token and what stands beside it is named."""

import json
from base64 import b64encode, urlsafe_b64encode
from typing import Final

import pytest

from signer_proxy.diagnosis.access_token import Expected, diagnose
from signer_proxy.diagnosis.received import Received

NOW: Final = 1_700_000_000


def token(**claims: object) -> str:
    """Write a JWT that nobody has signed."""
    parts = ({"alg": "HS256"}, {"sub": "alice", "client_id": "CLIENT", "exp": NOW + 60, "iat": NOW - 60, **claims})
    return ".".join([*(urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), "c2ln"])


ENVELOPE: Final = json.dumps({"encryptedSharedKey": "AA==", "encryptedMessageData": {}})
CATALOGUE: Final[dict[str, tuple[str | None, str, dict[str, str], list[str]]]] = {
    "right": (f"JWT {token()}", "/accounts", {}, []),
    "bearer": (f"Bearer {token()}", "/accounts", {}, ["authorization-wrong-word"]),
    "lower": (f"jwt {token()}", "/accounts", {}, ["authorization-wrong-word"]),
    "colon": (f"JWT: {token()}", "/accounts", {}, ["authorization-wrong-word"]),
    "bare": (token(), "/accounts", {}, ["authorization-without-word"]),
    "quoted": (f'JWT "{token()}"', "/accounts", {}, ["token-quoted"]),
    "bare-word": ("JWT", "/accounts", {}, ["token-missing"]),
    "empty": ("JWT ", "/accounts", {}, ["token-missing"]),
    "missing": (None, "/accounts", {}, ["authorization-missing"]),
    "expired": (f"JWT {token(exp=NOW - 5)}", "/accounts", {}, ["token-expired"]),
    "not-yet": (f"JWT {token(nbf=NOW + 60)}", "/accounts", {}, ["token-not-yet-valid"]),
    "other-user": (f"JWT {token(sub='bob')}", "/accounts", {}, ["token-of-another-user"]),
    "other-client": (f"JWT {token(client_id='X')}", "/accounts", {}, ["token-of-another-client"]),
    "signature": (f"JWT {token()}", "/accounts", {"Signature": "x"}, ["signature-beside-token"]),
    "timestamp": (f"JWT {token()}", "/accounts?timestamp=1", {}, ["timestamp-beside-token"]),
    "user": (f"JWT {token()}", "/accounts?userId=alice", {}, ["user-id-beside-token"]),
    "secret": (f"JWT {token()}", "/accounts?userSecret=s", {}, ["user-secret-beside-token"]),
    "envelope": (f"JWT {ENVELOPE}", "/accounts", {}, ["token-not-decrypted"]),
    "envelope-base64": (
        f"JWT {b64encode(ENVELOPE.replace(': ', ':').encode()).decode()}",
        "/accounts",
        {},
        ["token-not-decrypted"],
    ),
    "garbled": ("JWT \u00fe\u0003\u00a7garbled", "/accounts", {}, ["token-garbled"]),
    "two-parts": (f"JWT {token().rpartition('.')[0]}", "/accounts", {}, ["token-garbled"]),
    "bearer-expired": (
        f"Bearer {token(exp=1)}",
        "/accounts",
        {},
        ["authorization-wrong-word", "token-expired"],
    ),
}


@pytest.mark.parametrize(("authorization", "target", "headers", "expected"), CATALOGUE.values(), ids=CATALOGUE)
def test_mistakes(authorization: str | None, target: str, headers: dict[str, str], expected: list[str]) -> None:
    """What is wrong is named; the token is not repeated."""
    sent = {**({} if authorization is None else {"Authorization": authorization}), **headers}
    pairs = tuple((name.encode(), value.encode("latin-1")) for name, value in sent.items())
    found = diagnose(Received("GET", target.encode(), pairs), Expected("CLIENT", "alice"), NOW)
    assert [mistake.code for mistake in found.mistakes] == expected
    verdict = "unexplained" if "token-garbled" in expected else "explained" if expected else "right"
    assert found.verdict == verdict
    assert token().split(".")[1] not in str(found.summary())


def encoded(*parts: bytes) -> str:
    """Write parts as a JWS has them."""
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "a.b.c",
        encoded(b"{}", b"{}", b"x"),
        encoded(b'{"alg": "HS256"}', b"{}", b"x"),
        encoded(b'{"alg": 1}', b'{"sub": "alice"}', b"x"),
        encoded(b"\xff", b"\xfe", b"\xfd"),
    ],
)
def test_garbage_is_neither_right_nor_explained(text: str) -> None:
    """What is no token of anybody says nothing of how it came to be."""
    received = Received("GET", b"/accounts", ((b"Authorization", f"JWT {text}".encode()),))
    assert diagnose(received, Expected(), NOW).verdict == "unexplained"
