"""Envelopes open as the guide says, made by us or by others; a broken one is refused by the part that is broken."""

import base64
import json
import traceback
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import pytest
from Crypto.Cipher import AES
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESOCB3
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from signer_proxy.crypto.envelope import EnvelopeError, is_envelope, open_envelope, seal
from signer_proxy.crypto.rsa_key import PrivateKey

type Envelope = dict[str, Any]

SHARED_KEY: Final = b"0123456789abcdefghijklmnopqrstuv"
NONCE: Final = bytes(range(15))
TEXT: Final = "https://app.example/connect?token=gr\u00fc\u00dfe-\U0001f511"
OAEP: Final = padding.OAEP(padding.MGF1(SHA1()), SHA1(), None)


@cache
def own() -> PrivateKey:
    """Return the key that envelopes here are sealed for."""
    return PrivateKey.new()


@cache
def another() -> PrivateKey:
    """Return a key that no envelope is sealed for."""
    return PrivateKey.new()


@cache
def longer() -> PrivateKey:
    """Return a key of another size."""
    return PrivateKey.new(3072)


@cache
def theirs() -> RSAPrivateKey:
    """Return our key as `cryptography` holds it."""
    key = load_pem_private_key(own().pem(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def public() -> RSAPublicKey:
    """Return the public half as `cryptography` holds it."""
    return theirs().public_key()


def b64(content: bytes) -> str:
    """Write bytes as the API does."""
    return base64.b64encode(content).decode()


def parts(shared_key: bytes, message: bytes, tag: bytes, nonce: bytes) -> Envelope:
    """Put together an envelope of parts that are sealed already."""
    data = {"encryptedMessage": b64(message), "tag": b64(tag), "nonce": b64(nonce)}
    return {"encryptedSharedKey": b64(shared_key), "encryptedMessageData": data}


def sealed(
    plaintext: bytes = TEXT.encode(),
    *,
    shared_key: bytes = SHARED_KEY,
    aes_key: bytes | None = None,
    nonce: bytes = NONCE,
) -> Envelope:
    """Seal with `cryptography` alone, which shares no code with what opens."""
    content = AESOCB3(aes_key or shared_key).encrypt(nonce, plaintext, None)
    return parts(public().encrypt(shared_key, OAEP), content[:-16], content[-16:], nonce)


@pytest.mark.parametrize("nonce_size", [12, 13, 14, 15])
@pytest.mark.parametrize("key_size", [16, 24, 32])
def test_an_envelope_of_others_opens(key_size: int, nonce_size: int) -> None:
    """What `cryptography` seals opens, whichever AES key and nonce it takes."""
    envelope = sealed(shared_key=SHARED_KEY[:key_size], nonce=NONCE[:nonce_size])
    assert open_envelope(envelope, own()) == TEXT


@pytest.mark.parametrize("text", [TEXT, "", "x" * 16, '{"redirectURI": "…"}', "\0\n" * 50_000], ids=len)
def test_others_open_our_envelope(text: str) -> None:
    """What we seal opens with `cryptography`, by the guide's steps, and with us."""
    envelope: Envelope = json.loads(json.dumps(seal(text, own().public)))
    data = {name: base64.b64decode(value, validate=True) for name, value in envelope["encryptedMessageData"].items()}
    shared_key = theirs().decrypt(base64.b64decode(envelope["encryptedSharedKey"]), OAEP)
    assert shared_key.isascii()
    assert len(shared_key) == 32
    opened = AESOCB3(shared_key).decrypt(data["nonce"], data["encryptedMessage"] + data["tag"], None)
    assert opened.decode() == text
    assert open_envelope(envelope, own()) == text


@pytest.mark.parametrize("size", range(1, 12))
def test_short_nonces_open(size: int) -> None:
    """Nonces under 12 bytes, which `cryptography` does not take, open too: RFC 7253 allows them."""
    message, tag = AES.new(SHARED_KEY, AES.MODE_OCB, nonce=NONCE[:size]).encrypt_and_digest(TEXT.encode())
    assert open_envelope(parts(public().encrypt(SHARED_KEY, OAEP), message, tag, NONCE[:size]), own()) == TEXT


def test_a_shared_key_is_text_of_any_alphabet() -> None:
    """The bytes of the shared key's UTF-8 are the AES key, however few characters they are."""
    assert open_envelope(sealed(shared_key="schlüßelgröß".encode()), own()) == TEXT


def test_nothing_is_sealed_twice_alike() -> None:
    """Shared key and nonce are new in every envelope."""
    some = [seal(TEXT, own().public) for _ in range(20)]
    data = [envelope["encryptedMessageData"] for envelope in some]
    nonces = {part["nonce"] for part in data if isinstance(part, dict)}
    messages = {part["encryptedMessage"] for part in data if isinstance(part, dict)}
    assert (len(nonces), len(messages)) == (20, 20)


def test_what_utf8_cannot_hold_is_not_sealed() -> None:
    """A lone surrogate is said to be one, without the text around it."""
    with pytest.raises(EnvelopeError, match="lone surrogates") as caught:
        seal(f"{TEXT}\ud800", own().public)
    assert caught.value.part == "plaintext"
    assert TEXT[:20] not in "".join(traceback.format_exception(caught.value))


SHAPES: Final[dict[str, tuple[object, bool]]] = {
    "envelope": (parts(b"", b"", b"", b""), True),
    "broken within": ({"encryptedSharedKey": None, "encryptedMessageData": 1}, True),
    "more fields": ({"encryptedSharedKey": "", "encryptedMessageData": {}, "more": 1}, True),
    "no shared key": ({"encryptedMessageData": {}}, False),
    "no data": ({"encryptedSharedKey": ""}, False),
    "another object": ({"redirectURI": "https://app.example"}, False),
    "array": (["encryptedSharedKey", "encryptedMessageData"], False),
    "text": ("encryptedSharedKey encryptedMessageData", False),
    "null": (None, False),
}


@pytest.mark.parametrize(("value", "is_one"), SHAPES.values(), ids=SHAPES)
def test_an_envelope_is_known_by_its_shape(value: object, is_one: bool) -> None:
    """An object with both members is an envelope, whatever they hold; nothing else is."""
    assert is_envelope(value) is is_one


def having(path: str, value: object) -> Callable[[], Envelope]:
    """Return what makes an envelope with another value at a place."""

    def make() -> Envelope:
        envelope = sealed()
        *within, name = path.split(".")
        (envelope[within[0]] if within else envelope)[name] = value
        return envelope

    return make


def lacking(path: str) -> Callable[[], Envelope]:
    """Return what makes an envelope without something."""

    def make() -> Envelope:
        envelope = sealed()
        *within, name = path.split(".")
        del (envelope[within[0]] if within else envelope)[name]
        return envelope

    return make


def changed(path: str, change: Callable[[bytes], bytes]) -> Callable[[], Envelope]:
    """Return what makes an envelope with other bytes in one part."""

    def make() -> Envelope:
        envelope = sealed()
        *within, name = path.split(".")
        place = envelope[within[0]] if within else envelope
        place[name] = b64(change(base64.b64decode(place[name])))
        return envelope

    return make


def flip(content: bytes) -> bytes:
    """Change one bit in the middle."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


KEY: Final = "encryptedSharedKey"
DATA: Final = "encryptedMessageData"
MESSAGE: Final = f"{DATA}.encryptedMessage"
TAG: Final = f"{DATA}.tag"
NONCE_: Final = f"{DATA}.nonce"

BROKEN: Final[dict[str, tuple[Callable[[], object], str, str]]] = {
    "null": (lambda: None, "envelope", "must be a JSON object, got null"),
    "an array": (lambda: [sealed()], "envelope", "must be a JSON object, got an array"),
    "text": (lambda: json.dumps(sealed()), "envelope", "must be a JSON object, got text"),
    "an empty object": (dict, DATA, "is missing"),
    "data is null": (having(DATA, None), DATA, "must be a JSON object, got null"),
    "data is text": (having(DATA, "e30="), DATA, "must be a JSON object, got text"),
    "data is an array": (having(DATA, []), DATA, "must be a JSON object, got an array"),
    **{f"no {part}": (lacking(part), part, "is missing") for part in (KEY, DATA, MESSAGE, TAG, NONCE_)},
    **{f"{part} null": (having(part, None), part, "Base64 text, got null") for part in (KEY, MESSAGE, TAG, NONCE_)},
    **{f"{part} number": (having(part, 7), part, "Base64 text, got a number") for part in (KEY, MESSAGE, TAG, NONCE_)},
    **{f"{part} bool": (having(part, True), part, "got true or false") for part in (KEY, MESSAGE, TAG, NONCE_)},
    **{
        f"{part} no Base64": (having(part, "AAAA*A=="), part, "must be Base64, got")
        for part in (KEY, MESSAGE, TAG, NONCE_)
    },
    "Base64 without padding": (having(TAG, "A" * 22), TAG, "must be Base64, got"),
    "Base64 of URLs": (having(TAG, "A" * 20 + "-_=="), TAG, "must be Base64, got"),
    "Base64 with a line end": (having(TAG, "A" * 22 + "==\n"), TAG, "must be Base64, got"),
    "Base64 with white space": (having(TAG, "A A" + "A" * 20 + "=="), TAG, "must be Base64, got"),
    "Base64 beyond ASCII": (having(TAG, "ä" * 24), TAG, "must be Base64, got"),
    "shared key empty": (having(KEY, ""), KEY, "must be 256 bytes for a private key of 2048 bits, got 0"),
    "shared key short": (changed(KEY, lambda b: b[:-1]), KEY, "must be 256 bytes"),
    "shared key long": (changed(KEY, lambda b: b + b"\0"), KEY, "got 257"),
    "shared key flipped": (changed(KEY, flip), KEY, "does not open with the private key SHA256:"),
    "shared key for another": (
        lambda: {**sealed(), KEY: seal("", another().public)[KEY]},
        KEY,
        "does not open with the private key SHA256:",
    ),
    "shared key for a longer key": (
        lambda: {**sealed(), KEY: seal("", longer().public)[KEY]},
        KEY,
        "must be 256 bytes for a private key of 2048 bits, got 384",
    ),
    "shared key of 15 bytes": (
        lambda: sealed(shared_key=SHARED_KEY[:15], aes_key=SHARED_KEY),
        KEY,
        "16, 24 or 32 bytes, got 15",
    ),
    "shared key of 33 bytes": (
        lambda: sealed(shared_key=SHARED_KEY + b"!", aes_key=SHARED_KEY),
        KEY,
        "16, 24 or 32 bytes, got 33",
    ),
    "shared key of no bytes": (lambda: sealed(shared_key=b"", aes_key=SHARED_KEY), KEY, "32 bytes, got 0"),
    "shared key no text": (lambda: sealed(shared_key=b"\xff" * 32), KEY, "must hold text"),
    "message flipped": (changed(MESSAGE, flip), DATA, "does not verify"),
    "message cut": (changed(MESSAGE, lambda b: b[:-1]), DATA, "does not verify"),
    "message empty": (having(MESSAGE, ""), DATA, "does not verify"),
    "message no UTF-8": (lambda: sealed(b"\xff\xfe" + TEXT.encode()), MESSAGE, "must hold UTF-8 text"),
    "tag flipped": (changed(TAG, flip), DATA, "does not verify"),
    "tag short": (changed(TAG, lambda b: b[:-1]), TAG, "must be 16 bytes, got 15"),
    "tag long": (changed(TAG, lambda b: b + b"\0"), TAG, "must be 16 bytes, got 17"),
    "tag empty": (having(TAG, ""), TAG, "must be 16 bytes, got 0"),
    "nonce flipped": (changed(NONCE_, flip), DATA, "does not verify"),
    "nonce short": (changed(NONCE_, lambda b: b[:-1]), DATA, "does not verify"),
    "nonce long": (changed(NONCE_, lambda b: b + b"\0"), NONCE_, "must be 1 to 15 bytes, got 16"),
    "nonce empty": (having(NONCE_, ""), NONCE_, "must be 1 to 15 bytes, got 0"),
    "message of another envelope": (
        lambda: {**sealed(), DATA: sealed(shared_key=SHARED_KEY[::-1])[DATA]},
        DATA,
        "does not verify",
    ),
}


@pytest.mark.parametrize(("make", "part", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_envelope_is_refused_by_its_part(make: Callable[[], object], part: str, said: str) -> None:
    """The error names the part, the rule and the way out, on one line; no traceback shows a secret."""
    with pytest.raises(EnvelopeError) as caught:
        open_envelope(make(), own())
    assert caught.value.part == part
    assert str(caught.value).startswith(f"{part} ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    shown = "".join(traceback.format_exception(caught.value, chain=True))
    assert not any(secret in shown for secret in (TEXT, TEXT[:20], SHARED_KEY.decode(), str(own().rsa.d)))


def oaep_failures() -> dict[str, bytes]:
    """Return encrypted shared keys that fail in another check of OAEP each."""
    size = own().rsa.size_in_bytes()
    message = b"\0" * (size - 1)
    n, e = own().rsa.n, own().rsa.e
    label = padding.OAEP(padding.MGF1(SHA1()), SHA1(), b"label")
    return {
        "beyond the modulus": b"\xff" * size,
        "zero": bytes(size),
        "one": bytes(size - 1) + b"\1",
        "first byte not zero": pow((1 << (8 * size - 9)) + 1, e, n).to_bytes(size),
        "first byte zero, rest random": pow(int.from_bytes(message[:20] + bytes(range(1, 200))), e, n).to_bytes(size),
        "PKCS#1 v1.5": public().encrypt(SHARED_KEY, padding.PKCS1v15()),
        "SHA-256": public().encrypt(SHARED_KEY, padding.OAEP(padding.MGF1(SHA256()), SHA256(), None)),
        "MGF1 with SHA-256": public().encrypt(SHARED_KEY, padding.OAEP(padding.MGF1(SHA256()), SHA1(), None)),
        "another label": public().encrypt(SHARED_KEY, label),
    }


def test_all_failures_of_oaep_look_alike() -> None:
    """Nobody learns which check failed: one text and no cause that would tell."""
    seen = set()
    for content in oaep_failures().values():
        with pytest.raises(EnvelopeError) as caught:
            open_envelope({**sealed(), KEY: b64(content)}, own())
        seen.add((str(caught.value), caught.value.part, caught.value.__cause__, caught.value.__suppress_context__))
    text = f"does not open with the private key {own().fingerprint} "
    assert [(part, text in said, cause, suppressed) for said, part, cause, suppressed in seen] == [
        (KEY, True, None, True)
    ]


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(path=st.sampled_from([KEY, DATA, MESSAGE, TAG, NONCE_]), value=JSON | st.binary(max_size=300).map(b64))
def test_any_other_value_in_a_part_is_refused(path: str, value: object) -> None:
    """Whatever stands in a part, no other error comes out, and it names that part or the data as a whole."""
    with pytest.raises(EnvelopeError) as caught:
        open_envelope(having(path, value)(), own())
    assert caught.value.part.startswith(path) or caught.value.part == DATA


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_any_other_json_is_refused(value: object) -> None:
    """What is no envelope is refused as one."""
    with pytest.raises(EnvelopeError):
        open_envelope(value, own())


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    """What is sealed opens as the same text."""
    assert open_envelope(seal(text, own().public), own()) == text
