"""Configs of PTI's two schemes, and the keys that they name."""

from pathlib import Path
from typing import Final

from tests.end_to_end.daemon import free_port
from tests.jose_peer import pem, private_jwk

CLIENT_ID: Final = "00000000-0000-0000-0000-0000000000e2"
KEYS: Final = {"ed25519": private_jwk("Ed25519"), "rsa": private_jwk("RSA")}
"""The private keys of the client, as JWKs."""

FILES: Final = {
    "ed25519.jwk": KEYS["ed25519"].encode(),
    "rsa.jwk": KEYS["rsa"].encode(),
    "ed25519.pem": pem(KEYS["ed25519"]),
    "rsa.pem": pem(KEYS["rsa"]),
}


def upstream(origin: str, default: str, name: str = "pti") -> str:
    """Return an upstream on a free port."""
    return f"""
        [upstreams.{name}]
        url = "{origin}/v1"
        port = {free_port()}
        default_profile = "{default}"
    """


def signing(name: str, *lines: str, key: str = "ed25519.jwk", api: str = "pti") -> str:
    """Return a profile that signs."""
    more = "\n".join(lines)
    return f"""
        [profiles.{name}]
        upstream = "{api}"
        scheme = "pti-signature"
        client_id = "{CLIENT_ID}"
        private_key = {{ file = "{key}" }}
        {more}
    """


def spending(name: str, issuer: str, *lines: str, api: str = "pti") -> str:
    """Return a profile that spends a token on each request."""
    more = "\n".join(lines)
    return f"""
        [profiles.{name}]
        upstream = "{api}"
        scheme = "pti-token"
        issuer = "{issuer}"
        {more}
    """


TRADE: Final = 'access = "trade"'


def config(origin: str) -> str:
    """Return a config with every kind of key and both forms of tokens; what it says last may not move money."""
    return "\n".join(
        [
            "version = 1",
            upstream(origin, "ed25519-jwk"),
            *(signing(file.replace(".", "-"), TRADE, key=file) for file in FILES),
            spending("token", "ed25519-jwk", TRADE),
            spending("token-rsa", "rsa-pem", TRADE),
            spending("token-absolute", "ed25519-jwk", TRADE, 'token_url = "absolute"'),
            signing("writer"),
            spending("token-writer", "writer"),
        ]
    )


def write_keys(folder: Path) -> None:
    """Write the keys where the configs look for them."""
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)
