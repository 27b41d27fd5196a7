"""The other JOSE implementation, jwcrypto, which PTI's own tools use: ours must make what it makes."""

import json
from functools import cache
from typing import Any

from jwcrypto import jwe, jwk, jws  # type: ignore[import-untyped]  # it ships no types


def private_jwk(kind: str, number: int = 0) -> str:
    """Return the JWK of a private key, `RSA`, `RSA-4096` or one on a curve; each number stands for another key."""
    return _made(kind, number)


@cache
def _made(kind: str, _number: int) -> str:
    if kind.startswith("RSA"):
        size = int(kind.removeprefix("RSA").removeprefix("-") or 2048)
        return str(jwk.JWK.generate(kty="RSA", size=size).export_private())
    kty = "EC" if kind.startswith("P-") else "OKP"
    return str(jwk.JWK.generate(kty=kty, crv=kind).export_private())


def public_jwk(private: str) -> str:
    """Return the JWK of the public half."""
    return str(jwk.JWK.from_json(private).export_public())


def thumbprint(private: str) -> str:
    """Return a key's thumbprint by RFC 7638."""
    return str(jwk.JWK.from_json(private).thumbprint())


def pem(private: str, passphrase: str | None = None) -> bytes:
    """Return the private key as PKCS#8."""
    key = jwk.JWK.from_json(private)
    return bytes(key.export_to_pem(private_key=True, password=None if passphrase is None else passphrase.encode()))


def public_pem(private: str) -> bytes:
    """Return the public half as PEM."""
    return bytes(jwk.JWK.from_json(private).export_to_pem())


def signed(private: str, payload: bytes, header: dict[str, Any]) -> str:
    """Return a compact JWS over the payload."""
    token = jws.JWS(payload)
    token.allowed_algs = ["RS256", "RS512", "EdDSA", "HS256", "PS512"]
    token.add_signature(jwk.JWK.from_json(private), None, json.dumps(header, separators=(",", ":")), None)
    return str(token.serialize(compact=True))


def sealed(private: str, payload: bytes, header: dict[str, Any]) -> str:
    """Return a compact JWE to the public half of a key."""
    token = jwe.JWE(payload, json.dumps(header), algs=[header["alg"], header["enc"]])
    token.add_recipient(jwk.JWK.from_json(public_jwk(private)))
    return str(token.serialize(compact=True))
