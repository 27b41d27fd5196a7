"""`signer-proxy keys` makes keys that stay private, and shows of them what ssh-keygen shows."""

import os
import stat
from pathlib import Path
from typing import Final

import pytest

from signer_proxy.crypto.rsa_key import PrivateKey, PublicKey
from tests.cli.command import failed, keyring_with, run, typed
from tests.key_making import PASSPHRASE, certificate, openssh, openssl, program, rsa


def secret_file(directory: Path, mode: int = 0o600) -> Path:
    """Write the passphrase to a file, as an editor does; return its path."""
    path = directory / "passphrase"
    path.write_text(PASSPHRASE + "\n")
    path.chmod(mode)
    return path


def test_new_makes_a_private_file_and_prints_the_public_line(tmp_path: Path) -> None:
    """Without options: 2048 bits, PKCS#8, mode 0600 under any umask; stdout has the line and nothing else."""
    before = os.umask(0o277)
    try:
        done = run("keys", "new", "key.pem", cwd=tmp_path)
    finally:
        os.umask(before)
    path = tmp_path / "key.pem"
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().startswith("-----BEGIN PRIVATE KEY-----\n")
    assert done.stdout.decode() == program("ssh-keygen", "-y", "-f", path)
    assert PrivateKey.load(path.read_bytes()).bits == 2048
    assert "PRIVATE" not in done.stderr.decode()
    program("openssl", "pkey", "-in", path, "-check", "-noout")


def test_new_makes_the_size_that_is_asked_for(tmp_path: Path) -> None:
    """`--bits` takes the three sizes and no others."""
    assert run("keys", "new", "--bits", "3072", "key.pem", cwd=tmp_path).returncode == 0
    assert PrivateKey.load((tmp_path / "key.pem").read_bytes()).bits == 3072
    done = run("keys", "new", "--bits", "1024", "small.pem", cwd=tmp_path)
    assert done.returncode == 2
    assert b"2048" in done.stderr
    assert not (tmp_path / "small.pem").exists()


WAYS: Final = {
    "env": ("--passphrase-env", "SECRET"),
    "file": ("--passphrase-file", "passphrase"),
    "keyring": ("--passphrase-keyring", "signer/proxy/alice"),
    "command": ("--passphrase-command", "sed -n '1 p' passphrase"),
}


@pytest.mark.parametrize("option", WAYS.values(), ids=WAYS)
def test_a_passphrase_protects_the_key(option: tuple[str, str], tmp_path: Path) -> None:
    """From each place that a config may name, it encrypts a new key and opens it again, and OpenSSL agrees."""
    secret_file(tmp_path)
    environ = {"SECRET": PASSPHRASE, **keyring_with(tmp_path, "signer/proxy", "alice", PASSPHRASE)}
    made = run("keys", "new", *option, "key.pem", cwd=tmp_path, environ=environ)
    shown = run("keys", "public", *option, "key.pem", cwd=tmp_path, environ=environ)
    assert (made.returncode, shown.returncode) == (0, 0), (made.stderr, shown.stderr)
    assert made.stdout == shown.stdout
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in (tmp_path / "key.pem").read_bytes()
    program("openssl", "pkey", "-in", tmp_path / "key.pem", "-passin", "env:PASSPHRASE", "-check", "-noout")
    assert "is encrypted, and no passphrase was given" in failed(run("keys", "public", "key.pem", cwd=tmp_path))


def test_a_passphrase_is_asked_for_on_the_terminal(tmp_path: Path) -> None:
    """A new key's passphrase is typed twice and never shown; two that differ are asked for again."""
    code, shown = typed(
        "keys", "new", "--passphrase", "key.pem", cwd=tmp_path, answers=[PASSPHRASE, "typo", PASSPHRASE, PASSPHRASE]
    )
    assert code == 0, shown
    assert PASSPHRASE not in shown
    key = PrivateKey.load((tmp_path / "key.pem").read_bytes(), PASSPHRASE)
    assert key.public.line() in shown
    code, shown = typed("keys", "show", "--passphrase", "key.pem", cwd=tmp_path, answers=[PASSPHRASE])
    assert code == 0, shown
    assert f"2048 {key.fingerprint} no comment (RSA)" in shown


def test_without_a_terminal_nothing_is_asked(tmp_path: Path) -> None:
    """A script that says `--passphrase` gets an answer at once, and its stdin is not taken for a passphrase."""
    done = run("keys", "new", "--passphrase", "key.pem", cwd=tmp_path, stdin=b"from-stdin\n" * 2)
    assert "no terminal to ask on (use --passphrase-env or --passphrase-file)" in failed(done)
    assert not (tmp_path / "key.pem").exists()


def test_a_passphrase_has_no_option_of_its_own(tmp_path: Path) -> None:
    """What stands in argv, everybody on the machine can read: `--passphrase` takes no value."""
    done = run("keys", "new", "--passphrase=hush", "key.pem", cwd=tmp_path)
    assert done.returncode == 2
    assert not (tmp_path / "key.pem").exists()


@pytest.mark.parametrize("kind", ["file", "link", "dangling link", "directory"])
def test_nothing_is_ever_overwritten(kind: str, tmp_path: Path) -> None:
    """Where something is already, it stays: also a link, which would lead the key to another place."""
    path, target = tmp_path / "key.pem", tmp_path / "target"
    match kind:
        case "file":
            path.write_text("precious")
        case "directory":
            path.mkdir()
        case _:
            path.symlink_to(target)
            if kind == "link":
                target.write_text("precious")
    assert "key.pem exists, and a key is never overwritten" in failed(run("keys", "new", "key.pem", cwd=tmp_path))
    assert path.is_dir() or not path.exists() or path.read_text() == "precious"
    assert target.exists() == (kind == "link")


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The one line says which file cannot be made, before a key is."""
    for options in ((), ("--jwk", "ed25519")):
        line = failed(run("keys", "new", *options, "keys/key.pem", cwd=tmp_path))
        assert line.startswith("signer-proxy: keys/key.pem cannot be made: No such file")
    (tmp_path / "file").touch()
    line = failed(run("keys", "new", "file/key.pem", cwd=tmp_path))
    assert line.startswith("signer-proxy: file/key.pem cannot be made: Not a directory")


@pytest.mark.parametrize("name", ["there.pem", "gone/key.pem"])
def test_place_is_checked_before_a_passphrase_is_asked_for(name: str, tmp_path: Path) -> None:
    """Nobody types a passphrase for a key that cannot be written."""
    (tmp_path / "there.pem").touch()
    code, shown = typed("keys", "new", "--passphrase", name, cwd=tmp_path, answers=[])
    assert (code, len(shown.splitlines())) == (1, 1), shown
    assert shown.startswith(f"signer-proxy: {name} ")


MADE: Final = {
    "ssh-rsa line": ((), "key.pub", "a public key in OpenSSH's form"),
    "JWK": (("--jwk", "ed25519"), "key.public.jwk", "a public JWK, without `d`"),
}


@pytest.mark.parametrize(("options", "name", "what"), MADE.values(), ids=MADE)
def test_public_half_of_a_new_key_is_no_private_key(
    options: tuple[str, ...], name: str, what: str, tmp_path: Path
) -> None:
    """The public half as it was made, open to all, is told as what it is wherever a private key belongs."""
    done = run("keys", "new", *options, "key.pem", cwd=tmp_path)
    if not options:
        (tmp_path / name).write_bytes(done.stdout)
        (tmp_path / name).chmod(0o644)
    said = f"signer-proxy: file {name} must hold a private key, got {what} (name the private key's file)"
    for command in (
        ("keys", "public", name),
        ("decrypt", "--key", name, "-"),
        ("verify", "pti", "--key", name, "--public-key", name, "-"),
    ):
        assert failed(run(*command, cwd=tmp_path)) == said


def test_show_says_what_ssh_keygen_says(tmp_path: Path) -> None:
    """Size, fingerprint, comment and kind, in the words of `ssh-keygen -l`, for private keys and public lines."""
    pkcs8, own = rsa(tmp_path / "pkcs8", 3072), openssh(tmp_path / "id", comment="alice @ home").with_suffix(".pub")
    own.chmod(0o644)
    for path in (pkcs8, own):
        done = run("keys", "show", path, cwd=tmp_path)
        assert (done.returncode, done.stdout.decode()) == (0, program("ssh-keygen", "-l", "-f", path)), done.stderr


def test_a_comment_cannot_steer_the_terminal(tmp_path: Path) -> None:
    """What somebody wrote behind a public key is shown as text."""
    (tmp_path / "key.pub").write_text(PrivateKey.new().public.line() + " \x1b[2Jalice")
    done = run("keys", "show", "key.pub", cwd=tmp_path)
    assert done.stdout.endswith(b" ?[2Jalice (RSA)\n")


def test_public_prints_the_line_of_any_format(tmp_path: Path) -> None:
    """The line that registerUser wants comes from OpenSSH's format as well as from PEM."""
    path = openssh(tmp_path / "id")
    openssl("rsa -traditional -in {key} -out {out}", key=rsa(tmp_path / "pkcs8"), out=tmp_path / "pkcs1")
    (tmp_path / "pkcs1").chmod(0o600)
    for file in (path, tmp_path / "pkcs1"):
        done = run("keys", "public", file, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        words = program("ssh-keygen", "-y", "-f", file).split()
        assert done.stdout.decode().split() == words[:2]
        assert PublicKey.load(done.stdout.decode())


REFUSED: Final = {
    "not there": ("gone", (), "file gone does not exist"),
    "open to others": ("open", (), "must be closed to other users, got mode 0644 (chmod 600 open)"),
    "a directory": (".", (), "cannot be read"),
    "certificate": ("certificate", (), "certificate: a private RSA key in PEM is needed, got a certificate"),
    "wrong passphrase": ("encrypted", ("--passphrase-env", "WRONG"), "does not open with this passphrase"),
    "variable not set": (
        "encrypted",
        ("--passphrase-env", "UNSET"),
        "passphrase: environment variable UNSET is not set (export it, or use --passphrase-file)",
    ),
    "variable empty": ("encrypted", ("--passphrase-env", "EMPTY"), "environment variable EMPTY must not be empty"),
    "passphrase open to others": ("encrypted", ("--passphrase-file", "passphrase"), "passphrase must be closed to"),
    "passphrase not there": ("encrypted", ("--passphrase-file", "gone"), "gone does not exist"),
    "no keyring": (
        "encrypted",
        ("--passphrase-keyring", "service/name"),
        "passphrase: no keyring was found on this machine (use --passphrase-file or --passphrase-env)",
    ),
    "program not there": ("encrypted", ("--passphrase-command", "./gone -x"), "program ./gone cannot be started"),
    "no passphrase": (
        "encrypted",
        (),
        "encrypted: the private key is encrypted, and no passphrase was given "
        "(give its passphrase with --passphrase, or --passphrase-env, -file, -keyring or -command)",
    ),
    "public line": ("id.pub", (), "file id.pub must hold a private key, got a public key in OpenSSH's form"),
    "public PEM": ("public.pem", (), "file public.pem must hold a private key, got a public key in PEM"),
    "public PKCS#1": ("pkcs1.pem", (), "file pkcs1.pem must hold a private key, got a public key in PEM"),
    "public line before a private key": ("both", (), "must be closed to other users, got mode 0644"),
}


@pytest.fixture(name="directory", scope="module")
def directory_with_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with usable and unusable keys."""
    directory = tmp_path_factory.mktemp("keys")
    rsa(directory / "open").chmod(0o644)
    certificate(directory / "open", directory / "certificate").chmod(0o600)
    openssh(directory / "encrypted", passphrase=PASSPHRASE)
    # An Ed25519 line, since `keys show` shows an ssh-rsa one.
    openssh(directory / "id", kind="ed25519").with_suffix(".pub").chmod(0o644)
    openssl("pkey -in {key} -pubout -out {out}", key=directory / "open", out=directory / "public.pem")
    openssl("rsa -in {key} -RSAPublicKey_out -out {out}", key=directory / "open", out=directory / "pkcs1.pem")
    for name in ("public.pem", "pkcs1.pem"):
        (directory / name).chmod(0o644)
    (directory / "both").write_bytes((directory / "id.pub").read_bytes() + (directory / "open").read_bytes())
    (directory / "both").chmod(0o644)
    secret_file(directory, 0o640)
    return directory


@pytest.mark.parametrize("verb", ["public", "show"])
@pytest.mark.parametrize(("file", "options", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_said_in_a_line(
    verb: str, file: str, options: tuple[str, ...], said: str, directory: Path
) -> None:
    """Exit code 1, one line with the file and the way out, and no secret in it."""
    environ = {"WRONG": "my-guess", "EMPTY": "", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    line = failed(run("keys", verb, *options, file, cwd=directory, environ=environ))
    assert said in line
    assert "my-guess" not in line


MISUSED: Final = {
    "two passphrases": ("public", "--passphrase-env", "A", "--passphrase-file", "b", "encrypted"),
    "asked for and given": ("new", "--passphrase", "--passphrase-env", "A", "new.pem"),
    "no variable's name": ("public", "--passphrase-env", "my secret!", "encrypted"),
    "empty path of a passphrase": ("public", "--passphrase-file", "", "encrypted"),
    "keyring and program": ("public", "--passphrase-keyring", "a/b", "--passphrase-command", "c", "encrypted"),
    "no entry's name": ("public", "--passphrase-keyring", "my secret!", "encrypted"),
    "no program": ("public", "--passphrase-command", "", "encrypted"),
    "a quote that does not end": ("public", "--passphrase-command", "'my secret!", "encrypted"),
    "no path": ("new",),
    "no verb": ("frobnicate",),
}


@pytest.mark.parametrize("arguments", MISUSED.values(), ids=MISUSED)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...], directory: Path) -> None:
    """Wrong usage ends with 2 and never repeats what may have been a passphrase."""
    done = run("keys", *arguments, cwd=directory)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"my secret!" not in done.stderr
    assert b"Traceback" not in done.stderr
