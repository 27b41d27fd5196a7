"""PTI's webhooks: what jwcrypto seals and signs opens, and every other algorithm, key or shape is refused."""

import base64
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer_proxy.crypto.jwk import PtiKey
from signer_proxy.webhooks import PtiPublicKey, WebhookError, open_pti
from tests import jose_peer

OURS, THEIRS, OTHER = (jose_peer.private_jwk("RSA", number) for number in range(3))
EVENT = json.dumps({"resourceType": "TRANSACTION", "name": "Zoë"}).encode()
SIGNING: dict[str, object] = {"alg": "RS512"}
SEALING: dict[str, object] = {"alg": "RSA-OAEP-256", "enc": "A256CBC-HS512"}


def make(
    event: bytes = EVENT,
    signer: str = THEIRS,
    recipient: str = OURS,
    signing: dict[str, object] = SIGNING,
    sealing: dict[str, object] = SEALING,
) -> bytes:
    """Return a webhook as PTI makes it, but for what is given."""
    return jose_peer.sealed(recipient, jose_peer.signed(signer, event, signing).encode(), sealing).encode()


def opened(body: bytes) -> bytes:
    """Open a webhook with our key and PTI's."""
    return open_pti(body, PtiKey.load(OURS.encode()), PtiPublicKey.load(jose_peer.public_jwk(THEIRS).encode()))


def encoded(value: object) -> str:
    """Write a header's segment."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def around(text: str) -> bytes:
    """Seal something that is no signed event."""
    return jose_peer.sealed(OURS, text.encode(), SEALING).encode()


def with_header(body: bytes, header: object) -> bytes:
    """Return a token with another header and everything else as it was."""
    return ".".join([encoded(header), *body.decode().split(".")[1:]]).encode()


GOOD: dict[str, Callable[[], bytes]] = {
    "plain": make,
    "with-line-end": lambda: make() + b"\r\n",
    "with-kid-and-type": lambda: make(signing={**SIGNING, "kid": "84d1a616", "typ": "JWT", "x-pti": "1"}),
    "outer-extras": lambda: make(sealing={**SEALING, "kid": "ours", "cty": "JWT"}),
    "long-headers": lambda: make(signing={**SIGNING, "kid": "x" * 5000}, sealing={**SEALING, "kid": "y" * 5000}),
}


@pytest.mark.parametrize("made", GOOD.values(), ids=GOOD)
def test_webhook_opens_to_what_was_signed(made: Callable[[], bytes]) -> None:
    """The event comes out byte for byte, whatever else the headers say."""
    assert opened(made()) == EVENT


def test_long_event_opens() -> None:
    """An event of several hundred kilobytes is within bounds."""
    event = b"x" * 500_000
    assert opened(make(event)) == event


@pytest.mark.parametrize("bits", [3072, 4096])
def test_larger_keys_open(bits: int) -> None:
    """The vendor's tool makes keys of 4,096 bits; larger ones fit too."""
    ours = jose_peer.private_jwk(f"RSA-{bits}")
    body = make(recipient=ours)
    key = PtiKey.load(ours.encode())
    assert open_pti(body, key, PtiPublicKey.load(jose_peer.public_jwk(THEIRS).encode())) == EVENT


def test_named_keys_are_ignored() -> None:
    """A webhook that brings its own key, or says where to fetch it, is still verified with PTI's."""
    own = {"jku": "https://evil.example/keys", "jwk": json.loads(jose_peer.public_jwk(OTHER)), "kid": "mine"}
    with pytest.raises(WebhookError, match=r"^JWS: the signature is not by PTI's public key"):
        opened(make(signer=OTHER, signing={**SIGNING, **own}))
    assert opened(make(signing={**SIGNING, **own})) == EVENT


FORGED = jose_peer.signed(THEIRS, EVENT, SIGNING)
HMAC_KEY = json.dumps({"kty": "oct", "k": encoded("s" * 64)})

BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "^JWE: it must have 5 parts between dots, got 1"),
    "json": (lambda: b'{"event": 1.5}', "^JWE: it must have 5 parts between dots, got 2"),
    "signed-alone": (FORGED.encode, "^JWE: it must have 5 parts between dots, got 3"),
    "binary": (lambda: b"\xff.\xfe...", "^JWE: its header must be a JSON object"),
    "header-no-object": (lambda: with_header(make(), ["RSA-OAEP-256"]), "^JWE: its header must be a JSON object"),
    "header-deep": (
        lambda: base64.urlsafe_b64encode(b"[" * 90_000) + b"....",
        "^JWE: its header must be a JSON object",
    ),
    "too-long": (lambda: b"x" * (2**20 + 1), "^body: a webhook must have at most 1,048,576 bytes, got 1,048,577"),
    "oaep-sha1": (
        lambda: make(sealing={**SEALING, "alg": "RSA-OAEP"}),
        "^JWE: `alg` must be RSA-OAEP-256, got 'RSA-OAEP'",
    ),
    "pkcs1": (lambda: make(sealing={**SEALING, "alg": "RSA1_5"}), "^JWE: `alg` must be RSA-OAEP-256, got 'RSA1_5'"),
    "gcm": (lambda: make(sealing={**SEALING, "enc": "A256GCM"}), "^JWE: `enc` must be A256CBC-HS512, got 'A256GCM'"),
    "no-alg": (lambda: with_header(make(), {"enc": "A256CBC-HS512"}), "^JWE: `alg` must be RSA-OAEP-256, got 'None'"),
    "packed": (lambda: make(sealing={**SEALING, "zip": "DEF"}), "^JWE: its header must not hold `zip`"),
    "critical": (lambda: with_header(make(), {**SEALING, "crit": ["exp"]}), "^JWE: its header must not hold `crit`"),
    "sealed-to-another": (lambda: make(recipient=OTHER), "^JWE: it does not open with the private key"),
    "changed-header": (lambda: with_header(make(), {**SEALING, "kid": "x"}), "^JWE: it does not open"),
    "changed-tag": (lambda: make()[:-8] + b"AAAAAAAA", "^JWE: it does not open"),
    "cut": (lambda: make()[:-8], "^JWE: it does not open"),
    "no-ciphertext": (lambda: f"{encoded(SEALING)}....".encode(), "^JWE: it does not open"),
    "not-signed": (lambda: around("hello"), "^JWS: it must have 3 parts between dots, got 1"),
    "nothing": (lambda: around(""), "^JWS: it must have 3 parts between dots, got 1"),
    "signed-by-another": (lambda: make(signer=OTHER), "^JWS: the signature is not by PTI's public key"),
    "signed-by-us": (lambda: make(signer=OURS), "^JWS: the signature is not by PTI's public key"),
    "rs256": (lambda: make(signing={"alg": "RS256"}), "^JWS: `alg` must be RS512, got 'RS256'"),
    "ps512": (lambda: make(signing={"alg": "PS512"}), "^JWS: `alg` must be RS512, got 'PS512'"),
    "hmac": (lambda: make(signer=HMAC_KEY, signing={"alg": "HS256"}), "^JWS: `alg` must be RS512, got 'HS256'"),
    "none": (lambda: around(encoded({"alg": "none"}) + f".{encoded(1)}."), "^JWS: `alg` must be RS512, got 'none'"),
    "unencoded": (
        lambda: around(with_header(FORGED.encode(), {**SIGNING, "b64": False, "crit": ["b64"]}).decode()),
        "^JWS: its header must not hold `crit`",
    ),
    "other-payload": (
        lambda: around(".".join([FORGED.split(".")[0], encoded("mine"), FORGED.split(".")[2]])),
        "^JWS: the signature is not by PTI's public key",
    ),
    "no-signature": (lambda: around(FORGED.rpartition(".")[0] + "."), "^JWS: the signature is not by PTI's"),
    "broken-payload": (lambda: around(f"{encoded(SIGNING)}.!.AAAA"), "^JWS: "),
}


@pytest.mark.parametrize(("made", "says"), BAD.values(), ids=BAD)
def test_bad_webhook_is_refused_by_its_part(made: Callable[[], bytes], says: str) -> None:
    """What is not sealed to us by these algorithms and signed by PTI is refused, and nothing of it comes out."""
    with pytest.raises(WebhookError, match=says):
        opened(made())


def test_ed25519_key_opens_nothing() -> None:
    """A profile that signs with Ed25519 learns that webhooks need an RSA key."""
    key = PtiKey.load(jose_peer.private_jwk("Ed25519").encode())
    with pytest.raises(WebhookError, match=r"^private key: a webhook is sealed to an RSA key"):
        open_pti(make(), key, PtiPublicKey.load(jose_peer.public_jwk(THEIRS).encode()))


WHOLE = make()


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_any_changed_byte_is_refused(at: int, difference: int) -> None:
    """Whichever byte changes, the webhook is refused in our words."""
    changed = WHOLE[:at] + bytes([WHOLE[at] ^ difference]) + WHOLE[at + 1 :]
    with pytest.raises(WebhookError):
        opened(changed)
