"""PTI's two kinds of profiles: what they hold, and each mistake in them in one line."""

from pathlib import Path
from typing import Final

import pytest

from signer_proxy.errors import ConfigError
from signer_proxy.settings.configuration import Configuration, load, watched
from signer_proxy.settings.schema import PtiSignatureProfile, PtiTokenProfile
from tests import jose_peer
from tests.settings.writing import ENVIRON, UPSTREAM, config, jwk, jwt, minimal, pti, pti_token, rsa_key, write

PASSPHRASE: Final = "hush-hüsh"
LOCKED: Final = f'private_key = {{ file = "jwk", passphrase = "{PASSPHRASE}" }}'
OTHER: Final = UPSTREAM.replace("api]", "other]")


def loaded(directory: Path, text: str, previous: Configuration | None = None) -> Configuration:
    """Load a config."""
    return load(config(directory, text), ENVIRON, previous)


def problems(directory: Path, text: str) -> list[str]:
    """Return what is wrong with a config, less its file."""
    with pytest.raises(ConfigError) as caught:
        loaded(directory, text)
    return [line.removeprefix(f"{directory / 'c.toml'}: ") for line in caught.value.problems]


def test_profiles_with_their_defaults(tmp_path: Path) -> None:
    """The fewest lines that do: a key and a client id, and a profile that gets its tokens through them."""
    write(tmp_path / "jwk", jwk())
    configuration = loaded(tmp_path, pti() + pti_token())
    signing, token = (configuration.settings.profiles[name] for name in ("s", "t"))
    assert isinstance(signing, PtiSignatureProfile)
    assert isinstance(token, PtiTokenProfile)
    assert (signing.access, signing.allow, signing.deny) == (token.access, token.allow, token.deny) == ("write", (), ())
    assert (token.issuer, token.token_url) == ("s", "path")
    assert {key: value.get_secret_value() for key, value in configuration.secrets.items()} == {
        ("s", "client_id"): "PTI-ID"
    }
    assert configuration.warnings == ()


KINDS: Final = {
    "ed25519-jwk": (jwk(), jwk().encode()),
    "rsa-jwk": (jwk("RSA"), jwk("RSA").encode()),
    "ed25519-pem": (jwk(), jose_peer.pem(jwk())),
    "rsa-pem": (jwk("RSA"), jose_peer.pem(jwk("RSA"))),
}


@pytest.mark.parametrize(("made", "content"), KINDS.values(), ids=KINDS)
def test_key_is_loaded_by_profile(made: str, content: bytes, tmp_path: Path) -> None:
    """Each kind of key in each format is at hand by the profile's name, and is none that opens envelopes."""
    write(tmp_path / "jwk", content)
    configuration = loaded(tmp_path, pti())
    assert {name: key.thumbprint for name, key in configuration.pti_keys.items()} == {"s": jose_peer.thumbprint(made)}
    assert configuration.keys == {}


def test_passphrase_opens_a_pem(tmp_path: Path) -> None:
    """The passphrase is a secret like any other, and neither it nor the key shows in a repr."""
    write(tmp_path / "jwk", jose_peer.pem(jwk("RSA"), PASSPHRASE))
    configuration = loaded(tmp_path, pti(key=LOCKED))
    assert configuration.pti_keys["s"].thumbprint == jose_peer.thumbprint(jwk("RSA"))
    assert configuration.secrets["s", "private_key.passphrase"].get_secret_value() == PASSPHRASE
    assert PASSPHRASE not in repr(configuration)
    [warning] = configuration.warnings
    assert "profiles.s.private_key.passphrase: stands in the config as plain text" in warning


def test_files_that_are_watched(tmp_path: Path) -> None:
    """A new key or passphrase in its file is a reload."""
    write(tmp_path / "jwk", jose_peer.pem(jwk("RSA"), PASSPHRASE))
    write(tmp_path / "passphrase", PASSPHRASE)
    configuration = loaded(tmp_path, pti(key=LOCKED.replace(f'"{PASSPHRASE}"', '{ file = "passphrase" }')))
    assert configuration.files == {tmp_path / name for name in ("c.toml", "jwk", "passphrase")}
    assert watched(tmp_path / "c.toml", ENVIRON) == configuration.files


def test_key_is_loaded_again_only_where_it_differs(tmp_path: Path) -> None:
    """A reload takes the key over, under another profile's name too, until the file is another."""
    write(tmp_path / "jwk", jwk())
    first = loaded(tmp_path, pti())
    write(tmp_path / "jwk", jwk())
    assert loaded(tmp_path, pti(), first).pti_keys["s"] is first.pti_keys["s"]
    assert loaded(tmp_path, pti().replace("profiles.s]", "profiles.x]"), first).pti_keys["x"] is first.pti_keys["s"]
    assert loaded(tmp_path, pti()).pti_keys["s"] is not first.pti_keys["s"]
    write(tmp_path / "jwk", jwk(number=1))
    assert loaded(tmp_path, pti(), first).pti_keys["s"].thumbprint == jose_peer.thumbprint(jwk(number=1))


def test_one_file_can_be_the_key_of_both_apis(tmp_path: Path) -> None:
    """An RSA key in PEM opens SnapTrade's envelopes and signs for PTI, and a reload mixes up neither."""
    write(tmp_path / "pem", rsa_key().pem())
    text = minimal() + jwt() + pti(key='private_key = { file = "pem" }').replace("version = 1\n", "")
    first = loaded(tmp_path, text)
    second = loaded(tmp_path, text, first)
    assert (set(second.keys), set(second.pti_keys)) == ({"me"}, {"s"})
    assert (second.keys["me"], second.pti_keys["s"]) == (first.keys["me"], first.pti_keys["s"])


BROKEN: Final[dict[str, tuple[str | bytes | None, int, str]]] = {
    "missing": (None, 0o600, "does not exist"),
    "open": (jwk(), 0o640, "must be closed to other users, got mode 0640 (chmod 600 "),
    "empty": ("", 0o600, "a private key as JWK or PEM is needed, got neither"),
    "ec": (jwk("P-256"), 0o600, "the key must be RSA or Ed25519, got an EC key"),
    "symmetric": ('{"kty": "oct", "k": "aHVzaA"}', 0o600, "the key must be RSA or Ed25519, got a symmetric key"),
    "public": (jose_peer.public_jwk(jwk()), 0o600, "must hold a private key, got a public JWK, without `d` (name"),
    "public-open": (jose_peer.public_jwk(jwk("RSA")), 0o644, "must hold a private key, got a public JWK"),
    "public-pem": (jose_peer.public_pem(jwk()), 0o644, "must hold a private key, got a public key in PEM (name"),
    "public-line": (rsa_key().public.line(), 0o644, "must hold a private key, got a public key in OpenSSH's form"),
    "symmetric-open": ('{"kty": "oct", "k": "aHVzaA"}', 0o644, "must be closed to other users"),
    "damaged-open": ('{"kty": "OKP"', 0o644, "must be closed to other users"),
    "locked": (jose_peer.pem(jwk("RSA"), PASSPHRASE), 0o600, "is encrypted, and no passphrase was given"),
}


@pytest.mark.parametrize(("content", "mode", "told"), BROKEN.values(), ids=BROKEN)
def test_broken_key_is_a_problem_that_says_which(
    content: str | bytes | None, mode: int, told: str, tmp_path: Path
) -> None:
    """A key that cannot be had is told with its profile and its file."""
    if content is not None:
        write(tmp_path / "jwk", content, mode)
    [problem] = problems(tmp_path, pti() + pti_token())
    assert problem.startswith(f"profiles.s.private_key: file {tmp_path / 'jwk'}")
    assert told in problem


def with_url(url: str, profiles: str) -> str:
    """Return a config with another URL of PTI."""
    return profiles.replace("https://pti.example.com/v1", url)


def token(lines: str) -> str:
    """Return a config with these lines in its profile with tokens."""
    return pti() + pti_token(lines)


PATH: Final = "(write that or none: the path is signed, and the API knows no other)"
SIGNER: Final = "must be a profile of the scheme pti-signature"

WRONG: Final[dict[str, tuple[str, list[str]]]] = {
    "signature-nothing": (
        'version = 1\n[upstreams.pti]\nurl = "https://pti.example.com"\nport = 1\n[profiles.s]\n'
        'scheme = "pti-signature"\n',
        [
            "profiles.s.upstream: must be set, got nothing (write upstream = …: "
            "The upstream that the credentials belong to)",
            "profiles.s.client_id: must be set, got nothing "
            "(write client_id = …: The client id: text, or where it stands)",
            "profiles.s.private_key: must be set, got nothing "
            '(write private_key = …: The key that signs: { file = "path" })',
        ],
    ),
    "signature-unknown-key": (
        pti('issuer = "s"'),
        [
            "profiles.s.issuer: must be a key of this table, got an unknown one "
            "(known: access, allow, deny, upstream, scheme, client_id, private_key)"
        ],
    ),
    "key-text": (
        pti(key='private_key = "jwk"'),
        ['profiles.s.private_key: must be a table, got text (The key that signs: { file = "path" })'],
    ),
    "key-without-file": (
        pti(key="private_key = {}"),
        ["profiles.s.private_key.file: must be set, got nothing (write file = …: The key: JWK or PEM; chmod 600)"],
    ),
    "passphrase-missing": (
        pti(key='private_key = { file = "jwk", passphrase = { env = "NO_SUCH" } }'),
        ["profiles.s.private_key.passphrase: environment variable NO_SUCH is not set (export it, or use { file = … })"],
    ),
    "client-id-beyond-ascii": (
        pti().replace("PTI-ID", "PTI-ÏD"),
        [
            "profiles.s.client_id: must be printable ASCII text without spaces, got other signs "
            "(copy it again, and nothing else)"
        ],
    ),
    "client-id-of-two-lines": (
        pti().replace("PTI-ID", "PTI\\nID"),
        [
            "profiles.s.client_id: must be printable text without spaces, got other signs "
            "(copy it again, and nothing else)"
        ],
    ),
    "token-nothing": (
        token(""),
        [
            "profiles.t.issuer: must be set, got nothing "
            "(write issuer = …: The profile of the scheme pti-signature that signs POST /auth/jwt)"
        ],
    ),
    "token-unknown-key": (
        token('issuer = "s"\nclient_id = "ID"'),
        [
            "profiles.t.client_id: must be a key of this table, got an unknown one "
            "(known: access, allow, deny, upstream, scheme, issuer, token_url)"
        ],
    ),
    "token-url": (
        token('issuer = "s"\ntoken_url = "relative"'),
        [
            'profiles.t.token_url: must be "path" or "absolute", got "relative" '
            "(How a token names its URL: by the path below the upstream's url, or as a whole)"
        ],
    ),
    "issuer-unknown": (
        token('issuer = "S"'),
        ['profiles.t.issuer: must be one of [profiles.*], got "S" (known: s)'],
    ),
    "issuer-itself": (
        token('issuer = "t"'),
        [f'profiles.t.issuer: {SIGNER}, got "t", which is none (known: s)'],
    ),
    "issuer-of-snaptrade": (
        token('issuer = "p"') + minimal().replace("version = 1\n", ""),
        [f'profiles.t.issuer: {SIGNER}, got "p", which is none (known: s)'],
    ),
    "issuer-of-another-upstream": (
        pti() + OTHER + pti_token('issuer = "s"').replace('"pti"', '"other"'),
        [
            'profiles.t.issuer: must be a profile of the same upstream, got "s", which is another\'s '
            "(write one for this one)"
        ],
    ),
    "base-path": (
        with_url("https://pti.example.com/v2", pti()),
        [f'upstreams.pti.url: must have no path but /v1, got "/v2" {PATH}'],
    ),
    "base-path-of-snaptrade": (
        with_url("https://pti.example.com/api/v1", pti()),
        [f'upstreams.pti.url: must have no path but /v1, got "/api/v1" {PATH}'],
    ),
    "base-path-of-both": (
        pti() + minimal().replace("version = 1\n", "").replace('upstream = "api"', 'upstream = "pti"'),
        [f'upstreams.pti.url: must have no path but /api/v1, got "/v1" {PATH}'],
    ),
}


@pytest.mark.parametrize(("text", "expected"), WRONG.values(), ids=WRONG)
def test_problem_is_one_line_that_says_everything(text: str, expected: list[str], tmp_path: Path) -> None:
    """A mistake is told with its key, rule, what was got and the way out, and nothing else is told with it."""
    write(tmp_path / "jwk", jwk())
    assert problems(tmp_path, text) == expected


RIGHT: Final = {
    "absolute": pti() + pti_token('issuer = "s"\ntoken_url = "absolute"\naccess = "read"'),
    "without-path": with_url("https://pti.example.com", pti()),
    "slash-at-the-end": with_url("https://pti.example.com/v1/", pti() + pti_token()),
    "on-this-machine": with_url("http://127.0.0.1:8090/v1", pti() + pti_token()),
    "rules": pti('access = "trade"\nallow = ["POST /transactions/deposits"]\ndeny = ["DELETE /users/**"]'),
    "client-id-of-a-variable": pti().replace('"PTI-ID"', '{ env = "KEY" }'),
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_right_config_is_accepted(text: str, tmp_path: Path) -> None:
    """The other ways to write these profiles work."""
    write(tmp_path / "jwk", jwk())
    assert "s" in loaded(tmp_path, text).settings.profiles
