"""Configs of the client-side direct API, and the files that they name."""

import json
from pathlib import Path

from signer_proxy.crypto.envelope import seal
from signer_proxy.crypto.rsa_key import PrivateKey, PublicKey
from tests.end_to_end.client_side.parties import CLIENT_ID, CONSUMER_KEY, Parties
from tests.end_to_end.daemon import free_port

KEY = 'private_key = { file = "key.pem" }'


def upstream(origin: str, default: str, name: str = "api") -> str:
    """Return an upstream on a free port."""
    return f"""
        [upstreams.{name}]
        url = "{origin}"
        port = {free_port()}
        default_profile = "{default}"
    """


def jwt(name: str, token: str, *lines: str, key: str = KEY) -> str:
    """Return a profile that calls with a token; `token` is the inside of its token source."""
    more = "\n".join(lines)
    return f"""
        [profiles.{name}]
        upstream = "api"
        scheme = "snaptrade-jwt"
        {key}
        token = {{ {token} }}
        {more}
    """


def signed(name: str, *lines: str, consumer_key: str = f'"{CONSUMER_KEY}"', api: str = "api") -> str:
    """Return a profile that signs for the Partner."""
    more = "\n".join(lines)
    return f"""
        [profiles.{name}]
        upstream = "{api}"
        scheme = "snaptrade-signature"
        client_id = "{CLIENT_ID}"
        consumer_key = {consumer_key}
        {more}
    """


def of_partner(parties: Parties, session: str) -> str:
    """Return the token source of a user who is logged in at the Partner."""
    return f'url = "{parties.token_url}", headers = {{ Authorization = "{session}" }}'


def write(path: Path, content: bytes | str) -> Path:
    """Put a file in the place of another, as most programs do: whole, and closed to others."""
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content.encode() if isinstance(content, str) else content)
    new.chmod(0o600)
    return new.replace(path)


def write_key(folder: Path, key: PrivateKey, passphrase: str | None = None) -> Path:
    """Write the private key where KEY looks for it."""
    return write(folder / "key.pem", key.pem(passphrase))


def envelope(text: str, key: PublicKey) -> bytes:
    """Return an envelope as the API writes it."""
    return json.dumps(seal(text, key)).encode()
