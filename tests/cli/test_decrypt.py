"""`signer-proxy decrypt` prints what is in an envelope, or one line that says why it cannot."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from signer_proxy.crypto.envelope import seal
from signer_proxy.crypto.rsa_key import PrivateKey
from tests.cli.command import failed, keyring_with, run
from tests.key_making import PASSPHRASE, openssh

TEXT: Final = "https://app.example/connect?token=grüße-🔑"
TOKEN: Final = "token.json"


@pytest.fixture(name="directory", scope="module")
def directory_with_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with an envelope, its key in three forms and two other keys."""
    directory = tmp_path_factory.mktemp("decrypt")
    key = PrivateKey.load(openssh(directory / "id").read_bytes())
    for name, content in {
        "key.pem": key.pem(),
        "encrypted.pem": key.pem(PASSPHRASE),
        "another.pem": PrivateKey.new().pem(),
        "third.pem": PrivateKey.new().pem(),
        "passphrase": PASSPHRASE.encode() + b"\n",
        TOKEN: json.dumps(seal(TEXT, key.public), indent=2).encode() + b"\n",
    }.items():
        (directory / name).touch(mode=0o600)
        (directory / name).write_bytes(content)
    return directory


@pytest.fixture(name="keyring", scope="module")
def keyring_of_a_file(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the variables with which a process finds a keyring that holds the passphrase."""
    return keyring_with(tmp_path_factory.mktemp("keyring"), "signer/proxy", "alice", PASSPHRASE)


OPTIONS: Final = {
    "PEM": ("--key", "key.pem"),
    "OpenSSH": ("--key", "id"),
    "passphrase of a variable": ("--key", "encrypted.pem", "--passphrase-env", "SECRET"),
    "passphrase of a file": ("--key", "encrypted.pem", "--passphrase-file", "passphrase"),
    "passphrase of a program": ("--key", "encrypted.pem", "--passphrase-command", "cat passphrase"),
    "passphrase of the keyring": ("--key", "encrypted.pem", "--passphrase-keyring", "signer/proxy/alice"),
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_the_text_is_printed(options: tuple[str, ...], directory: Path, keyring: dict[str, str]) -> None:
    """The plaintext and a line end, in UTF-8 in every locale, and nothing on stderr."""
    done = run("decrypt", TOKEN, *options, cwd=directory, environ={**keyring, "SECRET": PASSPHRASE, "LC_ALL": "POSIX"})
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{TEXT}\n".encode(), b"")


def test_stdin_is_read(directory: Path) -> None:
    """With - the envelope comes from a pipe, as from curl."""
    done = run("decrypt", "-", "--key", "key.pem", cwd=directory, stdin=(directory / TOKEN).read_bytes())
    assert (done.returncode, done.stdout) == (0, f"{TEXT}\n".encode())


def test_json_says_which_key_opened_it(directory: Path) -> None:
    """A program reads the plaintext and the key's fingerprint and size."""
    done = run("decrypt", TOKEN, "--key", "key.pem", "--json", cwd=directory)
    key = PrivateKey.load((directory / "key.pem").read_bytes())
    assert json.loads(done.stdout) == {"plaintext": TEXT, "key": key.fingerprint, "bits": 2048}


def broken(directory: Path) -> bytes:
    """Return the envelope without its nonce."""
    envelope = json.loads((directory / TOKEN).read_bytes())
    del envelope["encryptedMessageData"]["nonce"]
    return json.dumps(envelope).encode()


INPUTS: Final[dict[str, tuple[Callable[[Path], bytes], str]]] = {
    "nothing": (lambda _: b"", "stdin must hold an envelope in JSON, got something else"),
    "no JSON": (lambda _: b"<html>502 Bad Gateway</html>", "stdin must hold an envelope in JSON"),
    "no UTF-8": (lambda _: b'{"a": "\xff"}', "stdin must hold an envelope in JSON"),
    "JSON beyond all depth": (lambda _: b"[" * 200_000, "stdin must hold an envelope in JSON"),
    "no object": (lambda _: b"[]", "stdin: envelope must be a JSON object, got an array"),
    "another answer": (lambda _: b'{"detail": "no"}', "stdin: encryptedMessageData is missing"),
    "a broken part": (broken, "stdin: encryptedMessageData.nonce is missing"),
    "too much": (lambda _: b" " * (16 << 20) + b"[]", "at most 16 MiB, got more"),
}


@pytest.mark.parametrize(("content", "said"), INPUTS.values(), ids=INPUTS)
def test_what_is_no_envelope_is_said_in_a_line(content: Callable[[Path], bytes], said: str, directory: Path) -> None:
    """Exit code 1 and one line that names the part."""
    assert said in failed(run("decrypt", "-", "--key", "key.pem", cwd=directory, stdin=content(directory)))


GIVEN: Final = (
    "and no passphrase was given "
    "(give its passphrase with --passphrase, or --passphrase-env, -file, -keyring or -command)"
)
REFUSED: Final = {
    "another key": ((TOKEN, "--key", "another.pem"), "token.json: encryptedSharedKey does not open"),
    "no key file": ((TOKEN, "--key", "gone.pem"), "file gone.pem does not exist"),
    "the public key": (
        (TOKEN, "--key", "id.pub"),
        "file id.pub must hold a private key, got a public key in OpenSSH's form",
    ),
    "no key at all": ((TOKEN, "--key", TOKEN), "a private RSA key in PEM is needed, got JSON"),
    "no passphrase": ((TOKEN, "--key", "encrypted.pem"), f"encrypted.pem: the private key is encrypted, {GIVEN}"),
    "no envelope file": (("gone.json", "--key", "key.pem"), "gone.json cannot be read: No such file"),
    "a directory": ((".", "--key", "key.pem"), ". cannot be read: Is a directory"),
}


@pytest.mark.parametrize(("arguments", "said"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_open_is_said_in_a_line(arguments: tuple[str, ...], said: str, directory: Path) -> None:
    """Exit code 1 and one line that names the file and the way out."""
    assert said in failed(run("decrypt", *arguments, cwd=directory))


MISUSED: Final = {
    "nothing": (),
    "no file": ("--key", "key.pem"),
    "a key and a profile": (TOKEN, "--key", "key.pem", "--profile", "fits"),
    "a key and a config": (TOKEN, "--key", "key.pem", "--config", "config.toml"),
    "a passphrase without a key": (TOKEN, "--profile", "fits", "--passphrase-env", "SECRET"),
    "a program's passphrase without a key": (TOKEN, "--passphrase-command", "cat passphrase"),
}


@pytest.mark.parametrize("arguments", MISUSED.values(), ids=MISUSED)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...], directory: Path) -> None:
    """Without a file, or with options that do not go together, the usage is shown."""
    done = run("decrypt", *arguments, cwd=directory)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Usage: signer-proxy decrypt" in done.stderr


CONFIG: Final = """
version = 1
[upstreams.api]
url = "https://api.example.com"
port = 8080
[profiles.signed]
upstream = "api"
scheme = "snaptrade-signature"
client_id = "CLIENT"
consumer_key = "made-up"
"""
PROFILE: Final = """
[profiles.{name}]
upstream = "api"
scheme = "snaptrade-jwt"
private_key = {{ file = "{file}"{passphrase} }}
token = {{ file = "token.json" }}
"""
PROTECTED: Final = ', passphrase = { env = "SECRET" }'


def configured(directory: Path, folder: Path, **files: str) -> Path:
    """Write a config with a profile that has no key, and one for each key file, by the profile's name."""
    profiles = [
        PROFILE.format(name=name, file=directory / file, passphrase=PROTECTED * (file == "encrypted.pem"))
        for name, file in files.items()
    ]
    path = folder / "config.toml"
    path.write_text("".join([CONFIG, *profiles]), "utf-8")
    path.chmod(0o600)
    return path


def test_every_key_of_the_config_is_tried(directory: Path, tmp_path: Path) -> None:
    """Without a key or a profile, whichever key of the config fits opens the envelope, its passphrase included."""
    config = configured(directory, tmp_path, other="another.pem", fits="encrypted.pem")
    done = run("decrypt", TOKEN, "--config", config, cwd=directory, environ={"SECRET": PASSPHRASE})
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{TEXT}\n".encode(), b"")


def test_the_config_is_found_as_the_daemon_finds_it(directory: Path, tmp_path: Path) -> None:
    """Its variable names the config."""
    environ = {"SIGNER_PROXY_CONFIG": str(configured(directory, tmp_path, fits="key.pem"))}
    assert run("decrypt", TOKEN, cwd=directory, environ=environ).stdout == f"{TEXT}\n".encode()


PROFILES: Final = {
    "one that fits": ("fits", None),
    "one with another key": ("other", "token.json: encryptedSharedKey does not open with the private key SHA256:"),
    "an unknown one": ("nobody", "profile 'nobody' must have a private RSA key in "),
}


@pytest.mark.parametrize(("profile", "said"), PROFILES.values(), ids=PROFILES)
def test_a_profile_names_its_key(profile: str, said: str | None, directory: Path, tmp_path: Path) -> None:
    """The key of the profile is tried and no other."""
    config = configured(directory, tmp_path, other="another.pem", fits="key.pem")
    done = run("decrypt", TOKEN, "--config", config, "--profile", profile, cwd=directory)
    if said is None:
        assert done.stdout == f"{TEXT}\n".encode()
    else:
        assert said in failed(done)


def test_no_key_of_the_config_fits(directory: Path, tmp_path: Path) -> None:
    """Where none of several opens the envelope, that is said once; where a part is broken, the part is named."""
    config = configured(directory, tmp_path, one="another.pem", two="third.pem")
    said = failed(run("decrypt", TOKEN, "--config", config, cwd=directory))
    assert "encryptedSharedKey does not open with any of the config's 2 private keys" in said
    done = run("decrypt", "-", "--config", config, cwd=directory, stdin=broken(directory))
    assert "stdin: encryptedMessageData.nonce is missing" in failed(done)


def test_no_config_is_found(directory: Path, tmp_path: Path) -> None:
    """Without a key and without a config, the line says how to name either."""
    said = failed(run("decrypt", TOKEN, cwd=directory, environ={"HOME": str(tmp_path)}))
    assert "no config was found (name a key with --key, or a config with --config)" in said


def test_a_config_without_private_keys(directory: Path, tmp_path: Path) -> None:
    """A config that has none is said to have none."""
    said = failed(run("decrypt", TOKEN, "--config", configured(directory, tmp_path), cwd=directory))
    assert "must have a profile with a private RSA key, got none" in said


@pytest.mark.parametrize("name", ["keys", "decrypt", "verify"])
def test_commands_without_a_proxy_do_not_load_one(name: str) -> None:
    """They start without the time that mitmproxy and the HTTP libraries take."""
    code = (
        f"import sys, signer_proxy.cli.{name}\n"
        "print(*{m.partition('.')[0] for m in sys.modules} & {'mitmproxy', 'aiohttp', 'starlette', 'uvicorn'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "\n", "")
