"""PTI's keys: read in both formats, named by their thumbprint, refused with the reason, and never shown."""

import base64
import json
from typing import Literal

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from signer_proxy.crypto.jwk import PtiKey
from signer_proxy.crypto.key_errors import PtiKeyError
from tests import jose_peer

# RFC 8037, appendix A.1 to A.3.
RFC_8037 = {
    "kty": "OKP",
    "crv": "Ed25519",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
RFC_8037_THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"

KINDS = ["RSA", "Ed25519"]


def members(kind: str, number: int = 0) -> dict[str, str]:
    """Return the members of a private JWK."""
    found: dict[str, str] = json.loads(jose_peer.private_jwk(kind, number))
    return found


def mixed(kind: str, *names: str) -> str:
    """Return a key's JWK with some members of another key of its kind."""
    other = members(kind, 1)
    return json.dumps({**members(kind), **{name: other[name] for name in names}})


def less(kind: str, *names: str) -> str:
    """Return a key's JWK without some members."""
    return json.dumps({name: value for name, value in members(kind).items() if name not in names})


def changed(kind: str, **values: object) -> str:
    """Return a key's JWK with members of another value."""
    return json.dumps({**members(kind), **values})


def pem_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    """Return a key in the older PEM form, PKCS#1 or SEC1."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def small_jwk() -> str:
    """Return an RSA JWK of 1,024 bits."""
    numbers = rsa.generate_private_key(65537, 1024).private_numbers()
    values = {"n": numbers.public_numbers.n, "e": 65537, "d": numbers.d}
    texts = {
        name: base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8)).decode().rstrip("=")
        for name, value in values.items()
    }
    return json.dumps({"kty": "RSA", **texts})


@pytest.mark.parametrize("kind", KINDS)
def test_thumbprint_is_the_peers(kind: str) -> None:
    """A key is named as jwcrypto names it, whatever `kid` its file gives it."""
    private = jose_peer.private_jwk(kind)
    assert PtiKey.load(private.encode()).thumbprint == jose_peer.thumbprint(private)
    assert PtiKey.load(changed(kind, kid="mine").encode()).thumbprint == jose_peer.thumbprint(private)


def test_thumbprint_is_that_of_the_rfc() -> None:
    """The key of RFC 8037 has the thumbprint that stands there."""
    assert PtiKey.load(json.dumps(RFC_8037).encode()).thumbprint == RFC_8037_THUMBPRINT


@pytest.mark.parametrize("kind", KINDS)
def test_pem_and_jwk_are_one_key(kind: str) -> None:
    """A key is the same from PEM, with a passphrase or without, and from a JWK, with white space around it."""
    private = jose_peer.private_jwk(kind)
    key = PtiKey.load(private.encode())
    assert PtiKey.load(f"\n{private}\r\n".encode()) == key
    assert PtiKey.load(jose_peer.pem(private)) == key
    assert PtiKey.load(jose_peer.pem(private), "not needed") == key
    assert PtiKey.load(jose_peer.pem(private, "pässword"), "pässword") == key
    assert hash(PtiKey.load(jose_peer.pem(private))) == hash(key)
    assert PtiKey.load(jose_peer.private_jwk(kind, 1).encode()) != key


def test_older_rsa_pem_is_read() -> None:
    """PKCS#1, which begins with RSA PRIVATE KEY, is read too."""
    key = rsa.generate_private_key(65537, 2048)
    assert PtiKey.load(pem_of(key)).jose.raw_value.public_key() == key.public_key()  # type: ignore[union-attr]


EXTRAS: dict[str, dict[str, object]] = {
    "for-encryption": {"use": "enc"},
    "another-algorithm": {"alg": "RS256"},
    "operations": {"use": "sig", "key_ops": ["encrypt"]},
    "no-text": {"use": 7, "kid": None},
}


@pytest.mark.parametrize("extra", EXTRAS.values(), ids=EXTRAS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_jwk_says_beyond_its_key_does_not_count(kind: str, extra: dict[str, object]) -> None:
    """The algorithm follows from the key alone."""
    key = PtiKey.load(changed(kind, **extra).encode())
    assert key == PtiKey.load(jose_peer.private_jwk(kind).encode())
    assert key.sign(b"payload", {}).count(".") == 2


def test_rsa_key_needs_only_its_exponent() -> None:
    """A JWK without the primes is whole: they follow from n, e and d."""
    short = PtiKey.load(less("RSA", "p", "q", "dp", "dq", "qi").encode())
    assert short.sign(b"payload", {}) == PtiKey.load(jose_peer.private_jwk("RSA").encode()).sign(b"payload", {})


def test_zeros_before_the_modulus_change_no_name() -> None:
    """A tool that writes n with a zero byte in front names the same key."""
    n = base64.urlsafe_b64decode(members("RSA")["n"] + "==")
    padded = base64.urlsafe_b64encode(b"\0" + n).decode().rstrip("=")
    assert PtiKey.load(changed("RSA", n=padded).encode()) == PtiKey.load(jose_peer.private_jwk("RSA").encode())


@pytest.mark.parametrize(("kind", "bits"), [("ed25519", 256), ("rsa-4096", 4096)])
def test_new_key_is_read_back(kind: Literal["ed25519", "rsa-4096"], bits: int) -> None:
    """What is made can be written as JWK and read again, and its public half is a key of its own without the secret."""
    key = PtiKey.new(kind)
    private, public = json.dumps(key.private_jwk()), key.public_jwk()
    assert PtiKey.load(private.encode()) == key
    assert jose_peer.thumbprint(private) == key.thumbprint == public["kid"]
    assert set(public) == ({"kty", "n", "e", "kid"} if key.is_rsa else {"kty", "crv", "x", "kid"})
    assert len(base64.urlsafe_b64decode(public["n" if key.is_rsa else "x"] + "==")) * 8 == bits
    assert public == {**json.loads(jose_peer.public_jwk(private)), "kid": key.thumbprint}


def test_two_new_keys_differ() -> None:
    """Each key that is made is another one."""
    assert PtiKey.new("ed25519").thumbprint != PtiKey.new("ed25519").thumbprint


BAD: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "got neither"),
    "garbage": ("hunter2", "got neither"),
    "binary": (bytes(range(256)), "got neither"),
    "too-long": ("x" * 65_537, "at most 65,536 bytes, got 65,537"),
    "too-long-jwk": ("{" + "x" * 65_536, "at most 65,536 bytes, got 65,537"),
    "cut-jwk": (jose_peer.private_jwk("Ed25519")[:-9], "is no JSON"),
    "deep-jwk": ('{"a":' + "[" * 60_000, "is no JSON"),
    "not-utf8": (b'{"kty": "\xff"}', "is no JSON"),
    "no-kty": ("{}", "another kty"),
    "unknown-kty": ('{"kty": ["RSA"]}', "another kty"),
    "jwk-set": ('{"keys": []}', "JWK set"),
    "ec": (jose_peer.private_jwk("P-256"), "got an EC key"),
    "ec-pem": (jose_peer.pem(jose_peer.private_jwk("P-521")), "got an EC key"),
    "ec-old-pem": (pem_of(ec.generate_private_key(ec.SECP256R1())), "got an EC key"),
    "symmetric": ('{"kty": "oct", "k": "c2VjcmV0"}', "got a symmetric key"),
    "x25519": (jose_peer.private_jwk("X25519"), "another curve"),
    "x25519-pem": (jose_peer.pem(jose_peer.private_jwk("X25519")), "another kind"),
    "ed448": (jose_peer.private_jwk("Ed448"), "another curve"),
    "public-rsa": (jose_peer.public_jwk(jose_peer.private_jwk("RSA")), "got a public JWK"),
    "public-ed25519": (jose_peer.public_jwk(jose_peer.private_jwk("Ed25519")), "got a public JWK"),
    "public-pem": (jose_peer.public_pem(jose_peer.private_jwk("RSA")), "got a public key or certificate"),
    "wrong-d-rsa": (mixed("RSA", "d"), "do not make a key"),
    "wrong-d-rsa-alone": (
        json.dumps({n: json.loads(mixed("RSA", "d"))[n] for n in ("kty", "n", "e", "d")}),
        "not make",
    ),
    "other-n": (mixed("RSA", "n"), "do not make a key"),
    "other-primes": (mixed("RSA", "p", "q", "dp", "dq", "qi"), "do not make a key"),
    "other-factors": (mixed("RSA", "dp", "dq", "qi"), "do not make a key"),
    "some-factors": (less("RSA", "q"), "do not make a key"),
    "wrong-d-ed25519": (mixed("Ed25519", "d"), "`d` belongs to another key"),
    "short-d": (changed("Ed25519", d="nWGx"), "do not make a key"),
    "number-as-d": (changed("Ed25519", d=7), "`d` must be text"),
    "empty-d": (changed("RSA", d=""), "`d` must be text"),
    "no-n": (less("RSA", "n"), "`n` must be text"),
    "no-e": (less("RSA", "e"), "`e` must be text"),
    "no-x": (less("Ed25519", "x"), "`x` must be text"),
    "n-no-base64": (changed("RSA", n="=äö="), "`n` must be text in Base64url"),
    "x-no-base64": (changed("Ed25519", x="!" * 43), "do not make a key"),
    "even-e": (changed("RSA", e="Ag"), "do not make a key"),
    "three-primes": (changed("RSA", oth=[{}]), "must have two primes"),
    "huge-n": (changed("RSA", n="x" * 40_000), "2048 to 16,384 bits, got 240,000"),
    "small-rsa": (small_jwk(), "2048 to 16,384 bits, got 1,024"),
    "small-rsa-pem": (pem_of(rsa.generate_private_key(65537, 1024)), "2048 to 16,384 bits, got 1,024"),
    "encrypted": (jose_peer.pem(jose_peer.private_jwk("RSA"), "secret"), "no passphrase was given"),
    "cut-pem": (jose_peer.pem(jose_peer.private_jwk("RSA"))[:-200], "is damaged"),
    "damaged-pem": (jose_peer.pem(jose_peer.private_jwk("RSA")).replace(b"M", b"N", 3), "is damaged"),
    "openssh": ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----", "OpenSSH's own format"),
}


@pytest.mark.parametrize(("data", "says"), BAD.values(), ids=BAD)
def test_bad_key_is_refused_with_the_reason(data: str | bytes, says: str) -> None:
    """A key that cannot sign as PTI asks is refused at load, by what it is, and no part of it is told."""
    raw = data if isinstance(data, bytes) else data.encode()
    with pytest.raises(PtiKeyError) as caught:
        PtiKey.load(raw)
    assert says in str(caught.value)
    assert caught.value.__cause__ is None
    text = raw.decode("latin-1")
    told = str(caught.value)
    assert not any(
        text[at : at + 12] in told for at in range(0, len(text) - 11, 6) if "PRIVATE" not in text[at : at + 12]
    )


def test_wrong_passphrase_is_refused() -> None:
    """A passphrase that does not open the key is said to be wrong, and is not told."""
    with pytest.raises(PtiKeyError, match="does not open with this passphrase") as caught:
        PtiKey.load(jose_peer.pem(jose_peer.private_jwk("Ed25519"), "right"), "wr0ng")
    assert "wr0ng" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_repr_shows_the_thumbprint_alone(kind: str) -> None:
    """Neither a log nor a traceback shows more of a key than its public name."""
    key = PtiKey.load(jose_peer.private_jwk(kind).encode())
    assert repr(key) == f"<PtiKey {key.thumbprint}>"


@given(st.binary(max_size=200) | st.binary(max_size=200).map(b'{"kty":"RSA","n":'.__add__))
def test_any_bytes_are_a_key_or_an_error_of_ours(data: bytes) -> None:
    """Nothing that a file may hold escapes as another error."""
    with pytest.raises(PtiKeyError):
        PtiKey.load(data)


JSON_VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=50) | st.lists(st.integers(), max_size=2)


MEMBERS = ["kty", "crv", "n", "e", "d", "x", "p", "q", "dp", "dq", "qi", "oth"]


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(MEMBERS), JSON_VALUES))
def test_any_member_is_a_key_or_an_error_of_ours(kind: str, values: dict[str, object]) -> None:
    """A JWK with members of any kind loads whole or is refused in our words."""
    try:
        key = PtiKey.load(changed(kind, **values).encode())
    except PtiKeyError:
        return
    assert key == PtiKey.load(jose_peer.private_jwk(kind).encode())
