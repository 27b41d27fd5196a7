"""What is meant for a user with a public key alone is sealed to it: login links and tokens."""

import json
from base64 import b64encode, urlsafe_b64decode
from dataclasses import replace

import pytest
from Crypto.PublicKey import RSA

from signer_proxy.crypto.envelope import EnvelopeError, is_envelope, open_envelope
from signer_proxy.crypto.rsa_key import PrivateKey
from tests.sandbox.calling import ALICE, Caller, reason

REGISTER = "/snapTrade/registerUser"
TOKEN = "/snapTrade/encryptedJWT"  # a path


async def registered(partner: Caller, public_key: object) -> Caller:
    """Register bob and return the partner on his behalf."""
    answer = await partner.call("POST", REGISTER, {"userId": "bob", "rsaPublicKey": public_key})
    assert answer.status_code == 200
    assert set(answer.json()) == {"userId", "userSecret"}
    return replace(partner, user=("bob", answer.json()["userSecret"]))


@pytest.mark.parametrize("comment", ["", "bob@laptop"])
async def test_login_of_a_user_with_a_key_is_sealed(partner: Caller, private_key: PrivateKey, comment: str) -> None:
    """The envelope holds what the login of any user answers in the open."""
    bob = await registered(partner, private_key.public.line(comment))
    envelope = (await bob.call("POST", "/snapTrade/login")).json()
    assert set(envelope) == {"encryptedSharedKey", "encryptedMessageData"}
    opened = json.loads(open_envelope(envelope, private_key))
    plain = (await replace(partner, user=ALICE).call("POST", "/snapTrade/login")).json()
    assert set(opened) == set(plain) == {"redirectURI", "sessionId"}
    assert opened["redirectURI"].startswith("https://portal.sandbox.invalid/")


async def test_envelope_is_for_its_user_alone(partner: Caller, private_key: PrivateKey) -> None:
    """Nobody else's key opens it, and no two are equal."""
    bob = await registered(partner, private_key.public.line())
    first, second = [(await bob.call("GET", TOKEN)).json() for _ in range(2)]
    assert first["encryptedSharedKey"] != second["encryptedSharedKey"]
    with pytest.raises(EnvelopeError):
        open_envelope(first, PrivateKey.new())


async def test_token_says_whose_and_how_long(partner: Caller, private_key: PrivateKey) -> None:
    """The plaintext is a JWT with sub, iat and exp, five minutes apart."""
    bob = await registered(partner, private_key.public.line())
    token = open_envelope((await bob.call("GET", TOKEN)).json(), private_key)
    claims = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
    assert {name: claims[name] for name in ("sub", "iat", "exp")} == {
        "sub": "bob",
        "iat": 1_700_000_000,
        "exp": 1_700_000_300,
    }


async def test_new_secret_keeps_the_key(partner: Caller, private_key: PrivateKey) -> None:
    """A user who resets its secret is still sealed to."""
    bob = await registered(partner, private_key.public.line())
    assert bob.user is not None
    body = dict(zip(("userId", "userSecret"), bob.user, strict=True))
    secret = (await partner.call("POST", "/snapTrade/resetUserSecret", body)).json()["userSecret"]
    answer = await replace(partner, user=("bob", secret)).call("GET", TOKEN)
    assert is_envelope(answer.json())


async def test_user_without_a_key_gets_no_token(alice: Caller, personal: Caller) -> None:
    """A token is never handed out in the open; a personal key's user has no key either."""
    for caller in (alice, personal):
        assert reason(await caller.call("GET", TOKEN)) == (400, "0000", "no-public-key")


async def test_token_needs_the_users_secret(partner: Caller, private_key: PrivateKey) -> None:
    """The consumer key alone fetches no token."""
    await registered(partner, private_key.public.line())
    answer = await replace(partner, user=("bob", "wrong")).call("GET", TOKEN)
    assert reason(answer) == (401, "1083", "wrong-user-secret")


async def test_no_key_is_none(partner: Caller) -> None:
    """A null where the key would be registers a user without one."""
    bob = await registered(partner, None)
    assert "redirectURI" in (await bob.call("POST", "/snapTrade/login")).json()


SMALL = (
    "ssh-rsa "
    + b64encode(
        b"".join(len(part).to_bytes(4) + part for part in (b"ssh-rsa", b"\1\0\1", (RSA.generate(1024).n).to_bytes(129)))
    ).decode()
)


@pytest.mark.parametrize(
    "public_key",
    [
        pytest.param("", id="empty"),
        pytest.param(7, id="no text"),
        pytest.param("\ud800", id="half a character"),
        pytest.param("AAAAB3NzaC1yc2EAAAADAQABAAABAQ", id="no kind"),
        pytest.param("ssh-rsa", id="no key"),
        pytest.param("ssh-rsa AAAA", id="cut"),
        pytest.param("ssh-rsa !!!!", id="no Base64"),
        pytest.param("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f", id="Ed25519"),
        pytest.param("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n", id="PEM"),
        pytest.param(SMALL, id="1024 bits"),
    ],
)
async def test_key_that_is_none_is_refused(partner: Caller, public_key: object) -> None:
    """A public key in any other form than OpenSSH's is refused, and nobody is registered."""
    answer = await partner.call("POST", REGISTER, {"userId": "bob", "rsaPublicKey": public_key})
    assert reason(answer) == (400, "0000", "bad-field")
    assert "rsaPublicKey" in answer.json()["detail"]
    assert "bob" not in (await partner.call("GET", "/snapTrade/listUsers")).json()
