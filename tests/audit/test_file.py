"""The audit's file: private, whole lines alone, rotated by size, moved from outside, one writer."""

import os
import resource
import shutil
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from signer_proxy.audit.file import KEPT, AuditFile, full
from signer_proxy.errors import StartError
from signer_proxy.runtime import AuditPlace


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the name of a file that is not there yet."""
    return tmp_path / "audit.jsonl"


@contextmanager
def opened(path: Path, rotate: int = 1000) -> Iterator[AuditFile]:
    """Open a file."""
    with closing(AuditFile(AuditPlace(path, rotate))) as file:
        yield file


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file of this process be larger, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_new_file_is_private(path: Path) -> None:
    """A new file is for its owner alone, and takes whole lines."""
    with opened(path) as file:
        file.append(b"one\n")
        file.append(b"two\n")
        assert path.read_bytes() == b"one\ntwo\n"  # before it is closed
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_existing_file_grows(path: Path) -> None:
    """What was there stays."""
    path.touch(0o600)
    path.write_bytes(b"old\n")
    with opened(path) as file:
        file.append(b"new\n")
    assert path.read_bytes() == b"old\nnew\n"


def test_cut_line_is_ended(path: Path) -> None:
    """A line in the middle of which a machine went down does not take the next one with it."""
    path.touch(0o600)
    path.write_bytes(b'{"time"')
    with opened(path) as file:
        file.append(b"new\n")
    assert path.read_bytes() == b'{"time"\nnew\n'


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        pytest.param(lambda path: path.touch(0o644), "closed to other users, got mode 0644 .chmod 600", id="shared"),
        pytest.param(lambda path: os.mkfifo(path, 0o600), "must be a regular file", id="pipe"),
        pytest.param(lambda path: path.mkdir(), "cannot be opened: Is a directory", id="directory"),
        pytest.param(lambda path: path.parent.rmdir(), "cannot be opened: No such file", id="no-directory"),
    ],
)
def test_unfit_file(path: Path, prepare: object, words: str) -> None:
    """A file that others can read, or that is none, is refused before anything is written."""
    assert callable(prepare)
    prepare(path)
    with pytest.raises(StartError, match=words), opened(path):
        pass


def test_one_writer(path: Path) -> None:
    """A second daemon would rotate the file away from the first one: it is refused."""
    with opened(path), pytest.raises(StartError, match="one daemon's alone"), opened(path):
        pass
    with opened(path):
        pass


def removed(path: Path) -> None:
    """Take the file away with its directory."""
    shutil.rmtree(path.parent)


def shared(path: Path) -> None:
    """Put one that others can read in its place."""
    path.unlink()
    path.touch(0o644)


@pytest.mark.parametrize("spoil", [removed, shared])
def test_file_that_is_gone(path: Path, spoil: Callable[[Path], None], caplog: pytest.LogCaptureFixture) -> None:
    """A line that nobody could ever read is an error, for as long as no file with the name can be had."""
    path = path.parent / "folder" / path.name
    path.parent.mkdir()
    with opened(path) as file:
        file.append(b"one\n")
        spoil(path)
        for _ in range(2):
            with pytest.raises(FileNotFoundError):
                file.append(b"two\n")
        assert caplog.text.count("audit file") == 1
        shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir()
        file.append(b"three\n")
    assert path.read_bytes() == b"three\n"


def test_rotation(path: Path) -> None:
    """A full file is put aside; so many are kept, and no line is lost before that."""
    lines = [b"%03d\n" % number for number in range(25)]
    with opened(path, rotate=20) as file:
        for line in lines[:24]:
            file.append(line)
        kept = [full(path, number).read_bytes() for number in range(4, 0, -1)]
        assert b"".join([*kept, path.read_bytes()]) == b"".join(lines[:24])
        for line in lines[24:] * 20:
            file.append(line)
    assert sorted(each.name for each in path.parent.iterdir()) == sorted(
        ["audit.jsonl", *(f"audit.jsonl.{number}" for number in range(1, KEPT + 1))]
    )
    assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()} == {0o600}


def test_line_larger_than_a_file(path: Path) -> None:
    """A line that is larger than a file may be has a file of its own."""
    with opened(path, rotate=5) as file:
        file.append(b"1234567890\n")
        file.append(b"next\n")
    assert (full(path, 1).read_bytes(), path.read_bytes()) == (b"1234567890\n", b"next\n")


def test_rotation_that_fails(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where a full file cannot be put aside it grows, which is said once."""
    full(path, KEPT).mkdir()
    full(path, KEPT - 1).touch()
    with opened(path, rotate=5) as file:
        for _ in range(3):
            file.append(b"line\n")
    assert path.read_bytes() == b"line\n" * 3
    assert caplog.text.count("cannot be rotated and grows") == 1


def test_reopening(path: Path) -> None:
    """A file that was moved from outside is left behind, and one with the old name begun."""
    moved = path.with_name("moved")
    with opened(path) as file:
        file.append(b"one\n")
        path.rename(moved)
        file.append(b"two\n")
        file.reopen()
        file.append(b"three\n")
        file.reopen()
        file.append(b"four\n")
    assert (moved.read_bytes(), path.read_bytes()) == (b"one\ntwo\n", b"three\nfour\n")


def test_file_that_is_removed(path: Path) -> None:
    """A file that was removed is begun anew with the next line."""
    with opened(path) as file:
        file.append(b"one\n")
        path.unlink()
        file.append(b"two\n")
        assert path.read_bytes() == b"two\n"


def test_reopening_an_unfit_file(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What has the name now and is open to others is not written to; the old file goes on."""
    moved = path.with_name("moved")
    with opened(path) as file:
        path.rename(moved)
        path.touch(0o644)
        file.reopen()
        file.append(b"one\n")
        assert "closed to other users" in caplog.text
        path.chmod(0o600)
        file.reopen()
        file.append(b"two\n")
    assert (moved.read_bytes(), path.read_bytes()) == (b"one\n", b"two\n")


@pytest.mark.parametrize("room", [8, 10], ids=["no-room", "room-for-a-half"])
def test_full_disk(path: Path, room: int) -> None:
    """A line is written as a whole or not at all, and the next one that has room is whole again."""
    with opened(path) as file:
        file.append(b"one....\n")
        with room_for(room), pytest.raises(OSError, match=r"File too large|No space"):
            file.append(b"two....\n")
        file.append(b"three..\n")
    assert path.read_bytes() == b"one....\nthree..\n"
