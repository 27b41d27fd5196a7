"""What the protected header of PTI's JWS must say: the algorithm, the client and the key's thumbprint."""

import hashlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping

from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.pti.credentials import Credentials, thumbprint_input


def _kid(code: str, what: str) -> Mistake:
    rule = "it must be the SHA-256 thumbprint of the public key (RFC 7638), in Base64url without padding"
    return Mistake(code, f"The `kid` is {what}; {rule}.", "pti-kid")


_MISSING = _kid("kid-missing", "missing")
_PADDED = _kid("kid-padded", "padded with =")
_STANDARD = _kid("kid-standard-base64", "in Base64 with + and /")
_HEX = _kid("kid-hex", "in hex")
_SHA1 = _kid("kid-other-hash", "made with another hash than SHA-256")
_OTHER = _kid("kid-unknown", "not this key's thumbprint")


def header_mistakes(header: Mapping[str, object], credentials: Credentials) -> Iterator[Mistake]:
    """Yield what is wrong with a protected header."""
    algorithm, said = credentials.algorithm, header.get("alg")
    if said != algorithm:
        text = f"The `alg` is {_shown(said)}; with this key it must be {algorithm}."
        yield Mistake("jws-wrong-alg", text, "pti-jws")
    if algorithm == "EdDSA" and header.get("crv") != "Ed25519":
        yield Mistake("jws-crv-missing", "The header has no `crv`; it must be Ed25519.", "pti-jws")
    if header.get("cid") != credentials.client_id:
        yield Mistake("jws-cid-wrong", "The header's `cid` is not the client id; it must be the same.", "pti-jws")
    if header.get("kid") != credentials.thumbprint:
        yield _wrong_kid(header.get("kid"), credentials)


def _wrong_kid(kid: object, credentials: Credentials) -> Mistake:
    if not isinstance(kid, str) or not kid:
        return _MISSING
    digest = hashlib.sha256(thumbprint_input(credentials.public_jwk)).digest()
    if kid in credentials.wrong_kids:
        return _kid("kid-of-private-jwk", credentials.wrong_kids[kid])
    if kid == urlsafe_b64encode(digest).decode():
        return _PADDED
    if kid.rstrip("=") == b64encode(digest).decode().rstrip("="):
        return _STANDARD
    if kid.lower() == digest.hex():
        return _HEX
    for name in ("sha1", "sha512", "sha384"):
        other = hashlib.new(name, thumbprint_input(credentials.public_jwk), usedforsecurity=False).digest()
        if kid.rstrip("=") in (urlsafe_b64encode(other).decode().rstrip("="), other.hex()):
            return _SHA1
    return _OTHER


def _shown(value: object) -> str:
    return repr(value)[:20] if isinstance(value, str) else "missing"
