"""No key, token or signature is ever in what the daemon says or in what it answers of its own."""

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest

from signer_proxy.sandbox.pti.tokens import Tokens
from tests.end_to_end.daemon import Daemon, free_port, started
from tests.end_to_end.pti.api import Api
from tests.end_to_end.pti.profiles import FILES, KEYS, config, signing, spending, upstream, write_keys
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import ask, request
from tests.faulty_upstream import Serve, closing, saying

PROFILES: Final = ("ed25519-jwk", "rsa-pem", "token", "token-rsa", "token-absolute", "writer", "token-writer", "nobody")
KINDS: Final = (
    "keys",
    "key files",
    "tokens",
    "signatures",
    "request bodies",
    "headers of the client",
    "tokens in bad answers",
)
OWN_TOKEN: Final = "token-that-the-client-made-up"
BAD_TOKEN: Final = "token-in-an-answer-that-cannot-be-used"
BODY: Final = b'{"id": "user-id-in-a-body", "url": "/users", "method": "GET"}'
MADE_UP: Final = (f"x-pti-token: {OWN_TOKEN}", "x-pti-signature: signature.made.up-by-the-client")


@dataclass(slots=True)
class Day:
    """All that was written and answered, and the secrets that were about, by kind."""

    output: str = ""
    problems: list[str] = field(default_factory=list)
    secrets: dict[str, list[str]] = field(default_factory=dict, repr=False)


def serves() -> Iterator[Serve]:
    """Yield answers to token calls that cannot be used."""
    unfit = json.dumps({"accessToken": f"{BAD_TOKEN}\n", "message": {"of": BAD_TOKEN}}).encode()
    for line in (b"200 OK", b"400 X", b"500 X"):
        yield saying(b"HTTP/1.1 %b\r\nX-A: %b\r\nContent-Length: %d\r\n\r\n" % (line, unfit[-9:], len(unfit)) + unfit)
    yield saying(BAD_TOKEN.encode() + b"\r\n\r\n", then=closing)
    yield saying(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + unfit, then=closing)


@pytest.fixture(scope="module")
def day(stand_in: Api, recorder: Recording, tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Let a daemon do all that it can do well and badly, and collect what it says."""
    folder: Path = tmp_path_factory.mktemp("leaks")
    write_keys(folder)
    bad = [
        upstream(recorder.origin, "bad-token", "bad"),
        signing("bad", api="bad"),
        spending("bad-token", "bad", api="bad"),
    ]
    gone = [
        upstream(f"http://127.0.0.1:{free_port()}", "gone-token", "gone"),
        signing("gone", api="gone"),
        spending("gone-token", "gone", api="gone"),
    ]
    stand_in.asked.clear()
    day = Day()
    with started("\n".join([config(stand_in.origin), *bad, *gone]), folder) as daemon:
        talk(daemon, day)
        with pytest.MonkeyPatch.context() as patch:
            spend = Tokens.spend
            patch.setattr(Tokens, "spend", lambda self, *given: (spend(self, *given), spend(self, *given)))
            talk(daemon, day)
        for serve in serves():
            recorder.begin(serve)
            say(daemon, day, daemon.ports["bad"], "bad-token")
        say(daemon, day, daemon.ports["gone"], "gone-token")
        since = len(daemon.lines)
        for name, content in FILES.items():
            (folder / name).write_bytes(content[:-30])
        daemon.wait_for("reload: refused", since=since)
        assert daemon.stop() == 0
        day.output = daemon.output
    keys = [
        value for key in KEYS.values() for name, value in json.loads(key).items() if name in ("d", "p", "q", "dp", "qi")
    ]
    pems = [line for name, content in FILES.items() if name.endswith(".pem") for line in content.decode().split("\n")]
    day.secrets = {
        "keys": keys,
        "key files": [line for line in pems if len(line) > 40],
        "tokens": stand_in.issued,
        "signatures": [value for asked in stand_in.asked for value in asked.all("x-pti-signature")],
        "request bodies": ["user-id-in-a-body"],
        "headers of the client": [OWN_TOKEN, "signature.made.up-by-the-client"],
        "tokens in bad answers": [BAD_TOKEN],
    }
    return day


def talk(daemon: Daemon, day: Day) -> None:
    """Send what is served and what is refused, as every profile."""
    for profile in PROFILES:
        say(daemon, day, daemon.port, profile)


def say(daemon: Daemon, day: Day, port: int, profile: str) -> None:
    """Send requests as one profile."""
    for method, target in (
        ("GET", "/assets"),
        ("POST", "/users"),
        ("POST", "/auth/jwt"),
        ("POST", "/transactions/deposits"),
        ("DELETE", "/users/../x"),
        ("GET", "/users#x"),
    ):
        body = BODY if method == "POST" else b""
        reply = ask(port, request(port, method, target, f"Signer-Profile: {profile}", *MADE_UP, body=body))
        if reply.code is not None:
            day.problems.append(str(reply))
    assert daemon.process.poll() is None


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_leaks(day: Day, kind: str) -> None:
    """No secret is written or told: as it is, in part, or in an encoding."""
    said = [day.output, *day.problems]
    for secret in day.secrets[kind]:
        half = len(secret) // 2
        forms = {secret, quote(secret, safe=""), b64encode(secret.encode()).decode(), secret[half:], secret[:half]}
        assert [text for text in said if any(form in text for form in forms)] == []


def test_there_was_much_to_tell(day: Day) -> None:
    """Every kind of secret was there, and the daemon has written about all that it did."""
    assert set(day.secrets) == set(KINDS)
    assert [kind for kind, secrets in day.secrets.items() if not secrets] == []
    assert len(day.secrets["tokens"]) > 20
    assert len(day.secrets["signatures"]) > 30
    codes = {"access-denied", "not-signable", "token-unavailable", "unknown-profile"}
    assert [code for code in codes if not any(code in problem for problem in day.problems)] == []
    for word in ("pti-signature 200", "pti-token 200", "pti-token 401", "token-unavailable", "reload: refused"):
        assert word in day.output
