"""SnapTrade's envelope: text that only the holder of a private key can read.

Source: SnapTrade's guide "Client-side Direct API Usage", "Decrypting encrypted messages":

    {"encryptedSharedKey": …, "encryptedMessageData": {"encryptedMessage": …, "tag": …, "nonce": …}}   all in Base64

The shared key is sealed with RSA-OAEP (SHA-1, MGF1 with SHA-1) and is text, whose UTF-8 bytes are the AES key; the
message is sealed with AES in OCB mode (RFC 7253).
"""

import base64
import secrets
from typing import Final

from Crypto.Cipher import AES, PKCS1_OAEP

from signer_proxy.crypto.rsa_key import PrivateKey, PublicKey

SHARED_KEY: Final = "encryptedSharedKey"
DATA: Final = "encryptedMessageData"
MESSAGE: Final = "encryptedMessage"
TAG: Final = "tag"
NONCE: Final = "nonce"

_AES_KEY_SIZES: Final = (16, 24, 32)
_TAG_SIZE: Final = 16
_LONGEST_NONCE: Final = 15
_KINDS: Final[dict[type, str]] = {
    dict: "an object",
    list: "an array",
    str: "text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}

_ASK: Final = "ask for a new envelope"
_OTHER_KEY: Final = "use the key whose public half was registered, or ask for a new envelope"


class EnvelopeError(ValueError):
    """Why an envelope does not open: the part, the rule, what was got; never what is in it or a key."""

    def __init__(self, part: str, problem: str) -> None:
        super().__init__(f"{part} {problem}")
        self.part = part


def is_envelope(value: object) -> bool:
    """Tell an envelope by its shape, whatever its parts hold."""
    return isinstance(value, dict) and SHARED_KEY in value and DATA in value


def open_envelope(value: object, key: PrivateKey) -> str:
    """Return the text in an envelope that was sealed for `key`; raises EnvelopeError."""
    envelope = _object(value, "envelope")
    data = _object(_field(envelope, DATA, DATA), DATA)
    sealed_key = _bytes(envelope, SHARED_KEY)
    message, tag, nonce = (_bytes(data, name, f"{DATA}.") for name in (MESSAGE, TAG, NONCE))
    if len(tag) != _TAG_SIZE:
        raise EnvelopeError(f"{DATA}.{TAG}", f"must be {_TAG_SIZE} bytes, got {len(tag)} ({_ASK})")
    if not 1 <= len(nonce) <= _LONGEST_NONCE:
        raise EnvelopeError(f"{DATA}.{NONCE}", f"must be 1 to {_LONGEST_NONCE} bytes, got {len(nonce)} ({_ASK})")
    # From None, here and below: a UnicodeDecodeError holds what it could not decode, which is a secret.
    cipher = AES.new(_shared_key(sealed_key, key), AES.MODE_OCB, nonce=nonce, mac_len=_TAG_SIZE)
    try:
        plaintext = cipher.decrypt_and_verify(message, tag)
    except ValueError:
        problem = f"does not verify: {MESSAGE}, {TAG} or {NONCE} was changed, or belongs to another envelope ({_ASK})"
        raise EnvelopeError(DATA, problem) from None
    try:
        return plaintext.decode()
    except UnicodeDecodeError:
        raise EnvelopeError(f"{DATA}.{MESSAGE}", f"must hold UTF-8 text, got other bytes ({_ASK})") from None


def seal(plaintext: str, key: PublicKey) -> dict[str, object]:
    """Return an envelope with `plaintext` that only the holder of the private key can open, as the API makes them."""
    shared_key = secrets.token_urlsafe(24)  # 32 characters, as many bytes as a key of AES-256
    nonce = secrets.token_bytes(_LONGEST_NONCE)
    cipher = AES.new(shared_key.encode(), AES.MODE_OCB, nonce=nonce, mac_len=_TAG_SIZE)
    message, tag = cipher.encrypt_and_digest(_utf8(plaintext))
    return {
        SHARED_KEY: _encoded(PKCS1_OAEP.new(key.rsa).encrypt(shared_key.encode())),
        DATA: {MESSAGE: _encoded(message), TAG: _encoded(tag), NONCE: _encoded(nonce)},
    }


def _shared_key(sealed: bytes, key: PrivateKey) -> bytes:
    """Return the AES key."""
    size = key.rsa.size_in_bytes()
    if len(sealed) != size:
        problem = f"must be {size} bytes for a private key of {key.bits} bits, got {len(sealed)} ({_OTHER_KEY})"
        raise EnvelopeError(SHARED_KEY, problem)
    try:
        shared = PKCS1_OAEP.new(key.rsa).decrypt(sealed)
    except ValueError:
        # One text whichever check failed: who can tell them apart opens envelopes without the key (Manger, 2001).
        raise EnvelopeError(
            SHARED_KEY, f"does not open with the private key {key.fingerprint} ({_OTHER_KEY})"
        ) from None
    try:
        shared.decode()
    except UnicodeDecodeError:
        raise EnvelopeError(SHARED_KEY, f"must hold text, got other bytes ({_ASK})") from None
    if len(shared) not in _AES_KEY_SIZES:
        problem = f"must hold an AES key of 16, 24 or 32 bytes, got {len(shared)} ({_ASK})"
        raise EnvelopeError(SHARED_KEY, problem)
    return shared


def _object(value: object, part: str) -> dict[object, object]:
    if not isinstance(value, dict):
        raise EnvelopeError(part, f"must be a JSON object, got {_kind(value)} ({_ASK})")
    return value


def _field(fields: dict[object, object], name: str, part: str) -> object:
    if name not in fields:
        raise EnvelopeError(part, f"is missing ({_ASK})")
    return fields[name]


def _bytes(fields: dict[object, object], name: str, within: str = "") -> bytes:
    part = within + name
    value = _field(fields, name, part)
    if not isinstance(value, str):
        raise EnvelopeError(part, f"must be Base64 text, got {_kind(value)} ({_ASK})")
    try:
        return base64.b64decode(value, validate=True)
    except ValueError:
        raise EnvelopeError(part, f"must be Base64, got text that is not ({_ASK})") from None


def _kind(value: object) -> str:
    """Name what JSON calls a value's type."""
    return _KINDS.get(type(value), "something else")


def _utf8(plaintext: str) -> bytes:
    try:
        return plaintext.encode()
    except UnicodeEncodeError:
        raise EnvelopeError(
            "plaintext", "must be text that UTF-8 can hold, got lone surrogates (leave them out)"
        ) from None


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()
