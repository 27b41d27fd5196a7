"""Where PTI's keys come from: a JWK or PEM, with what is wrong with those that will not do.

What the libraries say of a key nobody has reviewed, and some of their errors carry the text that they read: so the
errors here are raised `from None`.
"""

import base64
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey, RSAKey

from signer_proxy.crypto.jwk_members import LARGEST, PRIVATE, PUBLIC
from signer_proxy.crypto.key_errors import PtiKeyError

SMALLEST_RSA: Final = 2048
LARGEST_RSA: Final = 16384

_FOREIGN: Final = {"EC": "an EC key", "oct": "a symmetric key"}
_NEW_KEY: Final = "make one with `signer-proxy keys new --jwk ed25519`"
_NEEDED: Final = "the key must be RSA or Ed25519"
_REFUSALS: Final = (JoseError, ValueError, TypeError, UnsupportedAlgorithm)


def public_half(jwk: Mapping[str, object]) -> RSAKey | OKPKey:
    """Return the public key in an RSA or Ed25519 JWK; its `use`, `alg` and `kid` are not looked at."""
    kty = jwk.get("kty")
    if kty == "RSA":
        taken = _texts(jwk, PUBLIC["RSA"])
        _check_size(_bits(taken["n"]))
        return _import(RSAKey, taken)
    if kty == "OKP" and jwk.get("crv") == "Ed25519":
        return _import(OKPKey, _texts(jwk, PUBLIC["OKP"]))
    what = _FOREIGN.get(str(kty), "a key of another curve" if kty == "OKP" else "a JWK of another kty")
    raise PtiKeyError(f"{_NEEDED}, got {what} ({_NEW_KEY})")


def from_jwk(jwk: Mapping[str, object]) -> tuple[RSAKey | OKPKey, RSAKey | OKPKey]:
    """Return the private and the public key in a JWK, each from its own members: whether they match is not checked."""
    public = public_half(jwk)
    kty = public.key_type
    if "d" not in jwk:
        raise PtiKeyError("the private key is needed, got a public JWK, without `d` (name the private key's file)")
    if "oth" in jwk:
        raise PtiKeyError(f"an RSA key must have two primes, got more (`oth`; {_NEW_KEY})")
    taken = _texts(jwk, (*PUBLIC[kty], *(name for name in PRIVATE[kty] if name in jwk)))
    # Made anew from what was read, so that the thumbprint rests on the number and not on how the file writes it.
    if isinstance(public, RSAKey):
        return RSAKey.import_key(_import(RSAKey, taken).raw_value), public
    return OKPKey.import_key(_import(OKPKey, taken).raw_value), public


def _import[K: (RSAKey, OKPKey)](kind: type[K], taken: dict[str, str]) -> K:
    try:
        return kind.import_key({"kty": kind.key_type, **taken})
    except _REFUSALS:
        raise PtiKeyError("the JWK's members do not make a key together (copy all of it, from one file)") from None


def _texts(jwk: Mapping[str, object], names: tuple[str, ...]) -> dict[str, str]:
    texts = {}
    for name in names:
        value = jwk.get(name)
        if not isinstance(value, str) or not value:
            raise PtiKeyError(f"the JWK's member `{name}` must be text in Base64url (copy all of the JWK)")
        texts[name] = value
    return texts


def _bits(n: str) -> int:
    try:
        return int.from_bytes(base64.b64decode(n + "=" * (-len(n) % 4), b"-_", validate=True)).bit_length()
    except ValueError:
        raise PtiKeyError("the JWK's member `n` must be text in Base64url (copy all of the JWK)") from None


def _check_size(bits: int) -> None:
    if not SMALLEST_RSA <= bits <= LARGEST_RSA:
        raise PtiKeyError(f"an RSA key must have {SMALLEST_RSA} to {LARGEST_RSA:,} bits, got {bits:,} ({_NEW_KEY})")


def from_pem(text: bytes, passphrase: str | None) -> RSAKey | OKPKey:
    """Return the private key in PEM: PKCS#1 or PKCS#8."""
    if len(text) > LARGEST:
        raise PtiKeyError(f"a key must have at most {LARGEST:,} bytes, got {len(text):,} (is it the right file?)")
    if b"PRIVATE KEY-----" not in text:
        what = "a public key or certificate" if b"-----BEGIN " in text else "neither"
        raise PtiKeyError(f"a private key as JWK or PEM is needed, got {what} (name the private key's file)")
    if b"BEGIN OPENSSH" in text:
        raise PtiKeyError(f"a private key as JWK or PEM is needed, got OpenSSH's own format ({_NEW_KEY})")
    match _open(text, passphrase):
        case RSAPrivateKey() as rsa:
            _check_size(rsa.key_size)
            return RSAKey.import_key(rsa)
        case Ed25519PrivateKey() as ed25519:
            return OKPKey.import_key(ed25519)
        case other:
            what = "an EC key" if isinstance(other, EllipticCurvePrivateKey) else "another kind of key"
            raise PtiKeyError(f"{_NEEDED}, got {what} ({_NEW_KEY})")


def _open(text: bytes, passphrase: str | None) -> object:
    try:
        return load_pem_private_key(text, None)
    except TypeError:  # it is encrypted
        if passphrase is None:
            raise PtiKeyError(
                "the private key is encrypted, and no passphrase was given (give its passphrase)"
            ) from None
    except _REFUSALS:
        raise PtiKeyError("the private key is damaged (copy all of the file, from BEGIN to END)") from None
    try:
        return load_pem_private_key(text, passphrase.encode())
    except _REFUSALS:
        raise PtiKeyError(
            "the private key does not open with this passphrase, or is damaged (give the right one)"
        ) from None
