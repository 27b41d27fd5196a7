"""An envelope that was opened in a wrong way is recognised by what was sent in the token's place."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any, Final

import pytest
from Crypto.Cipher import AES, PKCS1_OAEP

from signer_proxy.crypto.envelope import seal
from signer_proxy.diagnosis.access_token import Expected, diagnose
from signer_proxy.diagnosis.received import Received
from signer_proxy.diagnosis.wrong_opening import wrong_openings
from tests.settings.writing import rsa_key

NONCE: Final = bytes(15)


def ocb(shared: bytes, message: bytes, nonce: bytes) -> str:
    """Open in the right mode, unverified, and make text of it."""
    cipher = AES.new(shared, AES.MODE_OCB, nonce=nonce)
    return b64encode(cipher.decrypt(message) + cipher.decrypt()).decode()


type Open = Callable[[bytes, bytes, bytes], str]
WRONG: Final[dict[str, tuple[Open, str]]] = {
    "sealed": (lambda _, message, _nonce: b64encode(message).decode(), "token-not-decrypted"),
    "shared-key": (lambda shared, _, _nonce: shared.decode(), "token-is-shared-key"),
    "no-nonce": (lambda shared, message, _: ocb(shared, message, NONCE), "token-wrong-nonce"),
    "short-nonce": (lambda shared, message, nonce: ocb(shared, message, nonce[:12]), "token-wrong-nonce"),
    "half-key": (lambda shared, message, nonce: ocb(shared[:16], message, nonce), "token-wrong-key"),
    "gcm": (
        lambda shared, message, nonce: b64encode(AES.new(shared, AES.MODE_GCM, nonce=nonce).decrypt(message)).decode(),
        "token-wrong-mode",
    ),
    "other": (lambda *_: "nothing.of.this", "token-garbled"),
}


@pytest.mark.parametrize(("open_wrongly", "expected"), WRONG.values(), ids=WRONG)
def test_wrong_openings(open_wrongly: Open, expected: str) -> None:
    """Each is named by its code, and no part of the envelope's content is shown."""
    envelope: dict[str, Any] = seal("token-of-alice", rsa_key().public)
    shared = PKCS1_OAEP.new(rsa_key().rsa).decrypt(b64decode(envelope["encryptedSharedKey"]))
    data = envelope["encryptedMessageData"]
    sent = open_wrongly(shared, b64decode(data["encryptedMessage"]), b64decode(data["nonce"]))
    received = Received("GET", b"/accounts", ((b"Authorization", f"JWT {sent}".encode()),))
    found = diagnose(received, Expected(wrong_openings=wrong_openings(envelope, rsa_key().rsa)), 0)
    assert [mistake.code for mistake in found.mistakes] == [expected]
    assert shared.decode() not in str(found.summary())


@pytest.mark.parametrize("envelope", [None, {}, {"encryptedSharedKey": "AA==", "encryptedMessageData": {}}, "text"])
def test_broken_envelopes_say_nothing(envelope: object) -> None:
    """What does not open explains no token."""
    assert wrong_openings(envelope, rsa_key().rsa) == {}
