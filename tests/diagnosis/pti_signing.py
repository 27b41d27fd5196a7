"""PTI's signing in the plainest code, each step of which a test may do in another way."""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA512

from signer_proxy.diagnosis.pti.credentials import Credentials
from signer_proxy.diagnosis.received import Received

NOW: Final = 1_700_000_000
DATE: Final = formatdate(NOW, usegmt=True)
CLIENT: Final = "00000000-0000-0000-0000-000000000000"
BODY: Final = b'{"b": 1, "a": "\xc3\xa9"}'

type Private = RSAPrivateKey | Ed25519PrivateKey


def b64(raw: bytes) -> str:
    """Write Base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@cache
def key(kind: str) -> Private:
    """Make a key, once."""
    return Ed25519PrivateKey.generate() if kind == "ed25519" else generate_private_key(65537, 2048)


def jwk(private: Private) -> dict[str, str]:
    """Return the public half."""
    if isinstance(private, RSAPrivateKey):
        numbers = private.public_key().public_numbers()
        return {"kty": "RSA", "n": b64(numbers.n.to_bytes(256)), "e": b64(numbers.e.to_bytes(3))}
    return {"kty": "OKP", "crv": "Ed25519", "x": b64(private.public_key().public_bytes_raw())}


def private_jwk(private: Private) -> dict[str, str]:
    """Return all of a key, as far as a hash of it is concerned."""
    d = private.private_bytes_raw() if isinstance(private, Ed25519PrivateKey) else b"made-up"
    return {**jwk(private), "d": b64(d)}


def thumbprint(private: Private, digest: str = "sha256") -> bytes:
    """Return the digest of RFC 7638."""
    text = json.dumps(jwk(private), sort_keys=True, separators=(",", ":"))
    return hashlib.new(digest, text.encode()).digest()


def raw_signature(private: Private, signed: bytes) -> bytes:
    """Sign as PTI wants it."""
    if isinstance(private, RSAPrivateKey):
        return private.sign(signed, PKCS1v15(), SHA512())
    return private.sign(signed)


def compact(header: dict[str, Any], payload: bytes, sign: Callable[[bytes], bytes]) -> str:
    """Return a compact JWS."""
    signed = f"{b64(json.dumps(header).encode())}.{b64(payload)}"
    return f"{signed}.{b64(sign(signed.encode()))}"


@dataclass(frozen=True)
class Asked:
    """A request, and how it is signed."""

    kind: str = "ed25519"
    method: str = "POST"
    target: str = "/v1/users?q=1"
    body: bytes = BODY
    content_type: str = "application/json; charset=utf-8"
    date: str = DATE
    digest: Callable[[bytes], str] = lambda body: hashlib.sha256(body).hexdigest().upper()
    lines: Callable[[list[str]], list[str]] = lambda lines: lines
    join: Callable[[list[str]], bytes] = lambda lines: "\n".join(lines).encode()
    header: Callable[[dict[str, Any]], dict[str, Any]] = lambda header: header
    sign: Callable[[Private, bytes], bytes] = raw_signature
    jws: Callable[[str], str] = lambda jws: jws
    more: tuple[tuple[bytes, bytes], ...] = field(default=())

    @property
    def payload(self) -> bytes:
        """The lines as they are signed."""
        has_body = self.method in ("POST", "PUT", "PATCH")
        lines = [
            self.method,
            self.digest(self.body) if has_body else "",
            f"content-type:{self.content_type}" if has_body else "",
            f"date:{self.date}",
            f"x-pti-client-id:{CLIENT}",
            self.target.partition("?")[0],
        ]
        return self.join(self.lines(lines))

    def received(self) -> Received:
        """Return the request as it is sent."""
        private = key(self.kind)
        kid = b64(thumbprint(private))
        own = {"alg": "RS512"} if self.kind == "rsa" else {"alg": "EdDSA", "crv": "Ed25519"}
        header = self.header({**own, "cid": CLIENT, "kid": kid})
        jws = self.jws(compact(header, self.payload, lambda signed: self.sign(private, signed)))
        headers = [(b"Date", self.date.encode()), (b"x-pti-client-id", CLIENT.encode())]
        if self.method in ("POST", "PUT", "PATCH"):
            headers.append((b"Content-Type", self.content_type.encode()))
        headers.append((b"x-pti-signature", jws.encode()))
        return Received(self.method, self.target.encode(), (*headers, *self.more), self.body)

    def owner(self, **wrong_kids: str) -> Credentials:
        """Return whose request it is."""
        return Credentials(CLIENT, jwk(key(self.kind)), wrong_kids)

    def but(self, **steps: object) -> "Asked":
        """Return the same with other steps."""
        changed: Any = steps
        return replace(self, **changed)
