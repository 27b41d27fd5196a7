"""Configs and secret files as the tests write them."""

import shutil
from functools import cache
from pathlib import Path
from typing import Final

from signer_proxy.crypto.rsa_key import PrivateKey
from tests import jose_peer

UPSTREAM: Final = """
[upstreams.api]
url = "https://api.example.com"
port = 8080
"""

PROFILE: Final = """
[profiles.p]
upstream = "api"
scheme = "snaptrade-signature"
client_id = "ID"
"""

JWT_PROFILE: Final = """
[profiles.me]
upstream = "api"
scheme = "snaptrade-jwt"
"""

PTI: Final = """
[upstreams.pti]
url = "https://pti.example.com/v1"
port = 8082

[profiles.s]
upstream = "pti"
scheme = "pti-signature"
client_id = "PTI-ID"
"""

TOKEN_PROFILE: Final = """
[profiles.t]
upstream = "pti"
scheme = "pti-token"
"""

ENVIRON: Final = {"KEY": "key-of-the-environment"}


def minimal(profile: str = 'consumer_key = { env = "KEY" }', upstream: str = "") -> str:
    """Return a right config, with more lines in its one profile and its one upstream."""
    return f"version = 1\n{UPSTREAM}{upstream}\n{PROFILE}{profile}\n"


def jwt(lines: str = 'token = { file = "token" }', key: str = 'private_key = { file = "pem" }') -> str:
    """Return a profile with a private key, to stand behind a config."""
    return f"{JWT_PROFILE}{key}\n{lines}\n"


def pti(lines: str = "", key: str = 'private_key = { file = "jwk" }') -> str:
    """Return a config with a profile that signs for PTI, and more lines in it."""
    return f"version = 1\n{PTI}{key}\n{lines}\n"


def pti_token(lines: str = 'issuer = "s"') -> str:
    """Return a profile with single-use tokens, to stand behind a config with `pti`."""
    return f"{TOKEN_PROFILE}{lines}\n"


def jwk(kind: str = "Ed25519", number: int = 0) -> str:
    """Return a private JWK that is made once for all tests; another number is another key."""
    return jose_peer.private_jwk(kind, number)


@cache
def rsa_key(number: int = 0) -> PrivateKey:
    """Return a key that is made once for all tests; another number is another key."""
    return PrivateKey.new()


def write(path: Path, content: str | bytes, mode: int = 0o600) -> Path:
    """Write a file with a mode; return its path."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(mode)
    return path


def config(directory: Path, content: str | bytes, mode: int = 0o600) -> Path:
    """Write a config; return its path."""
    return write(directory / "c.toml", content, mode)


def script(directory: Path, body: str) -> Path:
    """Write a shell script that a config may name as a program; return its path."""
    return write(directory / "program", f"#!{shutil.which('sh')}\n{body}\n", 0o700)
