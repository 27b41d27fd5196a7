"""A day in the life of all three parties, and a search for its secrets in all that the daemon wrote."""

import json
import secrets
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest

from signer_proxy.crypto.rsa_key import PrivateKey
from tests.end_to_end.background import Background
from tests.end_to_end.client_side.parties import CONSUMER_KEY, Parties, open_parties
from tests.end_to_end.client_side.profiles import envelope, jwt, of_partner, signed, upstream, write, write_key
from tests.end_to_end.daemon import NAME, Daemon, free_port, started
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import Reply, ask, request
from tests.faulty_upstream import OK, saying

PASSPHRASE: Final = "correct-horse-4711-battery"
FILE_TOKEN: Final = "token-of-the-file"
BODY: Final = "value-in-the-body-for-the-partner"
QUERY: Final = "value-in-the-query-for-the-partner"
PORTAL: Final = "token-in-the-link-to-the-portal"
CONSUMER_KEY_TOO: Final = "consumer-key-of-a-file"
OTHER_TOKEN: Final = "token-of-another"
OTHER_PASSPHRASE: Final = "staple-0815-other-horse"
CONFIG_SESSION: Final = "sessîon-of-the-config"
THEIRS: Final = "credential-that-the-client-sends"
TROUBLES: Final = ("mixes_up", "is_html", "is_down")
REFUSED: Final = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno"


@dataclass(slots=True)
class Day:
    """What was secret, and what the daemon wrote."""

    secrets: dict[str, set[str]] = field(default_factory=dict, repr=False)
    """By kind."""
    written: dict[str, str] = field(default_factory=dict, repr=False)
    """By place."""
    problems: dict[str, str] = field(default_factory=dict, repr=False)
    """Answers of the daemon's own, by their code."""

    def take(self, reply: Reply) -> Reply:
        """Note an answer of the daemon's own, and what it adds to others."""
        ours = {name: value for name, value in reply.headers if name.startswith("Signer-")}
        if reply.code is not None:
            self.problems[reply.code] = self.problems.get(reply.code, "") + reply.body.decode() + str(reply.headers)
        self.written["headers"] = self.written.get("headers", "") + f"{ours}\n"
        return reply


@dataclass(frozen=True, slots=True)
class Scene:
    """Who plays."""

    day: Day
    daemon: Daemon
    parties: Parties
    recorder: Recording
    folder: Path
    key: PrivateKey
    stranger: PrivateKey

    def call(self, profile: str, method: str, target: str, body: bytes = b"") -> Reply:
        """Call an upstream by way of the daemon, with credentials that the client should not have sent."""
        port = self.daemon.ports["raw" if profile.startswith("raw") else "api"]
        theirs = (f"Signature: {THEIRS}", f"Authorization: Bearer {THEIRS}")
        asked = request(port, method, target, f"Signer-Profile: {profile}", *theirs, body=body)
        return self.day.take(ask(port, asked))


def profiles(parties: Parties, session: str) -> list[str]:
    """Return every kind of profile, in working order and not."""
    protected = 'private_key = { file = "key.pem", passphrase = { env = "KEY_PASSPHRASE" } }'
    partner = of_partner(parties, session).replace(f'"{session}"', '{ env = "SESSION" }')
    chatty = partner.replace('", headers', f'?q={QUERY}", headers') + f""", body = '{{"x": "{BODY}"}}'"""
    gone = f'url = "http://127.0.0.1:{free_port()}/token?q={QUERY}"'
    users = ('users = { file = "users.json" }', 'rsa_public_key = { file = "key.pub" }', 'access = "trade"')
    file = 'file = "token.json"'
    return [
        jwt("file", file, key=protected),
        jwt("partner", chatty, key=protected),
        *(jwt(trouble, chatty, key=protected) for trouble in TROUBLES),
        jwt("call", 'profile = "signed"', key=protected),
        jwt("gone", gone, key=protected),
        jwt("elsewhere", f'{partner}, path = "data"', key=protected),
        jwt("raw-file", file, key=protected).replace('"api"', '"raw"'),
        signed("signed", 'user_id = "alice"', 'user_secret = { file = "alice.secret" }', *users),
        signed("hiding", *users, "hide_user_secret = true"),
        signed("broken", 'users = { file = "broken.json" }'),
        signed("raw-signed", consumer_key='{ file = "consumer.key" }', api="raw"),
    ]  # fmt: skip


def answers(scene: Scene) -> None:
    """Open envelopes in answers, and fail to."""
    link = json.dumps({"redirectURI": f"https://portal.example/?token={PORTAL}"})
    for sealed in (envelope(link, scene.key.public), envelope(link, scene.stranger.public), b"{}", b"no JSON"):
        scene.recorder.begin(saying(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(sealed), sealed)))
        scene.call("raw-signed", "POST", "/snapTrade/login")
        scene.call("raw-file", "GET", "/accounts")
    scene.call("signed", "POST", "/snapTrade/login")
    scene.recorder.begin(saying(REFUSED))
    scene.call("raw-file", "GET", "/accounts")
    scene.recorder.begin(saying(b"no HTTP\r\n\r\n"))
    scene.call("raw-file", "POST", "/symbols")
    scene.recorder.begin(saying(OK))


def users(scene: Scene) -> set[str]:
    """Register, reset, use and delete users; return every userSecret that there was."""
    told = set(scene.parties.users.values())
    for profile, user in (("signed", "bob"), ("hiding", "carol"), ("broken", "dora")):
        body = json.dumps({"userId": user}).encode()
        for path in ("/snapTrade/registerUser", "/snapTrade/resetUserSecret"):
            reply = scene.call(profile, "POST", path, body)
            told |= {json.loads(reply.body)["userSecret"]} if reply.status == 200 else set()
            kept = json.loads((scene.folder / "users.json").read_bytes())["clients"].values()
            told |= {secret for users in kept for secret in users.values()}
        for target in (f"/accounts?userId={user}", f"/accounts?userId={user}&userSecret={THEIRS}"):
            scene.call(profile, "GET", target)
    scene.call("signed", "DELETE", "/snapTrade/deleteUser?userId=bob")
    return told - {"***"}


def tokens(scene: Scene) -> None:
    """Use every source, in good and in bad times."""
    for name in ("file", "partner", "call", "gone", "elsewhere"):
        scene.call(name, "GET", f"/accounts?userSecret={THEIRS}")
        scene.call(name, "POST", f"/trade/place?userSecret={THEIRS}", b"{}")
    for trouble in TROUBLES:
        setattr(scene.parties.behaviour, trouble, True)
        for _ in range(2):
            scene.call(trouble, "GET", "/accounts")
        setattr(scene.parties.behaviour, trouble, False)
    scene.parties.revoke("alice")
    for name in ("partner", "call"):
        scene.call(name, "GET", "/accounts")
    for content in (
        b"",
        envelope(OTHER_TOKEN, scene.stranger.public),
        envelope(f"{OTHER_TOKEN} no word", scene.key.public),
    ):
        write(scene.folder / "token.json", content)
        scene.call("file", "GET", "/accounts")


def mistakes(scene: Scene) -> None:
    """Save configs and keys that are wrong, and right again."""
    good = scene.daemon.config.read_text("utf-8")
    for file, content in (
        ("key.pem", scene.key.pem(OTHER_PASSPHRASE)),
        ("key.pem", b"no key"),
        ("alice.secret", b"\xff"),
        (scene.daemon.config.name, good.replace('{ env = "SESSION" }', f'"{CONFIG_SESSION}"')),
        (scene.daemon.config.name, good.replace("key.pub", "key.pem")),
    ):
        before, since = (scene.folder / file).read_bytes(), len(scene.daemon.lines)
        write(scene.folder / file, content)
        scene.daemon.wait_for("reload: refused", since=since)
        write(scene.folder / file, before)
        scene.daemon.wait_for("reload: the changed config is in use", since=since)


def new_files(folder: Path, old: set[str]) -> str:
    """Return what the daemon has put into its folder and home, but for the users."""
    found = [file for file in folder.rglob("*") if file.is_file() and file.name not in {*old, "users.json"}]
    return "\n".join(f"{file}\n{file.read_text(errors='replace')}" for file in found)


@pytest.fixture(scope="module")
def day(
    background: Background,
    recorder: Recording,
    key: PrivateKey,
    stranger: PrivateKey,
    tmp_path_factory: pytest.TempPathFactory,
) -> Day:
    """Live through the day."""
    folder, day, made = tmp_path_factory.mktemp("leaks"), Day(), set[str]()
    write_key(folder, key, PASSPHRASE)
    write(folder / "key.pub", key.public.line())
    write(folder / "alice.secret", "user-secret-of-alice")
    write(folder / "consumer.key", CONSUMER_KEY_TOO)
    write(folder / "broken.json", "no users")
    write(folder / "token.json", envelope(FILE_TOKEN, key.public))
    ours = {NAME, *(file.name for file in folder.iterdir())}
    token_urlsafe = secrets.token_urlsafe

    def noted(size: int | None = None) -> str:
        made.add(value := token_urlsafe(size))
        return value

    with pytest.MonkeyPatch.context() as patch, open_parties(background, "alice", key=key) as parties:
        patch.setattr(secrets, "token_urlsafe", noted)  # makes shared keys, and the Partner's sessions
        session = parties.log_in("alice")
        upstreams = [upstream(parties.api_origin, "file"), upstream(recorder.origin, "raw-file", "raw")]
        config = "\n".join(["version = 1", *upstreams, *profiles(parties, session)])
        environ = {"HOME": str(folder), "SESSION": session, "KEY_PASSPHRASE": PASSPHRASE}
        with started(config, folder, environ) as daemon:
            scene = Scene(day, daemon, parties, recorder, folder, key, stranger)
            answers(scene)
            user_secrets = users(scene)
            tokens(scene)
            mistakes(scene)
            day.written["cmdline"] = Path(f"/proc/{daemon.process.pid}/cmdline").read_text()
        day.written["output"] = daemon.output
    day.written["files"] = new_files(folder, ours)
    with_token = [asked for asked in parties.api.asked if "signature" not in asked.headers]
    used = {asked.headers["authorization"].rpartition(" ")[2] for asked in with_token}
    day.secrets = {
        "consumer keys": {CONSUMER_KEY, CONSUMER_KEY_TOO},
        "userSecrets": user_secrets,
        "tokens": used | {part for token in used for part in token.split(".")[1:]} | {FILE_TOKEN, OTHER_TOKEN},
        "shared keys and sessions": made,
        "passphrases": {PASSPHRASE, OTHER_PASSPHRASE},
        "private keys": {line for pem in (key.pem(), stranger.pem()) for line in pem.decode().splitlines()[1:-1]},
        "for the Partner": {BODY, QUERY, CONFIG_SESSION},
        "link to the portal": {PORTAL},
        "sent by the client": {THEIRS},
    }
    return day


KINDS: Final = (
    "consumer keys",
    "userSecrets",
    "tokens",
    "shared keys and sessions",
    "passphrases",
    "private keys",
    "for the Partner",
    "link to the portal",
    "sent by the client",
)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_leaks(day: Day, kind: str) -> None:
    """No secret is written anywhere: as it is, in part, or in an encoding."""
    for secret in day.secrets[kind]:
        forms = {secret, quote(secret, safe=""), b64encode(secret.encode()).decode(), secret[len(secret) // 2 :]}
        places = {**day.written, **day.problems}
        assert [place for place, text in places.items() if any(form in text for form in forms)] == []


def test_there_was_much_to_tell(day: Day) -> None:
    """Every kind of secret was there, and the daemon has written about all that went wrong."""
    assert {kind: len(day.secrets[kind]) > 0 for kind in KINDS} == dict.fromkeys(KINDS, True)
    assert len(day.secrets["userSecrets"]) >= 6
    assert len(day.secrets["shared keys and sessions"]) >= 10
    assert len(day.secrets["tokens"]) >= 6
    assert set(day.problems) == {"access-denied", "credential-unavailable", "token-unavailable", "upstream-broke"}
    for word in ("no new token", "was not kept", "reload: refused", "envelope", "registerUser", "snaptrade-jwt"):
        assert word in day.written["output"]
    assert "envelope-unreadable" in day.written["headers"]
    assert "signer-proxy" in day.written["cmdline"]
