"""PTI's webhooks: a JWE to our key (RSA-OAEP-256, A256CBC-HS512) around a JWS of PTI's key (RS512).

Source: PTI, "Receiving webhooks". The algorithms are checked before anything is computed, and the one key that may
have signed is given: headers such as `jku`, `jwk` and `kid`, which name others, are ignored.
"""

import base64
import json
from collections.abc import Mapping
from typing import Final

from joserfc import jwe, jws
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwe import JWERegistry
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from signer_proxy.crypto.jwk import PtiKey
from signer_proxy.webhooks.pti_public_key import PtiPublicKey
from signer_proxy.webhooks.webhook_error import WebhookError

LARGEST: Final = 1 << 20
"""Bytes of a webhook's body; joserfc's own limits are narrower and would refuse large keys."""

_ENCRYPTION: Final = {"alg": "RSA-OAEP-256", "enc": "A256CBC-HS512"}
_SIGNATURE: Final = {"alg": "RS512"}
# `zip` could unpack without end, and `crit` (RFC 7515, section 4.1.11) names what must be understood.
_REFUSED: Final = ("crit", "zip")


class _Encryption(JWERegistry):
    max_protected_header_length = 1 << 14
    max_encrypted_key_length = 1 << 12
    max_ciphertext_length = LARGEST


class _Signature(JWSRegistry):
    max_header_length = 1 << 14
    max_signature_length = 1 << 12
    max_payload_length = LARGEST


_JWE: Final = _Encryption(algorithms=list(_ENCRYPTION.values()), strict_check_header=False)
_JWS: Final = _Signature(algorithms=list(_SIGNATURE.values()), strict_check_header=False)


def open_pti(body: bytes, private_key: PtiKey, public_key: PtiPublicKey) -> bytes:
    """Return what PTI signed, given our key and PTI's; raises WebhookError."""
    if not isinstance(private_key.jose, RSAKey):
        raise WebhookError("private key: a webhook is sealed to an RSA key, got an Ed25519 key (use the RSA key)")
    if len(body) > LARGEST:
        raise WebhookError(f"body: a webhook must have at most {LARGEST:,} bytes, got {len(body):,}")
    sealed = body.strip()
    _check("JWE", sealed, 5, _ENCRYPTION)
    try:
        signed = jwe.decrypt_compact(sealed, private_key.jose, registry=_JWE).plaintext or b""
    except (JoseError, ValueError, AssertionError):
        raise WebhookError(
            "JWE: it does not open with the private key (is it sealed to another key, or cut?)"
        ) from None
    _check("JWS", signed, 3, _SIGNATURE)
    try:
        return jws.deserialize_compact(signed, public_key.jose, registry=_JWS).payload
    except BadSignatureError:
        raise WebhookError("JWS: the signature is not by PTI's public key (of this environment?)") from None
    except (JoseError, ValueError):
        raise WebhookError("JWS: it is damaged (take the body as it came)") from None


def _check(part: str, token: bytes, count: int, pinned: Mapping[str, str]) -> None:
    """Check a token's shape and algorithms, before a key touches it."""
    segments = token.split(b".")
    if len(segments) != count:
        raise WebhookError(
            f"{part}: it must have {count} parts between dots, got {len(segments)} (take the whole body)"
        )
    try:
        header = json.loads(base64.b64decode(segments[0] + b"=" * (-len(segments[0]) % 4), b"-_", validate=True))
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise WebhookError(f"{part}: its header must be a JSON object in Base64url, and is not (take the whole body)")
    for name, algorithm in pinned.items():
        if header.get(name) != algorithm:
            raise WebhookError(
                f"{part}: `{name}` must be {algorithm}, got {str(header.get(name))[:40]!r} (do not use it)"
            )
    for name in _REFUSED:
        if name in header:
            raise WebhookError(f"{part}: its header must not hold `{name}` (do not use it)")
