"""One daemon of a config at a time, whatever the others left behind."""

import os
import socket
import stat
from pathlib import Path
from threading import Barrier, Thread

import pytest

from signer_proxy.admin.claim import claimed
from signer_proxy.errors import StartError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a socket may be, in a directory that is not there yet."""
    return tmp_path / "signer-proxy" / "name.sock"


def test_modes(path: Path) -> None:
    """Directory, socket and lock are the user's alone, whatever the umask says."""
    before = os.umask(0)
    try:
        with claimed(path):
            modes = [stat.S_IMODE(each.stat().st_mode) for each in (path.parent, path, path.with_suffix(".lock"))]
    finally:
        os.umask(before)
    assert modes == [0o700, 0o600, 0o600]


def test_nothing_is_left(path: Path) -> None:
    """At the end nothing of it is there any more, and the next one begins."""
    for _ in range(2):
        with claimed(path):
            assert path.is_socket()
        assert list(path.parent.iterdir()) == []


def test_second(path: Path) -> None:
    """A second claim is refused, and takes nothing from the first."""
    with claimed(path) as first:
        first.listen()
        with pytest.raises(StartError, match="a daemon runs on this config already"), claimed(path):
            pass
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))


def test_stale(path: Path) -> None:
    """What a killed daemon left is replaced."""
    path.parent.mkdir(mode=0o700)
    path.with_suffix(".lock").touch()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with claimed(path) as bound:
        bound.listen()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))


def test_race(path: Path) -> None:
    """Of many that claim it again and again at once, never two have it."""
    holders, most, done = [0], [0], [0]
    barrier = Barrier(8)

    def claim() -> None:
        barrier.wait()
        for _ in range(100):
            try:
                with claimed(path):
                    holders[0] += 1
                    most[0] = max(most[0], holders[0])
                    done[0] += 1
                    holders[0] -= 1
            except StartError:
                pass

    threads = [Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most[0], holders[0]) == (1, 0)
    assert done[0] > 0


def test_too_long(tmp_path: Path) -> None:
    """A path that no socket can have ends with a way out."""
    told = r"AF_UNIX path too long \(set XDG_RUNTIME_DIR to another directory\)"
    with pytest.raises(StartError, match=told), claimed(tmp_path / ("x" * 120) / "name.sock"):
        pass


def test_no_parent(tmp_path: Path) -> None:
    """So does a runtime directory that is not there."""
    with pytest.raises(StartError, match="No such file or directory"), claimed(tmp_path / "a" / "b" / "name.sock"):
        pass
