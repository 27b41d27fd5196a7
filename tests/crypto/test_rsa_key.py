"""RSA keys are what OpenSSL and ssh-keygen say they are, and every other file is refused by its name."""

import base64
import json
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from signer_proxy.crypto.key_errors import RsaKeyError
from signer_proxy.crypto.rsa_key import PrivateKey, PublicKey
from tests.key_making import PASSPHRASE, certificate, openssh, openssl, program, rsa


@pytest.fixture(name="made", scope="module")
def made_by_openssl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of one PKCS#8 key of 2048 bits."""
    return rsa(tmp_path_factory.mktemp("made") / "key.pem")


@cache
def own() -> PrivateKey:
    """Return one key of ours."""
    return PrivateKey.new()


LOADED: Final = {
    "PKCS#1": "rsa -traditional -in {key} -out {out}",
    "PKCS#1, AES-256": "rsa -traditional -aes256 -in {key} -passout env:PASSPHRASE -out {out}",
    "PKCS#1, AES-128": "rsa -traditional -aes128 -in {key} -passout env:PASSPHRASE -out {out}",
    "PKCS#1, 3DES": "rsa -traditional -des3 -in {key} -passout env:PASSPHRASE -out {out}",
    "PKCS#8": "pkcs8 -topk8 -nocrypt -in {key} -out {out}",
    "PKCS#8, PBKDF2": "pkcs8 -topk8 -v2 aes-256-cbc -in {key} -passout env:PASSPHRASE -out {out}",
    "PKCS#8, PBKDF2 with SHA-1, 3DES": (
        "pkcs8 -topk8 -v2 des3 -v2prf hmacWithSHA1 -in {key} -passout env:PASSPHRASE -out {out}"
    ),
    "PKCS#8, scrypt": "pkcs8 -topk8 -scrypt -in {key} -passout env:PASSPHRASE -out {out}",
}


@pytest.mark.parametrize("command", LOADED.values(), ids=LOADED)
def test_openssls_formats_are_read(command: str, made: Path, tmp_path: Path) -> None:
    """PKCS#1 and PKCS#8 load, plain and under every usual protection, as the key that ssh-keygen sees in them."""
    openssl(command, key=made, out=tmp_path / "key")
    key = PrivateKey.load((tmp_path / "key").read_bytes(), PASSPHRASE)
    assert program("ssh-keygen", "-l", "-f", made) == f"2048 {key.fingerprint} no comment (RSA)\n"
    assert key == PrivateKey.load(made.read_bytes())


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["plain", "encrypted"])
def test_opensshs_format_is_read(passphrase: str | None, tmp_path: Path) -> None:
    """What ssh-keygen makes loads, and its public half is the one that ssh-keygen wrote beside it."""
    path = openssh(tmp_path / "id", passphrase=passphrase or "", comment="alice@home")
    key = PrivateKey.load(path.read_bytes(), passphrase)
    assert key.public.line("alice@home") + "\n" == (tmp_path / "id.pub").read_text()
    assert key.public == PublicKey.load((tmp_path / "id.pub").read_text())


@pytest.mark.parametrize(
    "around",
    [
        pytest.param(lambda key, _: b"Bag Attributes\n    friendlyName: key - 1\n" + key, id="text before it"),
        pytest.param(lambda key, _: b"\xef\xbb\xbf" + key.replace(b"\n", b"\r\n") + b"\n\n", id="BOM and CRLF"),
        pytest.param(lambda key, other: other + key, id="a certificate before it"),
        pytest.param(lambda key, other: key + other, id="a certificate behind it"),
    ],
)
def test_a_key_is_found_among_other_things(around: Callable[[bytes, bytes], bytes], made: Path, tmp_path: Path) -> None:
    """A file may hold more than the key, as programs write it."""
    other = certificate(made, tmp_path / "certificate").read_bytes()
    assert PrivateKey.load(around(made.read_bytes(), other)) == PrivateKey.load(made.read_bytes())


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["plain", "encrypted"])
def test_others_read_what_we_write(passphrase: str | None, tmp_path: Path) -> None:
    """OpenSSL finds our PKCS#8 right, ssh-keygen derives the same public line, and `cryptography` the same numbers."""
    path = tmp_path / "key.pem"
    path.touch(mode=0o600)
    path.write_bytes(own().pem(passphrase))
    program("openssl", "pkey", "-in", path, "-passin", "env:PASSPHRASE", "-check", "-noout")
    assert program("ssh-keygen", "-y", "-P", passphrase or "", "-f", path) == own().public.line() + "\n"
    theirs = load_pem_private_key(path.read_bytes(), passphrase.encode() if passphrase else None)
    assert isinstance(theirs, RSAPrivateKey)
    assert theirs.private_numbers().d == own().rsa.d
    assert (b"ENCRYPTED" in path.read_bytes()) == bool(passphrase)
    assert PrivateKey.load(path.read_bytes(), passphrase) == own()


def test_every_size_is_read_and_named(tmp_path: Path) -> None:
    """Keys of more than 2048 bits load, and say how many."""
    assert [PrivateKey.load(rsa(tmp_path / "key", bits).read_bytes()).bits for bits in (3072, 4096)] == [3072, 4096]


def test_a_new_key_has_the_size_that_was_asked_for() -> None:
    """2048 bits by default, 3072 on request; another size is refused before anything is made."""
    assert (own().bits, PrivateKey.new(3072).bits) == (2048, 3072)
    with pytest.raises(RsaKeyError, match=r"one of 2048, 3072, 4096 bits, got 1024 "):
        PrivateKey.new(1024)


def test_new_keys_differ() -> None:
    """Every key is another one."""
    assert PrivateKey.new() != own()


def lines(path: Path) -> list[bytes]:
    """Return a file's lines."""
    return path.read_bytes().splitlines(keepends=True)


def by_openssl(command: str) -> Callable[[Path, Path], bytes]:
    """Return what makes a file with OpenSSL."""

    def make(key: Path, out: Path) -> bytes:
        openssl(command, key=key, out=out)
        return out.read_bytes()

    return make


def protected_as(name: str) -> Callable[[Path, Path], bytes]:
    """Return what encrypts the key with the passphrase."""
    return by_openssl(LOADED[name])


def flipped(data: bytes, place: int, bit: int = 1) -> bytes:
    """Return `data` with one bit changed."""
    return data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]


def rounds_without_end(path: Path) -> bytes:
    """Return an encrypted OpenSSH key that asks for 2^24 rounds of bcrypt, days of work, to check its passphrase."""
    first, *body, last = lines(openssh(path, "rsa", PASSPHRASE))
    blob = base64.b64decode(b"".join(body))
    salt = blob.index(b"bcrypt") + len(b"bcrypt") + 4  # behind the length of both: the salt, then the rounds
    rounds = salt + 4 + 16
    return b"".join([first, base64.encodebytes(blob[:rounds] + b"\1\0\0\0" + blob[rounds + 4 :]), last])


EC: Final = "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {out}"
REFUSED: Final[dict[str, tuple[Callable[[Path, Path], bytes], str | None, str]]] = {
    "nothing": (lambda *_: b"", None, "got nothing (make an RSA key"),
    "white space": (lambda *_: b" \n", None, "got nothing"),
    "garbage": (lambda *_: bytes(range(256)), None, "got something else"),
    "too much": (lambda *_: b"x" * 100_000, None, "at most 65,536 bytes, got 100,000"),
    "JSON": (lambda *_: json.dumps({"kty": "RSA"}).encode(), None, "got JSON"),
    "DER": (by_openssl("pkey -in {key} -outform DER -out {out}"), None, "may be DER (`openssl pkey -inform DER"),
    "PuTTY": (lambda *_: b"PuTTY-User-Key-File-3: ssh-rsa\n", None, "a PuTTY key (`puttygen"),
    "PKCS#8 of EC": (by_openssl(EC), None, "got an EC key"),
    "EC's own PEM": (by_openssl("ecparam -name prime256v1 -genkey -out {out}"), None, "got an EC key"),
    "encrypted EC": (
        by_openssl(EC.replace("-out", "-aes256 -pass env:PASSPHRASE -out")),
        PASSPHRASE,
        "got an EC key",
    ),
    "Ed25519": (by_openssl("genpkey -algorithm ED25519 -out {out}"), None, "got an Ed25519 key"),
    "RSA-PSS": (
        by_openssl("genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out {out}"),
        None,
        "got an RSA-PSS key, which can only sign",
    ),
    "unknown algorithm": (
        by_openssl("genpkey -algorithm DH -pkeyopt group:ffdhe2048 -out {out}"),
        None,
        "got a key of the algorithm 1.2.840.113549.1.3.1",
    ),
    "OpenSSH, EC": (lambda _, out: openssh(out, "ecdsa").read_bytes(), None, "got an EC key"),
    "OpenSSH, Ed25519": (lambda _, out: openssh(out, "ed25519").read_bytes(), None, "got an Ed25519 key"),
    "OpenSSH, encrypted Ed25519, no passphrase": (
        lambda _, out: openssh(out, "ed25519", PASSPHRASE).read_bytes(),
        None,
        "got an Ed25519 key",
    ),
    "public, ssh-rsa": (lambda key, _: program("ssh-keygen", "-y", "-f", key).encode(), None, "got a public key ("),
    "public, Ed25519": (
        lambda _, out: openssh(out, "ed25519").with_name(f"{out.name}.pub").read_bytes(),
        None,
        "got the public half of an Ed25519 key",
    ),
    "public, PEM": (by_openssl("pkey -in {key} -pubout -out {out}"), None, "got a public key in PEM"),
    "public, PKCS#1": (by_openssl("rsa -in {key} -RSAPublicKey_out -out {out}"), None, "got a public key in PEM"),
    "public, SSH2": (lambda key, _: program("ssh-keygen", "-e", "-f", key).encode(), None, "public key in SSH2 form"),
    "certificate": (lambda key, out: certificate(key, out).read_bytes(), None, "got a certificate (name"),
    "request": (by_openssl("req -new -subj /CN=x -key {key} -out {out}"), None, "got a certificate request"),
    "1024 bits": (lambda _, out: rsa(out, 1024).read_bytes(), None, "at least 2048 bits, got 1024"),
    "cut off": (lambda key, _: b"".join(lines(key)[:-4]), None, "cut off"),
    "a line lost": (lambda key, _: b"".join(lines(key)[:5] + lines(key)[6:]), None, "is damaged"),
    "OpenSSH, a line lost": (
        lambda _, out: b"".join(lines(openssh(out))[:5] + lines(out)[6:]),
        None,
        "is damaged",
    ),
    "no content": (
        lambda *_: b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        None,
        "is damaged",
    ),
    **{
        f"{name}, no passphrase": (protected_as(name), None, "is encrypted, and no passphrase was given")
        for name in LOADED
        if "," in name
    },
    **{
        f"{name}, wrong passphrase": (protected_as(name), "guess", "does not open with this passphrase")
        for name in LOADED
        if "," in name
    },
    "OpenSSH, no passphrase": (lambda _, out: openssh(out, "rsa", PASSPHRASE).read_bytes(), None, "is encrypted, and"),
    "OpenSSH, wrong passphrase": (
        lambda _, out: openssh(out, "rsa", PASSPHRASE).read_bytes(),
        "guess",
        "does not open with this passphrase",
    ),
    "OpenSSH, too many rounds": (lambda _, out: rounds_without_end(out), PASSPHRASE, "takes minutes to check"),
    "passphrase of the terminal's bad bytes": (lambda key, _: key.read_bytes(), "\udcff", "must be UTF-8 text"),
}


@pytest.mark.parametrize(("make", "passphrase", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_usable_key_is_named(
    make: Callable[[Path, Path], bytes], passphrase: str | None, said: str, made: Path, tmp_path: Path
) -> None:
    """Each wrong file or passphrase has its own sentence, on one line, that shows nothing of file or passphrase."""
    data = make(made, tmp_path / "file")
    with pytest.raises(RsaKeyError) as caught:
        PrivateKey.load(data, passphrase)
    text = str(caught.value)
    assert said in text
    assert "\n" not in text
    assert not any(line.strip().decode("latin-1") in text for line in data.splitlines() if len(line) > 20)
    assert "guess" not in text


@settings(max_examples=60, deadline=None)
@given(place=st.integers(min_value=0), bit=st.sampled_from([1, 2, 4, 32, 128]))
def test_a_damaged_key_is_refused(place: int, bit: int) -> None:
    """Whichever bit of a key's file is flipped, it is refused or is the same key still: never another one."""
    data = own().pem()
    try:
        key = PrivateKey.load(flipped(data, place % len(data), bit))
    except RsaKeyError:
        return
    assert key == own()


@given(st.binary(max_size=300), st.sampled_from(["RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY"]))
def test_any_content_of_a_pem_block_is_refused(content: bytes, label: str) -> None:
    """Whatever stands between BEGIN and END, no other error comes out."""
    data = b"-----BEGIN %b-----\n%b\n-----END %b-----\n" % (label.encode(), content, label.encode())
    with pytest.raises(RsaKeyError):
        PrivateKey.load(data, PASSPHRASE)


def test_an_empty_passphrase_protects_nothing() -> None:
    """A key is not written under a passphrase that is no passphrase."""
    with pytest.raises(RsaKeyError, match="must not be empty"):
        own().pem("")


def test_a_repr_shows_size_and_fingerprint_only() -> None:
    """No number of a key stands in a log or a traceback."""
    assert repr(own()) == f"<PrivateKey of 2048 bits, {own().fingerprint}>"
    assert repr(own().public) == f"<PublicKey of 2048 bits, {own().fingerprint}>"
    assert len({own(), PrivateKey.load(own().pem())}) == 1


def test_the_public_half_holds_no_private_number() -> None:
    """What is handed out cannot open anything."""
    assert not own().public.rsa.has_private()
    assert own().public.fingerprint == own().fingerprint


LINE_ACCEPTED: Final[dict[str, Callable[[str], str]]] = {
    "no comment": lambda line: line,
    "a comment": lambda line: f"{line} alice@home, her laptop",
    "a line end": lambda line: f"{line} alice\r\n",
    "white space around": lambda line: f"  {line}\t",
}


@pytest.mark.parametrize("written", LINE_ACCEPTED.values(), ids=LINE_ACCEPTED)
def test_a_public_line_is_read(written: Callable[[str], str]) -> None:
    """An ssh-rsa line loads with or without comment and line end."""
    assert PublicKey.load(written(own().public.line())) == own().public


LINE_REFUSED: Final[dict[str, tuple[Callable[[str], str], str]]] = {
    "nothing": (lambda _: "", "got nothing"),
    "another kind": (lambda _: "ssh-ed25519 AAAA", "got the public half of an Ed25519 key"),
    "a private key": (lambda _: own().pem().decode(), "got a private key"),
    "PEM": (lambda _: "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", "got a public key in PEM"),
    "options before it": (lambda line: f"no-pty {line}", "got something else"),
    "lone surrogate": (lambda _: "\udcff", "got something else"),
    "two lines": (lambda line: f"{line}\n{line}", "got several"),
    "broken over two lines": (lambda line: f"{line[:60]}\n{line[60:]}", "got several"),
    "no Base64": (lambda _: "ssh-rsa", "is damaged"),
    "not Base64": (lambda line: line[:40] + "*" + line[41:], "is damaged"),
    "cut off": (lambda line: line[:100], "is damaged"),
    "another kind within": (lambda _: "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAAA", "is damaged"),
    "a string too many": (lambda line: line + "AAAAAA==", "is damaged"),
    "an even modulus": (lambda line: line[:-1] + "A", "is damaged"),
}


@pytest.mark.parametrize(("written", "said"), LINE_REFUSED.values(), ids=LINE_REFUSED)
def test_what_is_no_public_line_is_named(written: Callable[[str], str], said: str) -> None:
    """Each wrong line has its own sentence, on one line."""
    with pytest.raises(RsaKeyError) as caught:
        PublicKey.load(written(own().public.line()))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_short_public_key_is_refused(tmp_path: Path) -> None:
    """A public key under 2048 bits is no better than such a private one."""
    line = program("ssh-keygen", "-y", "-f", rsa(tmp_path / "key", 1024))
    with pytest.raises(RsaKeyError, match="at least 2048 bits, got 1024"):
        PublicKey.load(line)


def test_a_comment_stays_on_its_line() -> None:
    """A comment cannot add a line to a file of keys."""
    with pytest.raises(RsaKeyError, match="one line of printable text"):
        own().public.line("alice\nssh-rsa AAAA mallory")


def test_ssh_keygen_agrees_on_the_fingerprint(tmp_path: Path) -> None:
    """A fingerprint is that of `ssh-keygen -l`."""
    (tmp_path / "key.pub").write_text(own().public.line("alice") + "\n")
    shown = subprocess.run(["ssh-keygen", "-l", "-f", tmp_path / "key.pub"], capture_output=True, text=True, check=True)
    assert shown.stdout == f"2048 {own().public.fingerprint} alice (RSA)\n"
