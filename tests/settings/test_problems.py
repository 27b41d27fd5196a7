"""Every mistake in a config gets one line: file, key, rule, what was got, way out."""

from pathlib import Path

import pytest

from signer_proxy.errors import ConfigError
from signer_proxy.settings.configuration import load
from tests.settings.writing import ENVIRON, PROFILE, UPSTREAM, config, minimal

KINDS = '{ env = "NAME" }, { file = "path" }, { keyring = "service/name" } or { command = ["program", …] }'
SCHEMES = '"snaptrade-signature", "snaptrade-jwt", "pti-signature", "pti-token"'
NAME = "must be 1 to 64 of the signs A-Z a-z 0-9 . _ -"
PORT = " (The local port: http://127.0.0.1:PORT/… goes to url/…)"
SIZE = 'must be a size above zero in B, KiB, MiB or GiB, such as "10 MiB"'
TIME = 'must be a time above zero in ms, s or min, such as "5 s"'


def proxy(line: str) -> str:
    """Return a config with a line in [proxy]."""
    return f"{minimal()}[proxy]\n{line}\n"


def key(reference: str) -> str:
    """Return a config with this consumer key."""
    return minimal(f"consumer_key = {reference}")


def more(line: str) -> str:
    """Return a config with more lines in its profile."""
    return minimal(f'consumer_key = {{ env = "KEY" }}\n{line}')


def url(text: str) -> str:
    """Return a config with this URL."""
    return minimal().replace("https://api.example.com", text)


type Table = dict[str, tuple[str | bytes, list[str]]]

SCHEMA: Table = {
    "toml": (
        "version = 1\nurl =\n",
        ["must be TOML, got a mistake: Invalid value (at line 2, column 6) (https://toml.io)"],
    ),
    "utf-8": (b"version = 1 # \xff\n", ["must be UTF-8 text, got another byte at 14 (save it as UTF-8)"]),
    "deep": (
        f"version = {'[' * 100_000}",
        ["must be TOML of a sensible size, got more than can be read (lists or numbers without end?)"],
    ),
    "empty": (
        "",
        [
            "version: must be set, got nothing (write version = …: The version of this schema: 1)",
            "upstreams: must be set, got nothing (write [upstreams.NAME])",
            "profiles: must be set, got nothing (write [profiles.NAME])",
        ],
    ),
    "version": (
        minimal().replace("version = 1", "version = 2"),
        ["version: must be 1, got 2 (The version of this schema: 1)"],
    ),
    "version-text": (
        minimal().replace("version = 1", 'version = "1"'),
        ['version: must be 1, got "1" (The version of this schema: 1)'],
    ),
    "version-beyond-64-bits": (
        minimal().replace("version = 1", "version = 9223372036854775808"),
        ["version: must be a smaller number, got 9223372036854775808 (The version of this schema: 1)"],
    ),
    "no-tables": (
        "version = 1\n[upstreams]\n[profiles]\n",
        [
            "upstreams: must not be empty, got nothing (write [upstreams.NAME])",
            "profiles: must not be empty, got nothing (write [profiles.NAME])",
        ],
    ),
    "unknown-table": (
        minimal() + "[upstream.x]\n",
        ["upstream: must be a key of this table, got an unknown one (did you mean upstreams?)"],
    ),
    "unknown-key": (
        more('acces = "read"'),
        ["profiles.p.acces: must be a key of this table, got an unknown one (did you mean access?)"],
    ),
    "unknown-key-like-none": (
        minimal(upstream="zzz = 1"),
        ["upstreams.api.zzz: must be a key of this table, got an unknown one (known: url, port, default_profile)"],
    ),
    "unknown-key-proxy": (
        proxy('max_boby = "1 B"'),
        ["proxy.max_boby: must be a key of this table, got an unknown one (did you mean max_body?)"],
    ),
    "table-is-text": (
        'version = 1\nproxy = "a"\nupstreams = "b"\nprofiles = "c"\n',
        [
            "proxy: must be a table, got text (write [proxy])",
            "upstreams: must be a table, got text (write [upstreams.NAME])",
            "profiles: must be a table, got text (write [profiles.NAME])",
        ],
    ),
    "tables-of-text": (
        'version = 1\n[upstreams]\nu = "b"\n[profiles]\np = "c"\n',
        [
            "upstreams.u: must be a table, got text (write [upstreams.u])",
            "profiles.p: must be a table, got text (write [profiles.p])",
        ],
    ),
    "names": (
        minimal()
        + '[upstreams."a b"]\nurl = "https://a.example"\nport = 1\n'
        + PROFILE.replace(".p]", '."ä.b"]')
        + 'consumer_key = { env = "KEY" }',
        [f'upstreams."a b": {NAME}, got "a b" (rename it)', f'profiles."ä.b": {NAME}, got "ä.b" (rename it)'],
    ),
    "dotted-name": (
        minimal().replace("[profiles.p]", '[profiles."p.q"]') + "x = 1\n",
        [
            'profiles."p.q".x: must be a key of this table, got an unknown one (known: access, allow, deny, '
            "upstream, scheme, client_id, consumer_key, account, user_id, user_secret, rsa_public_key, users, "
            "hide_user_secret, canonical_json, decrypt)"
        ],
    ),
    "host": (
        proxy('host = "0.0.0.0"'),
        [
            'proxy.host: must have client_token beside it, since other machines can reach it, got "0.0.0.0" '
            '(write client_token = { env = "SIGNER_PROXY_TOKEN" }, or host = "127.0.0.1")'
        ],
    ),
    "size": (proxy('max_body = "10 MB"'), [f'proxy.max_body: {SIZE}, got "10 MB"']),
    "size-number": (proxy("max_answer = 10"), [f"proxy.max_answer: {SIZE}, got 10"]),
    "time": (proxy('connect_timeout = "0 s"'), [f'proxy.connect_timeout: {TIME}, got "0 s"']),
    "time-number": (proxy("answer_timeout = 1.5"), [f"proxy.answer_timeout: {TIME}, got 1.5"]),
    "url-http": (
        url("http://api.example.com"),
        ['upstreams.api.url: must be https:// (http:// is for this machine alone), got "http://api.example.com"'],
    ),
    "url-user": (
        url("https://me:hush@api.example.com"),
        ["upstreams.api.url: must not hold a user or password (credentials belong in a profile)"],
    ),
    "url-number": (
        url("x").replace('"x"', "5"),
        ["upstreams.api.url: must be text, got 5 (The API's base URL: https, or http on this machine)"],
    ),
    "port-zero": (minimal().replace("8080", "0"), [f"upstreams.api.port: must be at least 1, got 0{PORT}"]),
    "port-large": (minimal().replace("8080", "65536"), [f"upstreams.api.port: must be at most 65535, got 65536{PORT}"]),
    "port-beyond-64-bits": (
        minimal().replace("8080", "1" + "0" * 30),
        [f"upstreams.api.port: must be at most 65535, got 1000000000000000000000000000000{PORT}"],
    ),
    "port-text": (
        minimal().replace("8080", '"8080"'),
        ['upstreams.api.port: must be a whole number, got "8080"' + PORT],
    ),
    "port-fraction": (
        minimal().replace("8080", "8080.0"),
        [f"upstreams.api.port: must be a whole number, got 8080.0{PORT}"],
    ),
    "port-true": (minimal().replace("8080", "true"), [f"upstreams.api.port: must be a whole number, got true{PORT}"]),
    "default-profile": (
        minimal(upstream='default_profile = "p q"'),
        [
            f'upstreams.api.default_profile: {NAME}, got "p q" '
            "(The profile of requests without the header Signer-Profile)"
        ],
    ),
    "no-scheme": (
        minimal().replace('scheme = "snaptrade-signature"\n', ""),
        [f"profiles.p: must have a scheme, got none (write scheme = …, one of {SCHEMES})"],
    ),
    "unknown-scheme": (
        minimal().replace('"snaptrade-signature"', '"snaptrade"'),
        [f'profiles.p: must have a known scheme, got "snaptrade" (known: {SCHEMES})'],
    ),
    "scheme-is-a-list": (
        minimal().replace('"snaptrade-signature"', "[1]"),
        [f"profiles.p: must have a known scheme, got a list (known: {SCHEMES})"],
    ),
    "no-keys": (
        f'version = 1\n{UPSTREAM}\n[profiles.p]\nscheme = "snaptrade-signature"\n',
        [
            "profiles.p.upstream: must be set, got nothing (write upstream = …: "
            "The upstream that the credentials belong to)",
            "profiles.p.client_id: must be set, got nothing "
            "(write client_id = …: The client id: text, or where it stands)",
            "profiles.p.consumer_key: must be set, got nothing (write consumer_key = …: Where the consumer key stands)",
        ],
    ),
    "access": (
        more('access = "all"'),
        [
            'profiles.p.access: must be "read", "write" or "trade", got "all" '
            "(What may be done; only trade lets money move)"
        ],
    ),
    "account": (
        more('account = "x"'),
        [
            'profiles.p.account: must be "commercial" or "personal", got "x" '
            "(Personal keys send neither userId nor userSecret)"
        ],
    ),
    "canonical-json": (
        more('canonical_json = "utf-8"'),
        [
            'profiles.p.canonical_json: must be "ascii" or "utf8", got "utf-8" '
            "(How the signed JSON writes non-ASCII text: escaped, or as UTF-8)"
        ],
    ),
    "rules": (
        more('allow = "GET /"\ndeny = [5]'),
        [
            'profiles.p.allow: must be a list, got "GET /" (Operations beyond access, such as "POST /trade/place")',
            'profiles.p.deny[0]: must be a rule such as "POST /trade/place", got a number',
        ],
    ),
    "user-id-empty": (
        more('user_id = ""'),
        ["profiles.p.user_id: must not be empty, got nothing (The userId that is added where the client sends none)"],
    ),
    "user-secret-alone": (
        more('user_secret = { env = "KEY" }'),
        ["profiles.p.user_secret: must have user_id beside it, got none (write user_id = …, or drop user_secret)"],
    ),
    "personal": (
        more('account = "personal"\nuser_id = "alice"\nuser_secret = { env = "KEY" }'),
        [
            f'profiles.p.{name}: must not be set where account = "personal", got a value '
            "(drop it: personal keys have one user)"
            for name in ("user_id", "user_secret")
        ],
    ),
}

REFERENCES: Table = {
    "number": (key("5"), [f"profiles.p.consumer_key: must be text or {KINDS}, got a number"]),
    "list": (key("[]"), [f"profiles.p.consumer_key: must be text or {KINDS}, got a list"]),
    "empty-table": (
        key("{}"),
        [f"profiles.p.consumer_key: must be text or {KINDS}, got a table (write exactly one of these keys)"],
    ),
    "unknown-kind": (
        key('{ keyrings = "a/b" }'),
        [f"profiles.p.consumer_key: must be text or {KINDS}, got a table (did you mean keyring?)"],
    ),
    "two-kinds": (
        key('{ env = "A", file = "b" }'),
        [f"profiles.p.consumer_key: must be text or {KINDS}, got a table (write exactly one of these keys)"],
    ),
    "env-name": (
        key('{ env = "A-B" }'),
        [
            "profiles.p.consumer_key.env: must name an environment variable: letters, digits and _, no digit first, "
            "got text (The environment variable)"
        ],
    ),
    "env-number": (
        key("{ env = 5 }"),
        ["profiles.p.consumer_key.env: must be text, got a number (The environment variable)"],
    ),
    "env-missing": (
        key('{ env = "NO_SUCH" }'),
        ["profiles.p.consumer_key: environment variable NO_SUCH is not set (export it, or use { file = … })"],
    ),
    "env-empty": (
        key('{ env = "EMPTY" }'),
        ["profiles.p.consumer_key: environment variable EMPTY must not be empty, got nothing (put the value there)"],
    ),
    "env-bytes": (
        key('{ env = "BYTES" }'),
        [
            "profiles.p.consumer_key: environment variable BYTES must be UTF-8 text, got other bytes "
            "(store the secret as text)"
        ],
    ),
    "file-nul": (
        key('{ file = "a\\u0000" }'),
        [
            "profiles.p.consumer_key.file: must hold no NUL, got text "
            "(The file; a relative path starts at the config, ~/ is your home, $CREDENTIALS_DIRECTORY/ a service's)"
        ],
    ),
    "file-nothing": (
        key('{ file = "" }'),
        [
            "profiles.p.consumer_key.file: must not be empty, got nothing "
            "(The file; a relative path starts at the config, ~/ is your home, $CREDENTIALS_DIRECTORY/ a service's)"
        ],
    ),
    "keyring-shape": (
        key('{ keyring = "snaptrade" }'),
        ['profiles.p.consumer_key.keyring: must be "service/name", got less (as in "snaptrade/partner")'],
    ),
    "command-text": (
        key('{ command = "op read" }'),
        [
            "profiles.p.consumer_key.command: must be a list, got text "
            "(The program and its arguments; no shell, no input, 30 s)"
        ],
    ),
    "command-empty": (
        key("{ command = [] }"),
        [
            "profiles.p.consumer_key.command: must not be empty, got nothing "
            "(The program and its arguments; no shell, no input, 30 s)"
        ],
    ),
    "command-number": (
        key('{ command = ["head", 5] }'),
        [
            "profiles.p.consumer_key.command[1]: must be text, got a number "
            "(The program and its arguments; no shell, no input, 30 s)"
        ],
    ),
    "plain-empty": (
        key('""'),
        ["profiles.p.consumer_key: the text must not be empty, got nothing (put the value there)"],
    ),
    "client-id-newline": (
        minimal().replace('"ID"', '"ID\\n"'),
        [
            "profiles.p.client_id: must be printable text without spaces, got other signs "
            "(copy it again, and nothing else)"
        ],
    ),
    "client-id-empty": (
        minimal().replace('"ID"', '""'),
        ["profiles.p.client_id: the text must not be empty, got nothing (put the value there)"],
    ),
}

TWO = minimal() + UPSTREAM.replace("api]", "other]")

CROSS: Table = {
    "base-path": (
        url("https://gateway.example/snap"),
        [
            'upstreams.api.url: must have no path but /api/v1, got "/snap" '
            "(write that or none: the path is signed, and the API knows no other)"
        ],
    ),
    "profile-without-upstream": (
        minimal().replace('upstream = "api"', 'upstream = "apis"'),
        ['profiles.p.upstream: must be one of [upstreams.*], got "apis" (did you mean api?)'],
    ),
    "default-profile-unknown": (
        minimal(upstream='default_profile = "partner"'),
        ['upstreams.api.default_profile: must be one of [profiles.*], got "partner" (known: p)'],
    ),
    "default-profile-of-another": (
        TWO.replace("8080", "8081", 1) + 'default_profile = "p"\n',
        [
            'upstreams.other.default_profile: must be a profile of this upstream, got "p", which is another\'s '
            '(it has none: write upstream = "other" in one)'
        ],
    ),
    "default-profile-of-another-with-own": (
        TWO.replace("8080", "8081", 1)
        + 'default_profile = "p"\n'
        + minimal().split("\n\n")[-1].replace("[profiles.p]", "[profiles.q]").replace('"api"', '"other"'),
        [
            'upstreams.other.default_profile: must be a profile of this upstream, got "p", which is another\'s '
            "(its profiles: q)"
        ],
    ),
    "one-port": (
        TWO,
        ["upstreams.other.port: must differ from every other port, got 8080, as upstreams.api.port (take another)"],
    ),
}

LOOPS = {
    "address": "http://127.0.0.1:8080",
    "https": "https://127.0.0.1:8080/api/v1",
    "ipv6": "http://[::1]:8080",
    "long-ipv6": "http://[0:0::1]:8080",
    "name": "http://LOCALHOST:8080",
    "subdomain": "http://api.localhost:8080",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(*case, id=f"{kind}-{name}")
        for kind, cases in {"schema": SCHEMA, "reference": REFERENCES, "cross": CROSS}.items()
        for name, case in cases.items()
    ],
)
def test_problem_is_one_line_that_says_everything(text: str | bytes, expected: list[str], tmp_path: Path) -> None:
    """A mistake is told with file, key, rule, what was got and the way out, and nothing else is told with it."""
    path = config(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(path, {**ENVIRON, "EMPTY": "", "BYTES": "\udcff"})
    assert list(caught.value.problems) == [f"{path}: {line}" for line in expected]


@pytest.mark.parametrize("loop", [pytest.param(loop, id=name) for name, loop in LOOPS.items()])
def test_upstream_that_is_the_proxy_is_refused(loop: str, tmp_path: Path) -> None:
    """An upstream at one of our own ports on loopback would send every request round and round."""
    path = config(tmp_path, url(loop))
    with pytest.raises(ConfigError) as caught:
        load(path, ENVIRON)
    assert str(caught.value) == (
        f'{path}: upstreams.api.url: must not lead back to this proxy, got "{loop}", and 8080 is upstreams.api.port '
        "(name the API's own URL, or take another port)"
    )


@pytest.mark.parametrize("near", ["http://127.0.0.1:8081", "http://127.0.0.2:8080", "https://api.example.com:8080"])
def test_upstream_beside_the_proxy_is_accepted(near: str, tmp_path: Path) -> None:
    """Another port, or our port's number on an address that we do not listen on, is no way back."""
    assert load(config(tmp_path, url(near)), ENVIRON).settings.upstreams["api"].url == near


def test_default_port_of_the_url_counts(tmp_path: Path) -> None:
    """An upstream at http://localhost leads back where we listen on port 80."""
    path = config(tmp_path, url("http://localhost").replace("8080", "80"))
    with pytest.raises(ConfigError, match="must not lead back to this proxy"):
        load(path, ENVIRON)


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    """Wrong keys, names that do not fit and secrets that cannot be had come in one error, whatever else is wrong."""
    text = minimal('acces = "read"\nconsumer_key = { env = "NO_SUCH" }', upstream='default_profile = "q"')
    path = config(tmp_path, text.replace('"ID"', '{ file = "id" }') + '[profiles.r]\nupstream = "apo"\n[profiles.s]\n')
    with pytest.raises(ConfigError) as caught:
        load(path, ENVIRON)
    assert [line.removeprefix(f"{path}: ").split(": ")[0] for line in caught.value.problems] == [
        "profiles.p.acces",
        "profiles.r",
        "profiles.s",
        "profiles.r.upstream",
        "upstreams.api.default_profile",
        "profiles.p.client_id",
        "profiles.p.consumer_key",
    ]


@pytest.mark.parametrize("kind", ["missing", "directory", "link-to-itself"])
def test_config_that_cannot_be_read(kind: str, tmp_path: Path) -> None:
    """A config that is not there, or no file, is one clear line."""
    path = tmp_path / "c.toml"
    if kind == "directory":
        path.mkdir()
    elif kind == "link-to-itself":
        path.symlink_to(path)
    with pytest.raises(ConfigError) as caught:
        load(path, ENVIRON)
    [line] = caught.value.problems
    assert line.startswith(f"config file {path} {'does not exist' if kind == 'missing' else 'cannot be read'}")
