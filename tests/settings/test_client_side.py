"""Every mistake in what the client-side direct API needs is told in one line, and nothing secret is told with it."""

from pathlib import Path
from typing import Final

import pytest

from signer_proxy.errors import ConfigError
from signer_proxy.settings.configuration import load
from tests.settings.writing import ENVIRON, UPSTREAM, config, jwt, minimal, rsa_key, write

SOURCES: Final = '{ file = "path" }, { url = "https://…" } or { profile = "name" }'
KINDS: Final = '{ env = "NAME" }, { file = "path" }, { keyring = "service/name" } or { command = ["program", …] }'
FILE: Final = " (The file; a relative path starts at the config, ~/ is your home, $CREDENTIALS_DIRECTORY/ a service's)"
SIGNER: Final = "must be a profile with user_id, and user_secret or users"
SECRET: Final = "hush-hush-hush"


def token(source: str) -> str:
    """Return a config with this token source."""
    return minimal() + jwt(f"token = {source}")


def call(more: str) -> str:
    """Return a config with a token source at a URL, and more keys in it."""
    return token(f'{{ url = "https://app.example/token", {more} }}')


def url(text: str) -> str:
    """Return a config with a token source at this URL."""
    return token(f'{{ url = "{text}" }}')


def more(line: str) -> str:
    """Return a config with more lines in its signing profile."""
    return minimal(f'consumer_key = {{ env = "KEY" }}\n{line}')


def key(reference: str) -> str:
    """Return a config with this private key."""
    return minimal() + jwt(key=f"private_key = {reference}")


def signed_by(profile: str, lines: str = "") -> str:
    """Return a config with a token that another profile asks for."""
    return more(lines) + jwt(f'token = {{ profile = "{profile}" }}')


type Table = dict[str, tuple[str, list[str]]]

JWT: Table = {
    "nothing": (
        minimal() + jwt("", ""),
        [
            "private_key: must be set, got nothing "
            '(write private_key = …: The key that opens envelopes: { file = "path" })',
            "token: must be set, got nothing (write token = …: Where the encrypted token comes from)",
        ],
    ),
    "unknown-key": (
        minimal() + jwt() + "user_id = 1",
        [
            "user_id: must be a key of this table, got an unknown one (known: access, allow, deny, upstream, "
            "scheme, private_key, token, client_id, send_client_id, decrypt)"
        ],
    ),
    "key-is-text": (
        key('"-----BEGIN PRIVATE KEY-----"'),
        ['private_key: must be a table, got text (The key that opens envelopes: { file = "path" })'],
    ),
    "key-without-file": (
        key('{ passphrase = { env = "KEY" } }'),
        [
            "private_key.file: must be set, got nothing "
            "(write file = …: The key: PEM, or as ssh-keygen writes it; chmod 600)"
        ],
    ),
    "key-unknown": (
        key('{ file = "pem", passphras = "x" }'),
        ["private_key.passphras: must be a key of this table, got an unknown one (did you mean passphrase?)"],
    ),
    "passphrase-number": (
        key('{ file = "pem", passphrase = 5 }'),
        [f"private_key.passphrase: must be text or {KINDS}, got a number"],
    ),
    "passphrase-env-name": (
        key('{ file = "pem", passphrase = { env = "A-B" } }'),
        [
            "private_key.passphrase.env: must name an environment variable: letters, digits and _, no digit first, "
            "got text (The environment variable)"
        ],
    ),
    "passphrase-missing": (
        key('{ file = "pem", passphrase = { env = "NO_SUCH" } }'),
        ["private_key.passphrase: environment variable NO_SUCH is not set (export it, or use { file = … })"],
    ),
    "token-text": (token('"token.json"'), [f"token: must be {SOURCES}, got text"]),
    "token-nothing": (token("{}"), [f"token: must be {SOURCES}, got a table (write exactly one of these keys)"]),
    "token-unknown": (token('{ uri = "x" }'), [f"token: must be {SOURCES}, got a table (did you mean url?)"]),
    "token-two": (
        token('{ file = "a", profile = "p" }'),
        [f"token: must be {SOURCES}, got a table (write exactly one of these keys)"],
    ),
    "token-file-number": (
        token("{ file = 5 }"),
        [
            "token.file: must be text, got a number "
            "(The envelope; a relative path starts at the config, ~/ is your home)"
        ],
    ),
    "token-file-more": (
        token('{ file = "a", path = "b" }'),
        ["token.path: must be a key of this table, got an unknown one (known: file)"],
    ),
    "url-http": (
        url("http://app.example/token?key=hush"),
        ['token.url: must be https:// (http:// is for this machine alone), got "http://app.example"'],
    ),
    "url-fragment": (
        url("https://app.example/#x"),
        ["token.url: must have no fragment, got one (drop what begins with #)"],
    ),
    "url-user": (
        url("https://me:hush@app.example/"),
        ["token.url: must not hold a user or password (credentials belong in a profile)"],
    ),
    "url-of-ours": (
        url("http://localhost:8080/token?key=hush"),
        [
            'token.url: must not lead back to this proxy, got "http://localhost:8080/token", and 8080 is '
            "upstreams.api.port (name the API's own URL, or take another port)"
        ],
    ),
    "method": (call('method = "PUT"'), ['token.method: must be "GET" or "POST", got text (GET or POST)']),
    "body-of-get": (
        call('method = "GET", body = "x"'),
        ['token.body: must not be set where method = "GET", got a value (drop it, or write method = "POST")'],
    ),
    "path": (
        call('path = "a..b"'),
        [
            "token.path: must be keys with a dot between them, got text "
            '(Where the envelope stands in the answer, such as "data.envelope")'
        ],
    ),
    "headers-text": (
        call('headers = "A: b"'),
        ["token.headers: must be a table, got text (Headers by name, each with where its value stands)"],
    ),
    "header-name": (
        call('headers = { "A b" = "x" }'),
        ['token.headers."A b": must be a header\'s name, such as Authorization, got text (rename it)'],
    ),
    "header-of-the-client": (
        call('headers = { Host = "x" }'),
        ['token.headers.Host: must not be a header that the HTTP client sets itself, got "Host" (drop it)'],
    ),
    "header-twice": (
        call('headers = { accept = "x", Accept = "y" }'),
        ['token.headers: must have each header once, in any case, got "accept" again (drop one of them)'],
    ),
    "header-number": (
        call("headers = { Authorization = 5 }"),
        [f"token.headers.Authorization: must be text or {KINDS}, got a number"],
    ),
    "header-file-number": (
        call("headers = { Authorization = { file = 5 } }"),
        [f"token.headers.Authorization.file: must be text, got a number{FILE}"],
    ),
    "header-missing": (
        call('headers = { Authorization = { env = "NO_SUCH" } }'),
        ["token.headers.Authorization: environment variable NO_SUCH is not set (export it, or use { file = … })"],
    ),
    "header-of-two-lines": (
        call('headers = { Authorization = "a\\nb: c" }'),
        [
            "token.headers.Authorization: must be printable ASCII text on one line, got other signs "
            "(copy it again, and nothing else)"
        ],
    ),
    "client-id": (
        minimal() + jwt() + "send_client_id = true",
        ["send_client_id: must have client_id beside it, got none (write client_id = …, or drop send_client_id)"],
    ),
    "send-client-id-text": (
        minimal() + jwt() + 'send_client_id = "yes"',
        ['send_client_id: must be true or false, got "yes" (Whether requests carry clientId)'],
    ),
    "signer-unknown": (signed_by("q"), ['token.profile: must be one of [profiles.*], got "q" (known: p)']),
    "signer-of-no-signature": (
        signed_by("me"),
        ['token.profile: must be a profile of the scheme snaptrade-signature, got "me", which is none (known: p)'],
    ),
    "signer-without-user": (
        signed_by("p"),
        [f'token.profile: {SIGNER}, got "p", which has no user_id (write them in [profiles.p])'],
    ),
    "signer-without-secret": (
        signed_by("p", 'user_id = "alice"'),
        [f'token.profile: {SIGNER}, got "p", which has no user_secret and no users (write them in [profiles.p])'],
    ),
    "signer-of-another-upstream": (
        signed_by("p", 'user_id = "alice"\nusers = { file = "users.json" }').replace(
            'upstream = "api"\nscheme = "snaptrade-jwt"', 'upstream = "other"\nscheme = "snaptrade-jwt"'
        )
        + UPSTREAM.replace("api]", "other]").replace("8080", "8081"),
        [
            'token.profile: must be a profile of the same upstream, got "p", which is another\'s '
            "(write one for this one)"
        ],
    ),
}

SIGNATURE: Table = {
    "public-key-text": (
        more('rsa_public_key = "ssh-rsa AAAA"'),
        ['rsa_public_key: must be a table, got text (The key that is added to registerUser: { file = "path" })'],
    ),
    "users-text": (
        more('users = "users.json"'),
        ['users: must be { file = "path" } or { keyring = "service/name" }, got text'],
    ),
    "users-env": (
        more('users = { env = "USERS" }'),
        ['users: must be { file = "path" } or { keyring = "service/name" }, got a table (known: file, keyring)'],
    ),
    "users-keyring": (
        more('users = { keyring = "users" }'),
        ['users.keyring: must be "service/name", got less (as in "snaptrade/partner")'],
    ),
    "hide-without-users": (
        more("hide_user_secret = true"),
        ["hide_user_secret: must have users beside it, got none (write users = …, or drop hide_user_secret)"],
    ),
    "personal": (
        more('account = "personal"\nrsa_public_key = { file = "pub" }\nusers = { file = "users.json" }'),
        [
            f'{name}: must not be set where account = "personal", got a value (drop it: personal keys have one user)'
            for name in ("rsa_public_key", "users")
        ],
    ),
}


def problems(directory: Path, text: str) -> list[str]:
    """Return what is wrong with a config whose key files are right, less its file."""
    write(directory / "pem", rsa_key().pem())
    write(directory / "pub", rsa_key().public.line(), 0o644)
    path = config(directory, text)
    with pytest.raises(ConfigError) as caught:
        load(path, ENVIRON)
    return [line.removeprefix(f"{path}: ") for line in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(text, [f"profiles.{profile}.{line}" for line in lines], id=f"{kind}-{name}")
        for kind, profile, cases in (("jwt", "me", JWT), ("signature", "p", SIGNATURE))
        for name, (text, lines) in cases.items()
    ],
)
def test_problem_is_one_line_that_says_everything(text: str, expected: list[str], tmp_path: Path) -> None:
    """A mistake is told with its key, rule, what was got and the way out, and nothing else is told with it."""
    assert problems(tmp_path, text) == expected


SHOWN: Final = {
    "passphrase": key(f'{{ file = "pem", passphrase = ["{SECRET}"] }}'),
    "passphrase-kind": key(f'{{ file = "pem", passphrase = {{ plain = "{SECRET}" }} }}'),
    "passphrase-env": key(f'{{ file = "pem", passphrase = {{ env = "{SECRET}" }} }}'),
    "key-in-the-open": key(f'"{SECRET}"'),
    "header": call(f'headers = {{ Authorization = "{SECRET}\\n" }}'),
    "header-kind": call(f'headers = {{ Authorization = ["{SECRET}"] }}'),
    "headers": call(f'headers = "{SECRET}"'),
    "url": url(f"http://app.example/{SECRET}?key={SECRET}"),
    "url-of-ours": url(f"http://127.0.0.1:8080/?key={SECRET}"),
    "body": call(f'method = "GET", body = "{SECRET}"'),
    "path": call(f'path = ".{SECRET}"'),
    "token": token(f'"{SECRET}"'),
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in SHOWN.items()])
def test_no_problem_shows_a_secret(text: str, tmp_path: Path) -> None:
    """Whatever is wrong with a secret of these profiles, its value is not told."""
    told = problems(tmp_path, text)
    assert told
    assert SECRET not in "\n".join(told)


RIGHT: Final = {
    "token-file": jwt(),
    "token-url": jwt('token = { url = "https://app.example/token?for=me" }'),
    "token-url-here": jwt('token = { url = "http://127.0.0.1:9000/token", method = "GET" }'),
    "token-profile": jwt('token = { profile = "p" }'),
    "client-id": jwt() + 'client_id = "ID"\nsend_client_id = true\ndecrypt = false\naccess = "read"',
}


@pytest.mark.parametrize("profile", [pytest.param(text, id=name) for name, text in RIGHT.items()])
@pytest.mark.parametrize("user", ['user_secret = { env = "KEY" }', 'users = { file = "users.json" }'])
def test_right_profile_is_accepted(profile: str, user: str, tmp_path: Path) -> None:
    """Each token source works, and each way in which the signing profile has its user's secret."""
    write(tmp_path / "pem", rsa_key().pem())
    text = more(f'user_id = "alice"\n{user}') + profile
    assert set(load(config(tmp_path, text), ENVIRON).settings.profiles) == {"p", "me"}
