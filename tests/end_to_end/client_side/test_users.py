"""Users who are registered through the proxy: their key goes with them, and their userSecret stays here."""

import gzip
import json
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest

from signer_proxy.crypto.rsa_key import PrivateKey
from tests.end_to_end.background import Background
from tests.end_to_end.client_side.curling import JSON, content, curl
from tests.end_to_end.client_side.parties import CLIENT_ID, Parties, open_parties
from tests.end_to_end.client_side.profiles import signed, upstream, write
from tests.end_to_end.daemon import Daemon, started
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import Reply, ask, request

PUBLIC: Final = 'rsa_public_key = { file = "key.pub" }'
USERS: Final = 'users = { file = "users.json" }'
KEYRING: Final = """
import json, os, pathlib
from keyring.backend import KeyringBackend

class Kept(KeyringBackend):
    priority = 1
    file = pathlib.Path(os.environ["KEPT"])

    def get_password(self, service, name):
        return json.loads(self.file.read_text()).get(f"{service} {name}") if self.file.exists() else None

    def set_password(self, service, name, password):
        self.file.write_text(json.dumps({f"{service} {name}": password}))
"""


@pytest.fixture(scope="module")
def parties(background: Background, key: PrivateKey) -> Iterator[Parties]:
    """Open both parties, with nobody registered."""
    with open_parties(background, key=key) as parties:
        yield parties


@pytest.fixture(scope="module")
def folder(key: PrivateKey, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the public key and a users file that is none."""
    folder = tmp_path_factory.mktemp("users")
    write(folder / "key.pub", key.public.line("alice@home"))
    write(folder / "broken.json", "no users")
    return folder


@pytest.fixture(scope="module")
def daemon(parties: Parties, recorder: Recording, folder: Path) -> Iterator[Daemon]:
    """Start a daemon with profiles that remember users openly, hidden, and in vain."""
    profiles = [
        signed("open", PUBLIC, USERS),
        signed("hiding", PUBLIC, USERS, "hide_user_secret = true"),
        signed("broken", 'users = { file = "broken.json" }', "hide_user_secret = true"),
        signed("raw", PUBLIC, api="raw"),
    ]
    upstreams = [upstream(parties.api_origin, "open"), upstream(recorder.origin, "raw", "raw")]
    with started("\n".join(["version = 1", *upstreams, *profiles]), folder) as daemon:
        yield daemon


def called(daemon: Daemon, path: str, body: str | None = None, profile: str = "open", *more: str) -> Reply:
    """Call the API with curl, by way of the daemon."""
    data = (*JSON, "--data-binary", body) if body is not None else ()
    chosen = ("--header", f"Signer-Profile: {profile}")
    return curl(f"http://127.0.0.1:{daemon.port}{path}", *chosen, *data, *more)


def register(daemon: Daemon, user: str, profile: str = "open") -> Any:  # noqa: ANN401 - JSON
    """Register a user; return the answer."""
    return content(called(daemon, "/snapTrade/registerUser", json.dumps({"userId": user}), profile))


def remembered(folder: Path) -> dict[str, str]:
    """Return the userSecrets that are kept, by userId."""
    kept = json.loads((folder / "users.json").read_bytes())["clients"][CLIENT_ID]
    assert isinstance(kept, dict)
    return kept


ODD: Final = b' {"x" : 1.0, "userId": "zo\xc3\xab \\u00e9"%b\n}\r\n'
KEYED: Final = b'{"userId": "a", "rsaPublicKey": "theirs"}'
BODIES: Final = {
    "compact": (b'{"userId":"a"}', b'{"userId":"a",%b}'),
    "as it is written": (ODD % b"", ODD % b",%b"),
    "another key": (KEYED, KEYED),
}


@pytest.mark.parametrize(("body", "left"), BODIES.values(), ids=BODIES)
def test_public_key_is_added(daemon: Daemon, upstream: Recording, key: PrivateKey, body: bytes, left: bytes) -> None:
    """A registration without a key gets the profile's, and every other byte is kept."""
    port = daemon.ports["raw"]
    assert ask(port, request(port, "POST", "/snapTrade/registerUser", body=body)).status == 200
    (raw,) = upstream.requests
    added = b'"rsaPublicKey":"%b"' % key.public.line().encode()
    assert raw.partition(b"\r\n\r\n")[2] == (left % added if b"%b" in left else left)


def test_public_key_goes_nowhere_else(daemon: Daemon, upstream: Recording) -> None:
    """Other calls with a userId in their body go out as they came."""
    port, body = daemon.ports["raw"], b'{"userId": "a", "userSecret": "b"}'
    for path in ("/snapTrade/resetUserSecret", "/snapTrade/login", "/symbols"):
        assert ask(port, request(port, "POST", path, body=body)).status == 200
    assert [raw.partition(b"\r\n\r\n")[2] for raw in upstream.requests] == [body] * 3


def test_public_key_is_signed(daemon: Daemon) -> None:
    """The API verifies the longer body, and seals for the key from then on."""
    register(daemon, "sealed")
    sealed = content(called(daemon, "/snapTrade/encryptedJWT?userId=sealed"))
    assert set(sealed) == {"encryptedSharedKey", "encryptedMessageData"}


def test_packed_registration(daemon: Daemon, tmp_path: Path) -> None:
    """A registration that is packed gets the key as well."""
    packed = write(tmp_path / "body.gz", gzip.compress(b'{"userId": "packed"}'))
    reply = called(daemon, "/snapTrade/registerUser", f"@{packed}", "open", "--header", "Content-Encoding: gzip")
    assert content(reply)["userId"] == "packed"
    assert content(called(daemon, "/snapTrade/encryptedJWT?userId=packed"))


def test_life_of_a_user(daemon: Daemon, folder: Path) -> None:
    """A userSecret is kept when told, added where it is missing, replaced by a reset, and forgotten with its user."""
    first = register(daemon, "alice")["userSecret"]
    assert remembered(folder)["alice"] == first
    assert stat.S_IMODE((folder / "users.json").stat().st_mode) == 0o600
    assert content(called(daemon, "/accounts?userId=alice"))
    reset = content(called(daemon, "/snapTrade/resetUserSecret", '{"userId": "alice"}'))["userSecret"]
    assert reset != first
    assert remembered(folder)["alice"] == reset
    assert content(called(daemon, "/accounts?userId=alice"))
    assert content(called(daemon, "/snapTrade/deleteUser?userId=alice", None, "open", "--request", "DELETE"))
    assert "alice" not in remembered(folder)
    assert called(daemon, "/accounts?userId=alice").status == 401


def test_user_of_nobody(daemon: Daemon, parties: Parties) -> None:
    """A user who is not known goes to the API as the client named it, without a userSecret."""
    assert called(daemon, "/accounts?userId=nobody").status == 401
    assert "userSecret" not in parties.api.of("/accounts")[-1].query


def test_secret_of_the_client(daemon: Daemon, parties: Parties) -> None:
    """A userSecret that the client sends is left as it is, right or wrong."""
    register(daemon, "dora")
    assert called(daemon, "/accounts?userId=dora&userSecret=wrong").status == 401
    assert parties.api.of("/accounts")[-1].query.count("userSecret") == 1


def test_failed_registration(daemon: Daemon, folder: Path) -> None:
    """A registration that the API refuses changes nothing here."""
    secret = register(daemon, "eve")["userSecret"]
    assert called(daemon, "/snapTrade/registerUser", '{"userId": "eve"}').status == 400
    assert remembered(folder)["eve"] == secret


def test_hidden(daemon: Daemon, folder: Path) -> None:
    """The client may see stars alone, and send them back; what is kept is the userSecret."""
    assert register(daemon, "hidden", "hiding") == {"userId": "hidden", "userSecret": "***"}
    first = remembered(folder)["hidden"]
    for target in ("/accounts?userId=hidden", "/accounts?userId=hidden&userSecret=***"):
        assert content(called(daemon, target, None, "hiding"))
    body = '{"userId": "hidden", "userSecret": "***"}'
    assert content(called(daemon, "/snapTrade/resetUserSecret", body, "hiding"))["userSecret"] == "***"
    assert remembered(folder)["hidden"] not in (first, "***")
    assert content(called(daemon, "/accounts?userId=hidden", None, "hiding"))


def test_users_file_that_is_none(daemon: Daemon, folder: Path) -> None:
    """A userSecret that cannot be kept is not hidden, and is told; a request that needs one is refused and not sent."""
    reply = called(daemon, "/snapTrade/registerUser", '{"userId": "fay"}', "broken")
    assert content(reply)["userSecret"] != "***"
    assert "broken.json must be JSON" in daemon.wait_for("profile broken: a userSecret was not kept")
    refused = called(daemon, "/accounts?userId=fay", None, "broken")
    assert (refused.status, refused.code) == (503, "credential-unavailable")
    assert (folder / "broken.json").read_text() == "no users"


def test_two_daemons_on_one_file(daemon: Daemon, parties: Parties, folder: Path, tmp_path: Path) -> None:
    """Users who are registered through two daemons at once are all kept, and each knows the other's."""
    config = [
        "version = 1",
        upstream(parties.api_origin, "p"),
        signed("p", f'users = {{ file = "{folder}/users.json" }}'),
    ]
    with started("\n".join(config), tmp_path) as second, ThreadPoolExecutor(8) as threads:
        both = [(each, f"{name}-{number}") for number in range(12) for each, name in ((daemon, "a"), (second, "b"))]

        def registered(one: tuple[Daemon, str]) -> str:
            port, body = one[0].port, json.dumps({"userId": one[1]}).encode()
            return str(
                json.loads(ask(port, request(port, "POST", "/snapTrade/registerUser", body=body)).body)["userSecret"]
            )

        told = dict(zip((user for _, user in both), threads.map(registered, both), strict=True))
        assert told.items() <= remembered(folder).items()
        assert content(called(second, "/accounts?userId=a-3", None, "p"))
        assert content(called(daemon, "/accounts?userId=b-3"))


def test_keyring(parties: Parties, tmp_path: Path) -> None:
    """The system's keyring is as good a place, over a restart as well."""
    write(tmp_path / "kept.py", KEYRING)
    environ = {
        "HOME": str(tmp_path),
        "KEPT": str(tmp_path / "keyring.json"),
        "PYTHONPATH": str(tmp_path),
        "PYTHON_KEYRING_BACKEND": "kept.Kept",
    }
    users = 'users = { keyring = "signer-proxy/users" }'
    config = "\n".join(
        ["version = 1", upstream(parties.api_origin, "p"), signed("p", users, "hide_user_secret = true")]
    )
    with started(config, tmp_path, environ) as daemon:
        assert register(daemon, "gil", "p")["userSecret"] == "***"
    assert list(json.loads((tmp_path / "keyring.json").read_text())) == ["signer-proxy users"]
    with started(config, tmp_path, environ) as daemon:
        assert content(called(daemon, "/accounts?userId=gil", None, "p"))
