"""A start with keys that cannot sign: exit code 1, a line for each that says what is wrong, and no word of the key."""

import json
from pathlib import Path
from typing import Final

from tests.end_to_end.pti.profiles import KEYS, signing, upstream
from tests.end_to_end.test_start import assert_ended, run
from tests.jose_peer import private_jwk, public_jwk


def swapped(kind: str) -> str:
    """Return a JWK with the `d` of another key."""
    return json.dumps({**json.loads(private_jwk(kind)), "d": json.loads(private_jwk(kind, 1))["d"]})


SYMMETRIC: Final = '{"kty": "oct", "k": "c2VjcmV0LXN5bW1ldHJpYw"}'
CANNOT_SIGN: Final = {
    "ec": (private_jwk("P-256"), "the key must be RSA or Ed25519, got an EC key"),
    "symmetric": (SYMMETRIC, "the key must be RSA or Ed25519, got a symmetric key"),
    "public": (public_jwk(KEYS["ed25519"]), "must hold a private key, got a public JWK"),
    "public-rsa": (public_jwk(KEYS["rsa"]), "must hold a private key, got a public JWK"),
    "other-d": (swapped("Ed25519"), "the JWK's `d` belongs to another key"),
    "other-d-rsa": (swapped("RSA"), "the JWK's members do not make a key together"),
    "cut": (KEYS["rsa"][:-20], "the key begins as a JWK and is no JSON"),
}


def test_keys_that_cannot_sign(tmp_path: Path) -> None:
    """Each line names profile and file, and what was got in place of a key."""
    profiles = [signing(name, key=f"{name}.jwk") for name in CANNOT_SIGN]
    text = "\n".join(["version = 1", upstream("https://pti.example.com", "ec"), *profiles])
    files = {"signer-proxy.toml": text} | {f"{name}.jwk": key for name, (key, _) in CANNOT_SIGN.items()}
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")
        (tmp_path / name).chmod(0o600)
    end = run(tmp_path, "run")
    assert_ended(end, *(told for _, told in CANNOT_SIGN.values()))
    for (name, (key, _)), line in zip(CANNOT_SIGN.items(), end.lines, strict=True):
        assert f"profiles.{name}.private_key: file {tmp_path / name}.jwk" in line
        parts = json.loads(key).values() if key.endswith("}") else [key[60:80]]
        assert [part for part in parts if len(part) > 10 and part in line] == []
