"""The three flows of the client-side direct API, with curl, against the sandbox and the Partner as a user starts them.

Source: SnapTrade, "Client-side Direct API Usage": Registration, Connecting an account, Accessing the API directly.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from signer_proxy.crypto.envelope import is_envelope
from tests.cli.command import run
from tests.end_to_end.client_side.curling import JSON, content, curl
from tests.end_to_end.client_side.profiles import jwt, signed, upstream, write
from tests.end_to_end.daemon import PROGRAM, Daemon, launched, started
from tests.end_to_end.recording import Recording
from tests.faulty_upstream import Serve, saying

SANDBOX: Final = """
version = 1
[upstreams.api]
url = "https://api.example.com"
port = 8080
""" + signed("partner")


@dataclass(frozen=True, slots=True)
class Registered:
    """Alice's machine, once the Partner has registered her."""

    folder: Path
    api: str
    partner: str
    session: str

    def ask(self, what: str, body: str = "{}") -> bytes:
        """Call the Partner as alice; return what it answers."""
        headers = (*JSON, "--header", f"Authorization: {self.session}")
        reply = curl(f"{self.partner}/snaptrade/{what}", *headers, "--data", body)
        assert reply.status == 200, reply
        return reply.body


@pytest.fixture(scope="module")
def alice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registered]:
    """Walk the registration: a key pair here, its public half to the Partner, and from there to the API."""
    folder = tmp_path_factory.mktemp("alice")
    command = (PROGRAM, "sandbox", "--port", "0", "--partner-port", "0", "--config", "signer-proxy.toml")
    with launched(SANDBOX, tmp_path_factory.mktemp("sandbox"), command=command, naming=()) as sandbox:
        sandbox.wait_for("alice logs in with the password alice-password")
        api, partner = (line for line in sandbox.lines if line.startswith("http://127.0.0.1:"))
        made = run("keys", "new", "key.pem", cwd=folder)
        login = json.dumps({"user": "alice", "password": "alice-password"})
        session = content(curl(f"{partner}/login", *JSON, "--data", login))["token"]
        alice = Registered(folder, api, partner, f"Bearer {session}")
        registration = json.dumps({"rsaPublicKey": made.stdout.decode().strip()})
        assert json.loads(alice.ask("register", registration)) == {"status": "registered", "userId": "alice"}
        yield alice
        assert sandbox.stop() == 0


def test_connecting_an_account(alice: Registered) -> None:
    """The Partner passes along an envelope, and the key of this machine opens it: the link for alice's browser."""
    sealed = alice.ask("connect")
    assert is_envelope(json.loads(sealed))
    write(alice.folder / "login.json", sealed)
    done = run("decrypt", "login.json", "--key", "key.pem", cwd=alice.folder)
    assert json.loads(done.stdout)["redirectURI"].startswith("https://portal.sandbox.invalid/connect?token=")


def config(alice: Registered, recorder: Recording) -> str:
    """Return a config with each source of tokens, beside the profile that signs, on two ports."""
    session = '{ env = "SESSION" }'
    body = """body = '{"userId": "alice"}'"""
    partner = f'url = "{alice.partner}/snaptrade/token", headers = {{ Authorization = {session} }}'
    nested = f'url = "{recorder.origin}/t?a=%2F", headers = {{ X-Session = {session} }}, path = "data.0.envelope"'
    users = ('user_id = "carol"', 'users = { file = "users.json" }', 'rsa_public_key = { file = "key.pub" }')
    return "\n".join(
        [
            "version = 1",
            upstream(alice.api, "from-partner"),
            upstream(alice.api, "elsewhere", "second"),
            jwt("from-file", 'file = "token.json"'),
            jwt("from-partner", f"{partner}, {body}"),
            jwt("from-nested", f"{nested}, {body}"),
            jwt("from-call", 'profile = "signed"'),
            signed("signed", *users),
            signed("elsewhere", api="second"),
        ]
    )


@pytest.fixture(scope="module")
def daemon(alice: Registered, recorder: Recording) -> Iterator[Daemon]:
    """Start the daemon on alice's machine; the user of its own signed call is registered through it."""
    write(alice.folder / "token.json", alice.ask("token"))
    write(alice.folder / "key.pub", run("keys", "public", "key.pem", cwd=alice.folder).stdout)
    recorder.begin(nesting(alice.ask("token")))
    with started(config(alice, recorder), alice.folder, {"SESSION": alice.session}) as daemon:
        url = f"http://127.0.0.1:{daemon.port}/snapTrade/registerUser"
        registered = curl(url, *JSON, *profile("signed"), "--data", '{"userId": "carol"}')
        assert content(registered)["userId"] == "carol"
        yield daemon


def nesting(envelope: bytes) -> Serve:
    """Answer with an envelope within other JSON."""
    body = b'{"data": [{"envelope": %b}]}' % envelope
    return saying(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))


def profile(name: str) -> tuple[str, str]:
    """Choose a profile."""
    return "--header", f"Signer-Profile: {name}"


SOURCES: Final = {"file": "from-file", "partner": "from-partner", "path": "from-nested", "own call": "from-call"}


@pytest.mark.parametrize("name", SOURCES.values(), ids=SOURCES)
def test_access(daemon: Daemon, name: str) -> None:
    """A plain curl gets alice's accounts with a token from each source."""
    reply = curl(f"http://127.0.0.1:{daemon.port}/accounts", *profile(name))
    assert content(reply)[0]["id"]
    assert (reply.all("Sandbox-Verdict"), reply.all("Signer-Profile")) == (["verified"], [name])


def test_each_token_speaks_for_its_user(daemon: Daemon) -> None:
    """The tokens from file and Partner are alice's, that of the own call is of the profile's user."""
    url = f"http://127.0.0.1:{daemon.port}/accounts"
    found = {source: content(curl(url, *profile(name)))[0]["id"] for source, name in SOURCES.items()}
    assert found["file"] == found["partner"] == found["path"] != found["own call"]


def test_partner_is_asked_as_configured(daemon: Daemon, recorder: Recording, alice: Registered) -> None:
    """Method, target, headers from secret references and body are those of the config."""
    curl(f"http://127.0.0.1:{daemon.port}/accounts", *profile("from-nested"))
    head, _, body = recorder.requests[0].partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    assert line == "POST /t?a=%2F HTTP/1.1"
    assert {f"X-Session: {alice.session}", "Content-Type: application/json"} <= set(headers)
    assert body == b'{"userId": "alice"}'
    assert len(recorder.requests) == 1


def test_default_and_chosen_profile(daemon: Daemon) -> None:
    """Each port has its default, and a request may choose another profile of its upstream, signed or with a token."""
    first, second = (f"http://127.0.0.1:{port}" for port in daemon.ports.values())
    assert curl(f"{first}/accounts").all("Signer-Profile") == ["from-partner"]
    chosen = curl(f"{first}/snapTrade/partners", *profile("signed"))
    assert (chosen.status, chosen.all("Signer-Profile")) == (200, ["signed"])
    assert curl(f"{second}/snapTrade/partners").all("Signer-Profile") == ["elsewhere"]
    assert curl(f"{second}/accounts", *profile("from-file")).all("Signer-Error") == ["unknown-profile"]
