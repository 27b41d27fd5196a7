"""`signer-proxy keys` makes the key pair that PTI's onboarding asks for, and shows what PTI may have of it."""

import json
import os
import stat
from pathlib import Path
from typing import Final

import pytest

from signer_proxy.crypto.jwk import PtiKey
from tests import jose_peer
from tests.cli.command import failed, run
from tests.settings.writing import write

PRIVATE_MEMBERS: Final = {"d", "p", "q", "dp", "dq", "qi"}
KINDS: Final = {"ed25519": (256, "Ed25519"), "rsa-4096": (4096, "RSA")}


@pytest.mark.parametrize(("kind", "bits", "shown"), [(kind, *what) for kind, what in KINDS.items()], ids=KINDS)
def test_new_writes_both_halves_and_prints_the_thumbprint(kind: str, bits: int, shown: str, tmp_path: Path) -> None:
    """The private half is for its owner alone under any umask, the public one for all; stdout has the thumbprint."""
    before = os.umask(0o277)
    try:
        done = run("keys", "new", "--jwk", kind, "pti.jwk", cwd=tmp_path)
    finally:
        os.umask(before)
    assert done.returncode == 0, done.stderr
    private, public = tmp_path / "pti.jwk", tmp_path / "pti.public.jwk"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (private, public)] == [0o600, 0o644]
    thumbprint = jose_peer.thumbprint(private.read_text())
    assert done.stdout.decode() == f"{thumbprint}\n"
    assert PtiKey.load(private.read_bytes()).thumbprint == thumbprint
    assert jose_peer.thumbprint(public.read_text()) == thumbprint
    told = json.loads(public.read_text())
    assert told["kid"] == thumbprint
    assert not told.keys() & PRIVATE_MEMBERS
    assert json.loads(private.read_text())["d"] not in done.stderr.decode()
    assert run("keys", "public", "pti.jwk", cwd=tmp_path).stdout == public.read_bytes()
    for path in (private, public):
        done = run("keys", "show", path.name, cwd=tmp_path)
        assert (done.returncode, done.stdout.decode()) == (0, f"{bits} {thumbprint} ({shown} JWK)\n"), done.stderr


NAMES: Final = {"pti": "pti.public.jwk", "pti.staging.json": "pti.staging.public.jwk"}


@pytest.mark.parametrize(("name", "public"), NAMES.items(), ids=NAMES)
def test_public_half_is_named_after_the_private_one(name: str, public: str, tmp_path: Path) -> None:
    """The public half stands beside the private one, whatever ending that has."""
    assert run("keys", "new", "--jwk", "ed25519", name, cwd=tmp_path).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, public])


@pytest.mark.parametrize("name", ["pti.jwk", "pti.public.jwk"])
def test_nothing_is_ever_overwritten(name: str, tmp_path: Path) -> None:
    """Where one of the two files is, as a link that leads nowhere too, it stays and the other is not made."""
    (tmp_path / name).symlink_to("precious")
    line = failed(run("keys", "new", "--jwk", "ed25519", "pti.jwk", cwd=tmp_path))
    assert f"{name} exists, and a key is never overwritten" in line
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_name_without_room_for_the_public_half_leaves_nothing(tmp_path: Path) -> None:
    """Where the public half cannot be written, the private one is not left alone."""
    name = "k" * 250
    done = run("keys", "new", "--jwk", "ed25519", name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().splitlines()[-1].startswith(f"signer-proxy: {name}.public.jwk cannot be made: ")
    assert list(tmp_path.iterdir()) == []


def test_show_says_nothing_of_who_made_it(tmp_path: Path) -> None:
    """A public JWK of another program, with members of its own, has the same line."""
    private = jose_peer.private_jwk("RSA")
    write(
        tmp_path / "theirs", json.dumps({**json.loads(jose_peer.public_jwk(private)), "use": "sig", "kid": "x"}), 0o644
    )
    done = run("keys", "show", "theirs", cwd=tmp_path)
    assert done.stdout.decode() == f"2048 {jose_peer.thumbprint(private)} (RSA JWK)\n"


MIXED: Final = json.loads(jose_peer.private_jwk("Ed25519")) | {
    "d": json.loads(jose_peer.private_jwk("Ed25519", 1))["d"]
}

REFUSED: Final = {
    "open to others": (jose_peer.private_jwk("Ed25519"), 0o644, "must be closed to other users, got mode 0644"),
    "no JSON": ('{"kty": "OKP"', 0o600, "key: the key begins as a JWK and is no JSON"),
    "EC": (jose_peer.private_jwk("P-256"), 0o600, "key: the key must be RSA or Ed25519, got an EC key"),
    "symmetric": ('{"kty": "oct", "k": "aHVzaA"}', 0o600, "key: the key must be RSA or Ed25519, got a symmetric key"),
    "d of another key": (json.dumps(MIXED), 0o600, "key: the JWK's `d` belongs to another key"),
}


@pytest.mark.parametrize("verb", ["public", "show"])
@pytest.mark.parametrize(("content", "mode", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_key_for_pti_is_said_in_a_line(
    content: str, mode: int, said: str, verb: str, tmp_path: Path
) -> None:
    """Exit code 1 and one line with the file and the way out."""
    write(tmp_path / "key", content, mode)
    assert said in failed(run("keys", verb, "key", cwd=tmp_path))


def test_public_wants_the_private_key(tmp_path: Path) -> None:
    """A public JWK is its own public half, so whoever names it has mistaken the file."""
    write(tmp_path / "key", jose_peer.public_jwk(jose_peer.private_jwk("Ed25519")))
    assert "file key must hold a private key, got a public JWK, without `d`" in failed(
        run("keys", "public", "key", cwd=tmp_path)
    )


MISUSED: Final = {
    "kind": ("--jwk", "p-256", "new.jwk"),
    "size": ("--jwk", "ed25519", "--bits", "4096", "new.jwk"),
    "default size": ("--jwk", "rsa-4096", "--bits", "2048", "new.jwk"),
    "passphrase asked for": ("--jwk", "ed25519", "--passphrase", "new.jwk"),
    "passphrase": ("--jwk", "ed25519", "--passphrase-env", "SECRET", "new.jwk"),
    "empty passphrase": ("--jwk", "ed25519", "--passphrase-file", "", "new.jwk"),
}


@pytest.mark.parametrize("arguments", MISUSED.values(), ids=MISUSED)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """What a JWK cannot have is not left aside in silence, and nothing is made."""
    done = run("keys", "new", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert list(tmp_path.iterdir()) == []
