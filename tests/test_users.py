"""Users and their secrets outlive restarts, are shared with other daemons, and are shown to nobody."""

import errno
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringLocked
from pydantic import SecretStr

from signer_proxy.users import FileStore, KeyringStore, Users, UsersError
from signer_proxy.users.lock import locked

SECRET: Final = SecretStr("hush-hüsh-\ud800")
WAY_OUT: Final = "(restore it from a copy, or move it away to begin anew; it is not written to)"


class MemoryKeyring(KeyringBackend):
    """A keyring of its own, which may be locked."""

    priority = 1.0

    def __init__(self, *, locked: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library's
        self.entries: dict[tuple[str, str], str] = {}
        self.locked = locked

    def get_password(self, service: str, username: str) -> str | None:
        """Return an entry."""
        if self.locked:
            raise KeyringLocked(str(self.entries))
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep an entry."""
        self.entries[service, username] = password


def install(backend: KeyringBackend) -> Iterator[None]:
    """Put a keyring in the place of the system's for a while."""
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    yield
    keyring.set_keyring(before)


@pytest.fixture(name="store", params=["file", "keyring"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FileStore | KeyringStore]:
    """Return an empty store of each kind."""
    if request.param == "file":
        yield FileStore(tmp_path / "users.json")
    else:
        for _ in install(MemoryKeyring()):
            yield KeyringStore("snap/trade/users", tmp_path / "state" / "users.lock")


def told(users: Users) -> str:
    """Return the error of reading users, which writing them gives, too."""
    with pytest.raises(UsersError) as reading:
        users.secret_of("alice")
    with pytest.raises(UsersError) as writing:
        users.remember("bob", SECRET)
    assert str(reading.value) == str(writing.value)
    assert "hush" not in f"{reading.value!r} {reading.value.__cause__!r} {reading.value.__context__!r}"
    return str(reading.value)


def test_users_are_remembered_and_forgotten(store: FileStore | KeyringStore) -> None:
    """A secret is had again by whoever opens the store, the newest one, until its user is forgotten."""
    assert Users(store, "ID").secret_of("alice") is None
    Users(store, "ID").forget("alice")
    Users(store, "ID").remember("alice", SecretStr("old"))
    Users(store, "ID").remember("bob é", SecretStr("other"))
    Users(store, "ID").remember("alice", SECRET)
    assert Users(store, "ID").secret_of("alice") == SECRET
    Users(store, "ID").forget("alice")
    assert Users(store, "ID").secret_of("alice") is None
    assert Users(store, "ID").secret_of("bob é") == SecretStr("other")


def test_clients_do_not_mix(store: FileStore | KeyringStore) -> None:
    """Two client ids in one place have each their own alice."""
    one, two = Users(store, "ONE"), Users(store, "TWO")
    one.remember("alice", SecretStr("1"))
    assert two.secret_of("alice") is None
    two.remember("alice", SecretStr("2"))
    two.forget("alice")
    assert (one.secret_of("alice"), two.secret_of("alice")) == (SecretStr("1"), None)


def test_change_of_another_daemon_is_seen(store: FileStore | KeyringStore) -> None:
    """Nothing is kept from what was read before."""
    ours, theirs = Users(store, "ID"), Users(store, "ID")
    for secret in ("one", "two", "six"):
        theirs.remember("alice", SecretStr(secret))
        assert ours.secret_of("alice") == SecretStr(secret)
    theirs.forget("alice")
    assert ours.secret_of("alice") is None


def test_no_repr_shows_a_secret(store: FileStore | KeyringStore) -> None:
    """Neither the users nor their store show what they hold."""
    users = Users(store, "ID")
    users.remember("alice", SECRET)
    assert "hush" not in f"{users!r} {store!r} {users.secret_of('alice')!r}"


def test_file_is_private_and_nothing_else_stays(tmp_path: Path) -> None:
    """The file has mode 0600 whatever the umask says; beside it stands the lock alone."""
    before = os.umask(0)
    try:
        Users(FileStore(tmp_path / "users.json"), "ID").remember("alice", SECRET)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"users.json": 0o600, "users.json.lock": 0o600}


def test_file_can_be_read_by_a_person(tmp_path: Path) -> None:
    """The file is JSON, by client id and userId."""
    users = Users(FileStore(tmp_path / "users.json"), "ID")
    users.remember("alice", SECRET)
    content = json.loads((tmp_path / "users.json").read_text("ascii"))
    assert content == {"version": 1, "clients": {"ID": {"alice": SECRET.get_secret_value()}}}


def test_nothing_is_written_where_nothing_changes(tmp_path: Path) -> None:
    """What is known already, or unknown anyway, leaves the very file in its place."""
    users = Users(FileStore(tmp_path / "users.json"), "ID")
    users.forget("alice")
    assert not (tmp_path / "users.json").exists()
    users.remember("alice", SECRET)
    before = (tmp_path / "users.json").stat()
    users.remember("alice", SECRET)
    users.forget("bob")
    after = (tmp_path / "users.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_link_stays_a_link(tmp_path: Path) -> None:
    """Where the path is a link, the file that it leads to is changed, and locked for those who name it directly."""
    (tmp_path / "data").mkdir()
    (tmp_path / "users.json").symlink_to("data/users.json")
    Users(FileStore(tmp_path / "users.json"), "ID").remember("alice", SECRET)
    assert (tmp_path / "users.json").is_symlink()
    assert {path.name for path in (tmp_path / "data").iterdir()} == {"users.json", "users.json.lock"}
    assert Users(FileStore(tmp_path / "data" / "users.json"), "ID").secret_of("alice") == SECRET


NO_DOCUMENT: Final = "must be JSON with the users of each client id, got something else"
BROKEN: Final = {
    "empty": b"",
    "cut": b'{"version": 1, "clients": {"ID": {"alice": "hush',
    "not-utf-8": b'"hush\xff"',
    "deep": b"[" * 100_000,
    "list": b'["hush"]',
    "flat": b'{"alice": "hush"}',
    "no-version": b'{"clients": {}}',
    "more": b'{"version": 1, "clients": {}, "x": "hush"}',
    "client": b'{"version": 1, "clients": {"ID": "hush"}}',
    "secret": b'{"version": 1, "clients": {"ID": {"alice": 5}}}',
    "no-secret": b'{"version": 1, "clients": {"ID": {"alice": ""}}}',
}


@pytest.mark.parametrize("content", [pytest.param(content, id=name) for name, content in BROKEN.items()])
def test_broken_file_is_told_and_never_overwritten(content: bytes, tmp_path: Path) -> None:
    """A file that we would not have written is an error for readers and writers, and stays as it is."""
    path = tmp_path / "users.json"
    path.write_bytes(content)
    path.chmod(0o600)
    assert told(Users(FileStore(path), "ID")) == f"users file {path} {NO_DOCUMENT} {WAY_OUT}"
    assert path.read_bytes() == content


def test_file_of_a_later_version_is_told_and_never_overwritten(tmp_path: Path) -> None:
    """What a newer release wrote is left to it."""
    path = tmp_path / "users.json"
    content = b'{"version": 2, "clients": {"ID": {"alice": "hush"}}}'
    path.write_bytes(content)
    path.chmod(0o600)
    assert told(Users(FileStore(path), "ID")) == (
        f"users file {path} must be of version 1, got another one (update signer-proxy)"
    )
    assert path.read_bytes() == content


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666], ids=oct)
def test_file_that_others_can_reach_is_refused(mode: int, tmp_path: Path) -> None:
    """Users that a group or everyone can read or write are not used, and not made private in silence either."""
    path = tmp_path / "users.json"
    Users(FileStore(path), "ID").remember("alice", SECRET)
    path.chmod(mode)
    assert told(Users(FileStore(path), "ID")) == (
        f"users file {path} must be closed to other users, got mode {mode:04o} (chmod 600 {path})"
    )
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_place_that_is_no_file(tmp_path: Path) -> None:
    """A directory in the file's place is told."""
    path = tmp_path / "users.json"
    path.mkdir()
    assert told(Users(FileStore(path), "ID")) == f"users file {path} cannot be read: Is a directory (see `ls -ld`)"


def test_directory_that_does_not_exist(tmp_path: Path) -> None:
    """A new file needs its directory; who reads only finds nobody."""
    users = Users(FileStore(tmp_path / "no" / "users.json"), "ID")
    assert users.secret_of("alice") is None
    with pytest.raises(UsersError, match=r"users\.json\.lock cannot be opened: No such file or directory"):
        users.remember("alice", SECRET)


def test_too_many_users_are_refused_before_they_cannot_be_read(tmp_path: Path) -> None:
    """A file that would be larger than what is read is not written."""
    users = Users(FileStore(tmp_path / "users.json"), "ID")
    users.remember("alice", SECRET)
    with pytest.raises(UsersError, match="must be at most 1 MiB, got more"):
        users.remember("bob", SecretStr("x" * (1 << 20)))
    assert users.secret_of("alice") == SECRET


def test_failed_write_leaves_the_old_file_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full when the new content is flushed costs nothing but the change."""
    users = Users(FileStore(tmp_path / "users.json"), "ID")
    users.remember("alice", SECRET)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(UsersError, match="cannot be written: No space left on device"):
            users.remember("alice", SecretStr("new"))
    assert users.secret_of("alice") == SECRET
    assert {path.name for path in tmp_path.iterdir()} == {"users.json", "users.json.lock"}


HAMMER: Final = """
import sys
from pathlib import Path
from pydantic import SecretStr
from signer_proxy.users import FileStore, Users

path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
sys.stdin.readline()
for number in range(count):
    users = Users(FileStore(path), "ONE" if number % 2 else "TWO")
    users.remember(f"{name}-{number}", SecretStr(f"secret-{name}-{number}"))
    users.remember(f"{name}-gone", SecretStr("x"))
    users.forget(f"{name}-gone")
"""


def test_two_daemons_on_one_file_lose_nothing(tmp_path: Path) -> None:
    """Two processes that change the file at the same time, two clients each, leave every user of both."""
    path, count = tmp_path / "users.json", 60
    commands = [[sys.executable, "-c", HAMMER, str(path), name, str(count)] for name in "ab"]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE) for command in commands]
    for process in processes:
        assert process.stdin
        process.stdin.write(b"\n")
        process.stdin.flush()
    for process in processes:
        process.communicate()
    assert [process.returncode for process in processes] == [0, 0]
    clients = json.loads(path.read_bytes())["clients"]
    assert clients == {
        client: {f"{name}-{i}": f"secret-{name}-{i}" for name in "ab" for i in range(count) if i % 2 == odd}
        for client, odd in (("ONE", 1), ("TWO", 0))
    }


def test_threads_lose_nothing(store: FileStore | KeyringStore) -> None:
    """Threads of one daemon wait for each other as well, with a file and with a keyring."""
    users = Users(store, "ID")

    def work(name: str) -> None:
        for number in range(20):
            users.remember(f"{name}-{number}", SecretStr(name))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [users.secret_of(f"{name}-{number}") for name in "abcd" for number in range(20)]
    assert None not in found


def test_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    """While one process writes, another one finds the user that was there from the start, always."""
    path = tmp_path / "users.json"
    users = Users(FileStore(path), "ID")
    users.remember("alice", SECRET)
    with subprocess.Popen([sys.executable, "-c", HAMMER, str(path), "a", "60"], stdin=subprocess.PIPE) as writer:
        assert writer.stdin
        writer.stdin.write(b"\n")
        writer.stdin.flush()
        while writer.poll() is None:
            assert users.secret_of("alice") == SECRET
    assert writer.returncode == 0


def test_lock_that_is_never_free_is_told(tmp_path: Path) -> None:
    """A daemon that hangs with the lock holds the others up for a while and not for ever."""
    path = tmp_path / "users.lock"
    with locked(path), pytest.raises(UsersError) as caught, locked(path, patience=0):
        pass
    assert str(caught.value) == (
        f"lock file {path} must be free within 0 s, got no turn (does another signer-proxy hang? see `fuser`)"
    )
    with locked(path, patience=0):
        assert path.exists()


def test_lock_does_not_follow_a_link(tmp_path: Path) -> None:
    """A link in the lock's place, which could make a file anywhere, is refused."""
    (tmp_path / "users.json.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsersError, match="cannot be opened"):
        Users(FileStore(tmp_path / "users.json"), "ID").remember("alice", SECRET)
    assert not (tmp_path / "elsewhere").exists()


def test_keyring_entry_that_is_broken(tmp_path: Path) -> None:
    """An entry that holds something else is told as a file is, and kept."""
    memory = MemoryKeyring()
    memory.set_password("snap/trade", "users", "hush")
    for _ in install(memory):
        sentence = f"keyring entry snap/trade/users {NO_DOCUMENT} {WAY_OUT}"
        assert told(Users(KeyringStore("snap/trade/users", tmp_path / "lock"), "ID")) == sentence
    assert memory.entries == {("snap/trade", "users"): "hush"}


@pytest.mark.parametrize(
    ("backend", "sentence"),
    [
        pytest.param(
            "locked", "keyring entry a/b cannot be used, got KeyringLocked (is the keyring unlocked?)", id="locked"
        ),
        pytest.param("none", "no keyring was found on this machine (write users = { file = … })", id="none"),
    ],
)
def test_keyring_that_cannot_be_used(backend: str, sentence: str, tmp_path: Path) -> None:
    """A keyring that is locked or missing is told by what kind of trouble it is."""
    memory = MemoryKeyring(locked=True)
    memory.set_password("a", "b", "hush")
    chosen = memory if backend == "locked" else NoKeyring()  # type: ignore[no-untyped-call]  # the library's
    for _ in install(chosen):
        assert told(Users(KeyringStore("a/b", tmp_path / "lock"), "ID")) == sentence


def test_lock_directory_that_cannot_be_made(tmp_path: Path) -> None:
    """A file where the lock's directory should be is told."""
    (tmp_path / "state").write_text("")
    for _ in install(MemoryKeyring()):
        users = Users(KeyringStore("a/b", tmp_path / "state" / "lock"), "ID")
        with pytest.raises(UsersError, match=r"directory .*/state cannot be made: File exists"):
            users.remember("alice", SECRET)
