"""Private keys are loaded with the config, once for each content; what comes and goes while we run is not."""

from pathlib import Path
from typing import Final

import pytest

from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.errors import ConfigError
from signer_proxy.settings.configuration import Configuration, load, watched
from tests.cli.command import run
from tests.settings.writing import ENVIRON, config, jwt, minimal, pti, rsa_key, write

PASSPHRASE: Final = "hush-hüsh"
LOCKED: Final = f'private_key = {{ file = "pem", passphrase = "{PASSPHRASE}" }}'
SIGNED: Final = 'consumer_key = { env = "KEY" }\nrsa_public_key = { file = "pub" }\nusers = { file = "~/users.json" }'


def loaded(directory: Path, text: str, previous: Configuration | None = None) -> Configuration:
    """Load a config."""
    return load(config(directory, text), {**ENVIRON, "HOME": str(directory / "home")}, previous)


def problems(directory: Path, text: str) -> list[str]:
    """Return what is wrong with a config, less its file."""
    with pytest.raises(ConfigError) as caught:
        loaded(directory, text)
    return [line.removeprefix(f"{directory / 'c.toml'}: ") for line in caught.value.problems]


def test_keys_are_loaded_by_profile(tmp_path: Path) -> None:
    """The private and the public key are at hand by the profile's name, and no repr shows a key or a passphrase."""
    write(tmp_path / "pem", rsa_key().pem(PASSPHRASE))
    write(tmp_path / "pub", rsa_key().public.line("alice") + "\n", 0o644)
    configuration = loaded(tmp_path, minimal(SIGNED) + jwt(key=LOCKED))
    assert {name: key.fingerprint for name, key in configuration.keys.items()} == {"me": rsa_key().fingerprint}
    assert {name: key.line() for name, key in configuration.public_keys.items()} == {"p": rsa_key().public.line()}
    assert configuration.secrets["me", "private_key.passphrase"].get_secret_value() == PASSPHRASE
    shown = repr(configuration)
    assert PASSPHRASE not in shown
    assert str(rsa_key().rsa.d) not in shown


def test_files_that_are_watched(tmp_path: Path) -> None:
    """Key and passphrase files are watched; files of tokens and users are not, and are known by where they stand."""
    write(tmp_path / "pem", rsa_key().pem(PASSPHRASE))
    write(tmp_path / "passphrase", PASSPHRASE)
    write(tmp_path / "pub", rsa_key().public.line())
    text = minimal(SIGNED) + jwt(key=LOCKED.replace(f'"{PASSPHRASE}"', '{ file = "passphrase" }'))
    configuration = loaded(tmp_path, text)
    assert configuration.files == {tmp_path / name for name in ("c.toml", "pem", "passphrase", "pub")}
    assert watched(tmp_path / "c.toml", ENVIRON) == configuration.files
    assert configuration.paths == {
        ("me", "token"): tmp_path / "token",
        ("p", "users"): tmp_path / "home" / "users.json",
    }


def test_headers_of_a_token_source_are_secrets(tmp_path: Path) -> None:
    """Each header's value is resolved, and a plain one is warned of where it may be a secret."""
    write(tmp_path / "pem", rsa_key().pem())
    headers = '{ Authorization = { env = "KEY" }, X-Key = "hush", Content-Type = "application/json" }'
    source = f'token = {{ url = "https://app.example/token", headers = {headers} }}'
    configuration = loaded(tmp_path, minimal() + jwt(source))
    assert {key: value.get_secret_value() for (name, key), value in configuration.secrets.items() if name == "me"} == {
        "token.headers.Authorization": ENVIRON["KEY"],
        "token.headers.X-Key": "hush",
        "token.headers.Content-Type": "application/json",
    }
    [warning] = configuration.warnings
    assert warning.startswith(f"{tmp_path / 'c.toml'}: profiles.me.token.headers.X-Key: stands in the config as plain")


def test_key_is_loaded_again_only_where_it_differs(tmp_path: Path) -> None:
    """A reload takes the key over, under another profile's name too, until the file or the passphrase is another."""
    write(tmp_path / "pem", rsa_key().pem())
    text = minimal() + jwt()
    first = loaded(tmp_path, text)
    write(tmp_path / "pem", rsa_key().pem())
    assert loaded(tmp_path, text, first).keys["me"] is first.keys["me"]
    assert loaded(tmp_path, text.replace("profiles.me]", "profiles.you]"), first).keys["you"] is first.keys["me"]
    assert loaded(tmp_path, text).keys["me"] is not first.keys["me"]
    write(tmp_path / "pem", rsa_key(1).pem())
    assert loaded(tmp_path, text, first).keys["me"].fingerprint == rsa_key(1).fingerprint


def test_right_passphrase_does_not_make_a_wrong_one_right(tmp_path: Path) -> None:
    """A key that is known is not had with another passphrase."""
    write(tmp_path / "pem", rsa_key().pem(PASSPHRASE))
    text = minimal() + jwt(key=LOCKED)
    first = loaded(tmp_path, text)
    assert loaded(tmp_path, text, first).keys["me"] is first.keys["me"]
    with pytest.raises(ConfigError, match=r"profiles\.me\.private_key: file .*/pem: "):
        loaded(tmp_path, text.replace(PASSPHRASE, "another"), first)


def test_one_file_of_two_profiles_is_loaded_once(tmp_path: Path) -> None:
    """Profiles that share a key share what was loaded."""
    write(tmp_path / "pem", rsa_key().pem())
    keys = loaded(tmp_path, minimal() + jwt() + jwt().replace("profiles.me]", "profiles.you]")).keys
    assert keys["me"] is keys["you"]


BROKEN: Final = {
    "missing": (None, 0o600, "does not exist"),
    "open": (b"", 0o644, "must be closed to other users, got mode 0644 (chmod 600 "),
    "empty": (b"", 0o600, ""),
    "no-key": (b"hush-hush", 0o600, ""),
    "public": (b"public", 0o600, "must hold a private key, got a public key in OpenSSH's form (name the private"),
    "public-open": (b"public", 0o644, "must hold a private key, got a public key in OpenSSH's form (name the private"),
    "no-utf-8": (b"\xff\xfe", 0o600, ""),
}


@pytest.mark.parametrize(("content", "mode", "told"), [pytest.param(*case, id=name) for name, case in BROKEN.items()])
def test_broken_private_key_is_a_problem_that_says_which(
    content: bytes | None, mode: int, told: str, tmp_path: Path
) -> None:
    """A private key that cannot be had is told with its profile and its file, and without its content."""
    if content is not None:
        write(tmp_path / "pem", rsa_key().public.line() if content == b"public" else content, mode)
    [problem] = problems(tmp_path, minimal() + jwt())
    assert problem.startswith(f"profiles.me.private_key: file {tmp_path / 'pem'}")
    assert told in problem
    assert "hush" not in problem


def test_public_key_that_is_none(tmp_path: Path) -> None:
    """A public key that is missing, or a private one in its place, is told with its profile and its file."""
    beginning = f"profiles.p.rsa_public_key: file {tmp_path / 'pub'}"
    text = minimal(SIGNED)
    assert [problem.startswith(f"{beginning} does not exist") for problem in problems(tmp_path, text)] == [True]
    pem = rsa_key().pem().decode()
    write(tmp_path / "pub", pem)
    [problem] = problems(tmp_path, text)
    assert problem.startswith(f"{beginning}: ")
    assert not any(line in problem for line in pem.splitlines() if line and not line.startswith("-"))


def test_key_whose_passphrase_is_missing_is_told_once(tmp_path: Path) -> None:
    """A passphrase that cannot be had is the one problem; that the key cannot be opened without it goes unsaid."""
    write(tmp_path / "pem", rsa_key().pem(PASSPHRASE))
    text = minimal() + jwt(key='private_key = { file = "pem", passphrase = { file = "passphrase" } }')
    [problem] = problems(tmp_path, text)
    assert problem.startswith("profiles.me.private_key.passphrase: file ")


def test_key_beside_other_mistakes_is_told_too(tmp_path: Path) -> None:
    """A broken key file is told together with what is wrong elsewhere."""
    write(tmp_path / "pem", "no key")
    assert [problem.split(": ")[0] for problem in problems(tmp_path, minimal("acces = 1") + jwt())] == [
        "profiles.p.consumer_key",
        "profiles.p.acces",
        "profiles.me.private_key",
    ]


PUBLIC: Final = {
    "ssh-rsa line": ((), "pem.pub", "a public key in OpenSSH's form"),
    "JWK": (("--jwk", "ed25519"), "pem.public.jwk", "a public JWK, without `d`"),
}


@pytest.mark.parametrize(("options", "name", "what"), PUBLIC.values(), ids=PUBLIC)
def test_public_half_in_the_place_of_the_private_one(
    options: tuple[str, ...], name: str, what: str, tmp_path: Path
) -> None:
    """The public half that `keys new` made, open to all, is told as what it is in both kinds of profile."""
    done = run("keys", "new", *options, "pem", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    if not options:
        write(tmp_path / name, done.stdout, 0o644)
    key = f'private_key = {{ file = "{name}" }}'
    said = f"file {tmp_path / name} must hold a private key, got {what} (name the private key's file)"
    text = minimal() + jwt(key=key) + pti(key=key).replace("version = 1\n", "")
    assert problems(tmp_path, text) == [f"profiles.{profile}.private_key: {said}" for profile in ("me", "s")]


@pytest.mark.parametrize("name", ["token", "users.json"])
def test_files_that_come_later_need_not_be_there(name: str, tmp_path: Path) -> None:
    """A file of tokens or users that is missing, or broken, is no problem of the config."""
    write(tmp_path / "pem", rsa_key().pem())
    text = minimal('consumer_key = { env = "KEY" }\nusers = { file = "users.json" }') + jwt()
    assert set(loaded(tmp_path, text).keys) == {"me"}
    write(tmp_path / name, "broken", 0o644)
    assert isinstance(loaded(tmp_path, text).keys["me"], PrivateKey)


def test_lock_of_users_in_the_keyring_is_one_for_each_entry(tmp_path: Path) -> None:
    """Two configs that name one keyring entry find the same lock, below the state directory; another has another."""
    locks = []
    for name, entry in (("one", "a/b"), ("two", "a/b"), ("three", "a/c")):
        (tmp_path / name).mkdir()
        text = minimal(f'consumer_key = {{ env = "KEY" }}\nusers = {{ keyring = "{entry}" }}')
        environ = {**ENVIRON, "XDG_STATE_HOME": str(tmp_path / "state")}
        locks.append(load(config(tmp_path / name, text), environ).lock_file("p"))
    assert locks[0] == locks[1] != locks[2]
    assert {lock.parent for lock in locks} == {tmp_path / "state" / "signer-proxy"}


@pytest.mark.parametrize("state", [{}, {"XDG_STATE_HOME": "relative"}], ids=["unset", "relative"])
def test_state_directory_without_a_usable_variable(state: dict[str, str], tmp_path: Path) -> None:
    """Without XDG_STATE_HOME, or with a relative one, the state is below the home."""
    path = config(tmp_path, minimal())
    assert load(path, {**ENVIRON, "HOME": "/home/me", **state}).state == Path("/home/me/.local/state/signer-proxy")
