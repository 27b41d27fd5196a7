"""What comes out of an envelope that is opened in a wrong way, to recognise it where a token should be.

Source of the right way: SnapTrade, "Decrypting encrypted messages"; see envelope.py.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import suppress

from Crypto.Cipher import AES, PKCS1_OAEP
from Crypto.PublicKey.RSA import RsaKey

from signer_proxy.diagnosis.mistake import Mistake


def _mistake(code: str, text: str) -> Mistake:
    return Mistake(code, text, "token")


_SEALED = _mistake("token-not-decrypted", "A part of the envelope was sent as the token; decrypt the message first.")
_SHARED = _mistake(
    "token-is-shared-key", "The shared key was sent as the token; it opens the message, which is the token."
)
_NONCE = _mistake(
    "token-wrong-nonce", "The message was opened with another nonce; it is the bytes that Base64 stands for."
)
_KEY = _mistake(
    "token-wrong-key",
    "The message was opened with another key; the shared key's text, as UTF-8, is the AES key itself.",
)
_MODE = _mistake("token-wrong-mode", "The message was opened in another mode of AES; it is OCB.")


def wrong_openings(envelope: object, key: RsaKey) -> dict[bytes, Mistake]:
    """Return what may have been sent in a token's place, by its bytes; nothing for an envelope that does not open."""
    found: dict[bytes, Mistake] = {}
    with suppress(ValueError, TypeError, KeyError):
        for text, mistake in _openings(envelope, key):
            for form in (text, b64encode(text), text.hex().encode(), text.decode("utf-8", "replace").encode()):
                found.setdefault(form, mistake)
    return found


def _openings(envelope: object, key: RsaKey) -> Iterator[tuple[bytes, Mistake]]:
    if not isinstance(envelope, dict):
        return
    data = envelope["encryptedMessageData"]
    message, nonce = b64decode(data["encryptedMessage"]), b64decode(data["nonce"])
    yield message, _SEALED
    yield b64decode(envelope["encryptedSharedKey"]), _SEALED
    shared = PKCS1_OAEP.new(key).decrypt(b64decode(envelope["encryptedSharedKey"]))
    yield shared, _SHARED
    for other in (bytes(len(nonce)), nonce[::-1], nonce[:12], data["nonce"].encode()[:15], bytes(12), bytes(15)):
        if other != nonce:
            yield _ocb(shared, message, other), _NONCE
    for wrong in (_decoded(shared), hashlib.sha256(shared).digest(), shared[:16], shared[:24]):
        if len(wrong) in (16, 24, 32) and wrong != shared:
            yield _ocb(wrong, message, nonce), _KEY
    yield AES.new(shared, AES.MODE_GCM, nonce=nonce).decrypt(message), _MODE
    yield AES.new(shared, AES.MODE_CTR, nonce=nonce[:8]).decrypt(message), _MODE
    yield AES.new(shared, AES.MODE_EAX, nonce=nonce).decrypt(message), _MODE


def _ocb(key: bytes, message: bytes, nonce: bytes) -> bytes:
    cipher = AES.new(key, AES.MODE_OCB, nonce=nonce)
    return bytes(cipher.decrypt(message) + cipher.decrypt())


def _decoded(shared: bytes) -> bytes:
    with suppress(ValueError):
        return b64decode(shared)
    return b""
