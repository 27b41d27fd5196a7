"""Token and key files that are replaced while the daemon runs."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from signer_proxy.crypto.rsa_key import PrivateKey
from tests.end_to_end.client_side.profiles import envelope, jwt, upstream, write, write_key
from tests.end_to_end.daemon import Daemon, started
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import Reply, ask, request

IN_USE: Final = "reload: the changed config is in use"
REFUSED: Final = "reload: refused, the last good config stays in use"


@pytest.fixture(scope="module")
def running(
    recorder: Recording, key: PrivateKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Daemon, Path]]:
    """Start a daemon whose token file is not there yet."""
    folder = tmp_path_factory.mktemp("replacement")
    write_key(folder, key)
    config = ["version = 1", upstream(recorder.origin, "me"), jwt("me", 'file = "token.json"')]
    with started("\n".join(config), folder) as daemon:
        yield daemon, folder


@pytest.fixture
def daemon(running: tuple[Daemon, Path], key: PrivateKey, upstream: Recording) -> Daemon:
    """Return the daemon with a token in use."""
    daemon, folder = running
    write(folder / "token.json", envelope("first-token", key.public))
    assert token(daemon, upstream) == "first-token"
    return daemon


@pytest.fixture
def folder(running: tuple[Daemon, Path]) -> Path:
    """Return where the files are."""
    return running[1]


def called(daemon: Daemon) -> Reply:
    """Ask for the accounts."""
    return ask(daemon.port, request(daemon.port, "GET", "/accounts"))


def token(daemon: Daemon, upstream: Recording) -> str:
    """Return the token that a request leaves with."""
    assert called(daemon).status == 200
    (line,) = (line for line in upstream.requests[-1].split(b"\r\n") if line.startswith(b"Authorization: JWT "))
    return line.rpartition(b" ")[2].decode()


def test_file_that_comes_later(running: tuple[Daemon, Path], key: PrivateKey, upstream: Recording) -> None:
    """Without the file the daemon starts and says what is missing; the first request after it comes is served."""
    daemon, folder = running
    reply = called(daemon)
    assert (reply.status, reply.code) == (503, "token-unavailable")
    assert "token.json does not exist" in reply.problem["detail"]
    assert upstream.requests == []
    write(folder / "token.json", envelope("late-token", key.public))
    assert token(daemon, upstream) == "late-token"


def in_place(path: Path, content: bytes) -> None:
    """Write a file in place."""
    path.write_bytes(content)


def through_a_link(path: Path, content: bytes) -> None:
    """Put a link to another file in a file's place."""
    write(path.with_name("other.json"), content)
    new = path.with_name(".link")
    new.symlink_to("other.json")
    new.replace(path)


WAYS: Final[dict[str, Callable[[Path, bytes], object]]] = {
    "in place": in_place,
    "by rename": write,
    "through a link": through_a_link,
}


@pytest.mark.parametrize("put", WAYS.values(), ids=WAYS)
def test_new_token(
    daemon: Daemon, folder: Path, key: PrivateKey, upstream: Recording, put: Callable[[Path, bytes], object]
) -> None:
    """The very next request has the new token."""
    put(folder / "token.json", envelope("second-token", key.public))
    assert token(daemon, upstream) == "second-token"


BROKEN: Final[dict[str, tuple[Callable[[Path, PrivateKey], object], str]]] = {
    "empty": (lambda path, _: write(path, b""), "must hold JSON, got nothing"),
    "cut": (lambda path, _: write(path, path.read_bytes()[:100]), "must hold JSON, got other text"),
    "no envelope": (lambda path, _: write(path, b'{"token": "x"}'), "must hold an envelope"),
    "another's": (
        lambda path, other: write(path, envelope("theirs", other.public)),
        "encryptedSharedKey does not open",
    ),
    "gone": (lambda path, _: path.unlink(), "does not exist"),
}


@pytest.mark.parametrize(("spoil", "reason"), BROKEN.values(), ids=BROKEN)
def test_broken_token(
    daemon: Daemon,
    folder: Path,
    key: PrivateKey,
    stranger: PrivateKey,
    upstream: Recording,
    spoil: Callable[[Path, PrivateKey], object],
    reason: str,
) -> None:
    """A broken new token leaves the old one in use, and is told; the repaired one is taken."""
    since = len(daemon.lines)
    spoil(folder / "token.json", stranger)
    assert [token(daemon, upstream) for _ in range(3)] == ["first-token"] * 3
    assert reason in daemon.wait_for("profile me: no new token: ", since=since)
    write(folder / "token.json", envelope("repaired-token", key.public))
    assert token(daemon, upstream) == "repaired-token"


def test_broken_key(daemon: Daemon, folder: Path, key: PrivateKey, upstream: Recording) -> None:
    """A broken new key leaves the old one in use, whose tokens go on to be opened."""
    since = len(daemon.lines)
    write(folder / "key.pem", b"no key")
    daemon.wait_for(REFUSED, since=since)
    write(folder / "token.json", envelope("second-token", key.public))
    assert token(daemon, upstream) == "second-token"
    write_key(folder, key)
    daemon.wait_for(IN_USE, since=since)


def test_new_key(daemon: Daemon, folder: Path, key: PrivateKey, stranger: PrivateKey, upstream: Recording) -> None:
    """With a token that only the new key opens, the old token serves until the key is there, and then the new one."""
    since = len(daemon.lines)
    write(folder / "token.json", envelope("token-for-the-new-key", stranger.public))
    assert token(daemon, upstream) == "first-token"
    write_key(folder, stranger)
    daemon.wait_for(IN_USE, since=since)
    assert token(daemon, upstream) == "token-for-the-new-key"
    since = len(daemon.lines)
    write_key(folder, key)
    daemon.wait_for(IN_USE, since=since)
