"""`signer-proxy verify` prints the event of a webhook that can be believed, or one line that says why it cannot."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Final

import pytest

from tests import jose_peer
from tests.cli.command import failed, run
from tests.key_making import PASSPHRASE
from tests.settings.writing import PROFILE, UPSTREAM, write

KEY: Final = "consumer-key-of-the-tests"
ENVIRON: Final = {"KEY": KEY, "OTHER": "another-key"}
SIGNING: Final = f'version = 1\n{UPSTREAM}{PROFILE}consumer_key = {{ env = "KEY" }}\n'
OTHER: Final = PROFILE.replace("profiles.p]", "profiles.q]") + 'consumer_key = { env = "OTHER" }\n'
UTF8: Final = (
    PROFILE.replace("profiles.p]", "profiles.u]") + 'consumer_key = { env = "KEY" }\ncanonical_json = "utf8"\n'
)
CLIENT_SIDE: Final = PROFILE.replace("profiles.p]", "profiles.me]").replace("-signature", "-jwt") + (
    'private_key = { file = "ours" }\ntoken = { file = "token" }\n'
)

OURS, THEIRS, STRANGER = (jose_peer.private_jwk("RSA", number) for number in range(3))
EVENT: Final = '{"resourceType": "TRANSACTION", "name": "Zoë", "amount": 1.10}'
SEALING: Final = {"alg": "RSA-OAEP-256", "enc": "A256CBC-HS512"}


def event(age: float = 0.0, **members: object) -> dict[str, Any]:
    """Return an event of SnapTrade that was sent some seconds ago."""
    return {
        "webhookId": "dbaee13a",
        "eventTimestamp": (datetime.now(UTC) - timedelta(seconds=age)).isoformat(),
        "userId": "Jürgen 😀",
        "eventType": "USER_REGISTERED",
        **members,
    }


def signature(of: object, key: str = KEY, *, ascii_alone: bool = True) -> str:
    """Return the header as the vendor's sample handler computes it."""
    text = json.dumps(of, separators=(",", ":"), sort_keys=True, ensure_ascii=ascii_alone)
    return "Signature: " + b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()


def snaptrade(
    directory: Path, body: bytes, *arguments: str, config: str = SIGNING, file: str = "-"
) -> CompletedProcess[bytes]:
    """Verify a webhook of SnapTrade with a config."""
    write(directory / "signer-proxy.toml", config)
    return run("verify", "snaptrade", *arguments, file, cwd=directory, environ=ENVIRON, stdin=body)


def pti(directory: Path, body: bytes, *arguments: str) -> CompletedProcess[bytes]:
    """Open a webhook of PTI."""
    return run("verify", "pti", *arguments, "-", cwd=directory, environ={"SECRET": PASSPHRASE}, stdin=body)


def sealed(signer: str = THEIRS, recipient: str = OURS) -> bytes:
    """Return a webhook as PTI makes it."""
    signed = jose_peer.signed(signer, EVENT.encode(), {"alg": "RS512"})
    return jose_peer.sealed(recipient, signed.encode(), SEALING).encode()


def test_event_of_snaptrade_is_printed(tmp_path: Path) -> None:
    """The event comes as one line of JSON, in UTF-8 in every locale, and nothing is on stderr."""
    write(tmp_path / "signer-proxy.toml", SIGNING)
    sent = event()
    write(tmp_path / "body", json.dumps(sent, indent=2), 0o644)
    arguments = ("--header", "Host: localhost", "--header", signature(sent), "body")
    done = run("verify", "snaptrade", *arguments, cwd=tmp_path, environ={**ENVIRON, "LC_ALL": "POSIX"})
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        json.dumps(sent, ensure_ascii=False).encode() + b"\n",
        b"",
    )


SECRETS: Final[dict[str, tuple[dict[str, object], dict[str, object]]]] = {
    "at the top": ({"webhookSecret": "hush-hush"}, {"webhookSecret": "***"}),
    "no text": ({"webhookSecret": ["hush-hush"]}, {"webhookSecret": "***"}),
    "deeper": ({"a": [{"webhookSecret": "hush-hush", "b": 1}]}, {"a": [{"webhookSecret": "***", "b": 1}]}),
}


@pytest.mark.parametrize(("members", "shown"), SECRETS.values(), ids=SECRETS)
def test_secret_of_snaptrade_is_not_printed(
    members: dict[str, object], shown: dict[str, object], tmp_path: Path
) -> None:
    """The event's webhookSecret, which says who may send, is signed with the rest and not shown."""
    sent = event() | members
    done = snaptrade(tmp_path, json.dumps(sent).encode(), "--header", signature(sent))
    assert (done.returncode, json.loads(done.stdout)) == (0, {**sent, **shown}), done.stderr
    assert b"hush" not in done.stdout


def test_half_a_surrogate_pair_is_printed_as_its_escape(tmp_path: Path) -> None:
    """What has no form in UTF-8 is still JSON that says the same."""
    sent = event(note="\ud83d")
    done = snaptrade(tmp_path, json.dumps(sent).encode(), "--header", signature(sent))
    assert (done.returncode, json.loads(done.stdout)) == (0, sent), done.stderr


def test_profile_says_key_and_form(tmp_path: Path) -> None:
    """The consumer key and the form of the canonical JSON are the profile's."""
    sent = event()
    body, config = json.dumps(sent).encode(), SIGNING + OTHER + UTF8
    headers = {"p": signature(sent), "q": signature(sent, "another-key"), "u": signature(sent, ascii_alone=False)}
    for profile in headers:
        for other, header in headers.items():
            done = snaptrade(tmp_path, body, "--profile", profile, "--header", header, config=config)
            assert done.returncode == (0 if profile == other else 1)


def test_config_is_the_one_that_is_named(tmp_path: Path) -> None:
    """`--config` leads to another config than the one of the directory."""
    sent = event()
    write(tmp_path / "other.toml", f"version = 1\n{UPSTREAM}{OTHER}")
    header = signature(sent, "another-key")
    done = snaptrade(tmp_path, json.dumps(sent).encode(), "--config", "other.toml", "--header", header)
    assert done.returncode == 0, done.stderr


def test_age_can_be_chosen(tmp_path: Path) -> None:
    """An event of an hour ago is a replay, but for who says that it may be old."""
    sent = event(3600)
    arguments = (json.dumps(sent).encode(), "--header", signature(sent))
    line = failed(snaptrade(tmp_path, *arguments))
    assert "stdin: eventTimestamp: an event must be at most 300 s old" in line
    assert snaptrade(tmp_path, *arguments, "--max-age", "4000").returncode == 0


SENT: Final = event()
HEADER: Final = ("--header", signature(SENT))
SCHEME: Final = "--profile must name a profile of the scheme snaptrade-signature, got"

REFUSED: Final[dict[str, tuple[bytes, tuple[str, ...], str, str]]] = {
    "no signature": (b"{}", (), SIGNING, "stdin: Signature: a webhook must have one such header, got 0"),
    "two signatures": (b"{}", HEADER * 2, SIGNING, "stdin: Signature: a webhook must have one such header, got 2"),
    "another body": (b'{"a": 1}', HEADER, SIGNING, "stdin: Signature: the header must be the HMAC of this body"),
    "no JSON": (b"<html>", HEADER, SIGNING, "stdin: body: a webhook must be JSON"),
    "nothing": (b"", HEADER, SIGNING, "stdin: body: a webhook must be JSON"),
    "too much": (b" " * ((16 << 20) + 1), HEADER, SIGNING, "stdin must have at most 16 MiB, got more"),
    "no profile of two": (b"{}", HEADER, SIGNING + OTHER, f"{SCHEME} none (the config has p, q)"),
    "no such profile": (b"{}", ("--profile", "P"), SIGNING, f"{SCHEME} 'P' (known: p)"),
    "a profile without a consumer key": (
        b"{}",
        ("--profile", "me"),
        SIGNING + CLIENT_SIDE,
        f"{SCHEME} 'me' (known: p)",
    ),
    "no profile at all": (
        b"{}",
        (),
        f"version = 1\n{UPSTREAM}{CLIENT_SIDE}",
        f"{SCHEME} none (the config has none of them)",
    ),
    "consumer key missing": (
        b"{}",
        HEADER,
        SIGNING.replace('"KEY"', '"UNSET"'),
        "profiles.p.consumer_key: environment variable UNSET is not set",
    ),
}


@pytest.mark.parametrize(("body", "arguments", "config", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_believed_is_said_in_a_line(
    body: bytes, arguments: tuple[str, ...], config: str, said: str, tmp_path: Path
) -> None:
    """Exit code 1 and one line with what is wrong, without the consumer key, and nothing on stdout."""
    write(tmp_path / "ours", jose_peer.pem(OURS))
    line = failed(snaptrade(tmp_path, body, *arguments, config=config))
    assert said in line
    assert KEY not in line


FILES: Final = {"gone": "gone cannot be read: No such file", ".": ". cannot be read: Is a directory"}


@pytest.mark.parametrize(("file", "said"), FILES.items())
def test_file_that_cannot_be_read_is_said_in_a_line(file: str, said: str, tmp_path: Path) -> None:
    """The line names the file and the way out."""
    assert said in failed(snaptrade(tmp_path, b"", *HEADER, file=file))


FORMATS: Final[dict[str, tuple[bytes, bytes, tuple[str, ...]]]] = {
    "JWK": (OURS.encode(), jose_peer.public_jwk(THEIRS).encode(), ()),
    "PEM": (jose_peer.pem(OURS), jose_peer.public_pem(THEIRS), ()),
    "encrypted PEM": (
        jose_peer.pem(OURS, PASSPHRASE),
        jose_peer.public_pem(THEIRS),
        ("--passphrase-env", "SECRET"),
    ),
}


@pytest.mark.parametrize(("private", "public", "options"), FORMATS.values(), ids=FORMATS)
def test_event_of_pti_is_printed(private: bytes, public: bytes, options: tuple[str, ...], tmp_path: Path) -> None:
    """The event comes to the byte as it was signed, with keys in either format."""
    write(tmp_path / "ours", private)
    write(tmp_path / "theirs", public, 0o644)
    done = pti(tmp_path, sealed() + b"\n", "--key", "ours", "--public-key", "theirs", *options)
    assert (done.returncode, done.stdout, done.stderr) == (0, EVENT.encode() + b"\n", b"")


def no_key(_: Path) -> None:
    """Leave both keys as they are."""


PTI_REFUSED: Final[dict[str, tuple[Callable[[], bytes], Callable[[Path], object], str]]] = {
    "not sealed": (EVENT.encode, no_key, "stdin: JWE: it must have 5 parts between dots"),
    "sealed to another": (
        lambda: sealed(recipient=STRANGER),
        no_key,
        "stdin: JWE: it does not open with the private key",
    ),
    "signed by another": (
        lambda: sealed(signer=STRANGER),
        no_key,
        "stdin: JWS: the signature is not by PTI's public key",
    ),
    "our key is Ed25519": (
        sealed,
        lambda at: write(at / "ours", jose_peer.private_jwk("Ed25519")),
        "stdin: private key: a webhook is sealed to an RSA key",
    ),
    "our key is open": (sealed, lambda at: (at / "ours").chmod(0o644), "file ours must be closed to other users"),
    "our key is public": (
        sealed,
        lambda at: write(at / "ours", jose_peer.public_jwk(OURS)),
        "file ours must hold a private key, got a public JWK",
    ),
    "no passphrase": (
        sealed,
        lambda at: write(at / "ours", jose_peer.pem(OURS, PASSPHRASE)),
        "ours: the private key is encrypted, and no passphrase was given "
        "(give its passphrase with --passphrase, or --passphrase-env, -file, -keyring or -command)",
    ),
    "our key is gone": (sealed, lambda at: (at / "ours").unlink(), "file ours does not exist"),
    "PTI's key is private": (
        sealed,
        lambda at: write(at / "theirs", THEIRS),
        "theirs: PTI's public key is needed, got a private JWK",
    ),
    "PTI's key is gone": (sealed, lambda at: (at / "theirs").unlink(), "file theirs does not exist"),
}


@pytest.mark.parametrize(("made", "spoil", "said"), PTI_REFUSED.values(), ids=PTI_REFUSED)
def test_what_pti_did_not_send_is_said_in_a_line(
    made: Callable[[], bytes], spoil: Callable[[Path], object], said: str, tmp_path: Path
) -> None:
    """Exit code 1 and one line that names the part or the file, and nothing of the event."""
    write(tmp_path / "ours", OURS)
    write(tmp_path / "theirs", jose_peer.public_jwk(THEIRS), 0o644)
    spoil(tmp_path)
    line = failed(pti(tmp_path, made(), "--key", "ours", "--public-key", "theirs"))
    assert said in line
    assert "TRANSACTION" not in line


MISUSED: Final = {
    "no API": (),
    "another API": ("fiant", "-"),
    "no file": ("snaptrade",),
    "header without a name": ("snaptrade", "--header", ": hush-hush", "-"),
    "header without a colon": ("snaptrade", "--header", "hush-hush", "-"),
    "consumer key as an option": ("snaptrade", "--consumer-key", "hush-hush", "-"),
    "age below zero": ("snaptrade", "--max-age", "-1", "-"),
    "age that is no number": ("snaptrade", "--max-age", "nan", "-"),
    "no key of ours": ("pti", "--public-key", "theirs", "-"),
    "no key of PTI": ("pti", "--key", "ours", "-"),
}


@pytest.mark.parametrize("arguments", MISUSED.values(), ids=MISUSED)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """The usage is shown, and never what may have been a secret."""
    done = run("verify", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Usage: signer-proxy verify" in done.stderr
    assert b"hush" not in done.stderr
