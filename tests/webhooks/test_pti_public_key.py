"""PTI's public key comes from a JWK as its documents publish it, or from PEM, and must be one that signs as RS512."""

import json

import pytest

from signer_proxy.crypto.key_errors import PtiKeyError
from signer_proxy.webhooks import PtiPublicKey
from tests import jose_peer
from tests.crypto.test_jwk import small_jwk

PRIVATE = jose_peer.private_jwk("RSA")
PUBLIC = jose_peer.public_jwk(PRIVATE)


def test_jwk_and_pem_are_one_key() -> None:
    """Both formats give the same key, whatever `kid` PTI gives it; another key differs."""
    key = PtiPublicKey.load(PUBLIC.encode())
    assert PtiPublicKey.load(jose_peer.public_pem(PRIVATE)).jose.public_key == key.jose.public_key
    named = json.dumps({**json.loads(PUBLIC), "kid": "84d1a616-db99-47dd-b690-70742b87aa4e", "use": "sig"})
    assert PtiPublicKey.load(f"\n{named}\n".encode()) == key
    assert PtiPublicKey.load(jose_peer.public_jwk(jose_peer.private_jwk("RSA", 1)).encode()) != key
    assert repr(key) == f"<PtiPublicKey {jose_peer.thumbprint(PRIVATE)}>"
    assert hash(key) == hash(PtiPublicKey.load(jose_peer.public_pem(PRIVATE)))


BAD: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "got neither"),
    "garbage": ("hunter2", "got neither"),
    "private": (PRIVATE, "got a private JWK"),
    "private-pem": (jose_peer.pem(PRIVATE), "got neither"),
    "ed25519": (jose_peer.public_jwk(jose_peer.private_jwk("Ed25519")), "got an Ed25519 key"),
    "ed25519-pem": (jose_peer.public_pem(jose_peer.private_jwk("Ed25519")), "got another kind or size"),
    "ec": (jose_peer.public_jwk(jose_peer.private_jwk("P-256")), "got an EC key"),
    "symmetric": ('{"kty": "oct", "k": "c2VjcmV0"}', "got a symmetric key"),
    "small": (json.dumps({k: v for k, v in json.loads(small_jwk()).items() if k != "d"}), "got 1,024"),
    "damaged": (jose_peer.public_pem(PRIVATE).replace(b"M", b"N", 3), "is damaged"),
    "set": (json.dumps({"keys": [json.loads(PUBLIC)]}), "got a JWK set"),
}


@pytest.mark.parametrize(("data", "says"), BAD.values(), ids=BAD)
def test_bad_key_is_refused(data: str | bytes, says: str) -> None:
    """A key that PTI cannot have signed with is refused by what it is."""
    with pytest.raises(PtiKeyError, match=says):
        PtiPublicKey.load(data if isinstance(data, bytes) else data.encode())
