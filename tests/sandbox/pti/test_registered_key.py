"""A public key is registered as the JWK says, under its thumbprint; what cannot verify is refused."""

import json
from typing import Any

import pytest

from signer_proxy.sandbox.pti.clients import PtiClient
from signer_proxy.sandbox.pti.jws import Jws
from signer_proxy.sandbox.pti.registered_key import RegisteredKey
from tests.jose_peer import private_jwk, public_jwk, signed, thumbprint

SAMPLE = (
    "eyJhbGciOiJFZERTQSIsImNpZCI6IjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMCIsImNydiI6IkVkMjU1MTkiLCJraWQiOiJLWH"
    "k0SU1idEhpaXJQN2tBQXdFOXFydVQwejlNUEx3MUlCUER5dmNja3VrIn0.UE9TVAo2M0U2RjYyQzU1NTUzRUEyQUVDMERFODY2NjJBMjJBNwpjb250Z"
    "W50LXR5cGU6YXBwbGljYXRpb24vanNvbgpkYXRlOldlZCwgMTUgQXByIDIwMjAgMTY6MzU6NTAgR01UCngtcHRpLWNsaWVudC1pZDowMDAwMDAwMC0wM"
    "DAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAKL3YwL3VzZXJz.CDfqOdRglnxdjBjPAow7dpX6um6bSXvJGEBeICl3VVQi1ERfstMgRlWP67YiAyLy04pq"
    "NnkMjO_DNNefKpGnBQ"
)
"""The JWS in PTI's "Authentication"."""


def public(kind: str) -> dict[str, Any]:
    """Return the public JWK of a key of a kind."""
    jwk: dict[str, Any] = json.loads(public_jwk(private_jwk(kind)))
    return jwk


@pytest.mark.parametrize("kind", ["Ed25519", "RSA"])
def test_key_goes_by_its_thumbprint(kind: str) -> None:
    """The name is jwcrypto's thumbprint, whatever the JWK calls itself, and the key verifies what jwcrypto signs."""
    key = RegisteredKey.read({**public(kind), "kid": "mine", "use": "sig"})
    assert key.kid == thumbprint(private_jwk(kind))
    jws = Jws.read(signed(private_jwk(kind), b"x", {**key.header, "kid": key.kid}).encode())
    assert key.verifies(jws.signature, jws.signed)
    assert not key.verifies(jws.signature, jws.signed + b".")
    assert not key.verifies(jws.signature[:-1], jws.signed)


@pytest.mark.parametrize(
    ("jwk", "rule"),
    [
        pytest.param(json.loads(private_jwk("Ed25519")), "must be public", id="private"),
        pytest.param({"kty": "oct", "k": "AAAA"}, "must be public", id="symmetric"),
        pytest.param(public("P-256"), "must be of an RSA or an Ed25519 key", id="EC"),
        pytest.param(public("X25519"), "must be of an RSA or an Ed25519 key", id="other curve"),
        pytest.param({}, "must be of an RSA or an Ed25519 key", id="empty"),
        pytest.param({"kty": "OKP", "crv": "Ed25519"}, "must have the text x", id="no x"),
        pytest.param({"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}, "32 bytes", id="short x"),
        pytest.param({"kty": "OKP", "crv": "Ed25519", "x": "A=="}, "x holds a character", id="padding"),
        pytest.param({**public("RSA"), "e": "AAEAAQ"}, "without leading zeros", id="e with leading zeros"),
        pytest.param({**public("RSA"), "n": ""}, "without leading zeros", id="empty n"),
        pytest.param({**public("RSA"), "n": "AQAB"}, "at least 2048 bits, got 17", id="small"),
        pytest.param({**public("RSA"), "n": 1}, "must have the text n", id="n is a number"),
    ],
)
def test_key_that_is_refused(jwk: dict[str, Any], rule: str) -> None:
    """The error names the client and the rule."""
    with pytest.raises(ValueError, match=rf"^sandbox PTI client 'mine': .*{rule}"):
        PtiClient("mine", (jwk,))


@pytest.mark.parametrize("client_id", ["", " ", "a\n", "é"])
def test_client_id_that_no_header_can_carry(client_id: str) -> None:
    """A client that nobody could name is refused."""
    with pytest.raises(ValueError, match="must be ASCII that a header can carry"):
        PtiClient(client_id, ())


def test_sample_has_the_shape_that_is_asked_for() -> None:
    """The header of the guide's own JWS has what the sandbox asks for, and its payload the six lines."""
    jws = Jws.read(SAMPLE.encode())
    assert {**RegisteredKey.read(public("Ed25519")).header}.items() <= jws.header.items()
    assert jws.header.keys() == {"alg", "cid", "crv", "kid"}
    lines = jws.payload.split(b"\n")
    assert len(lines) == 6
    assert lines[0::2] == [
        b"POST",
        b"content-type:application/json",
        b"x-pti-client-id:" + str(jws.header["cid"]).encode(),
    ]
