"""Reading the audit: all files in order, over rotations, past what is no line."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from signer_proxy.audit.file import AuditFile, full
from signer_proxy.audit.trail import Trail
from signer_proxy.runtime import AuditPlace


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the name of a file that is not there yet."""
    return tmp_path / "audit.jsonl"


@pytest.fixture
def trail(path: Path) -> Iterator[Trail]:
    """Open the trail."""
    with closing(Trail(path)) as trail:
        yield trail


def line(number: int) -> bytes:
    """Return a line of 13 bytes."""
    return b'{"time":"%d"}\n' % (number + 100)


def write(path: Path, *numbers: int, rotate: int = 1000) -> None:
    """Append lines as the daemon does."""
    with closing(AuditFile(AuditPlace(path, rotate))) as file:
        for number in numbers:
            file.append(line(number))


def read(trail: Trail) -> list[int]:
    """Return the numbers of the lines that have come."""
    return [int(str(found["time"])) - 100 for found in trail.read()]


def test_nothing(trail: Trail) -> None:
    """A file that is not there yet has no lines."""
    assert read(trail) == []


def test_all_files(path: Path, trail: Trail) -> None:
    """The oldest file comes first."""
    write(path, *range(10), rotate=42)
    assert full(path, 3).exists()
    assert read(trail) == list(range(10))


@pytest.mark.parametrize("step", range(1, 7))
def test_going_on(path: Path, trail: Trail, step: int) -> None:
    """What comes is read once and in order, however many files are put aside between two looks."""
    found = []
    for start in range(0, 60, step):
        write(path, *range(start, start + step), rotate=28)
        found += read(trail)
    assert found == list(range(len(found)))
    assert len(found) >= 60


def test_moved_from_outside(path: Path, trail: Trail) -> None:
    """A file that another program has moved is read to its end, and then the new one."""
    write(path, 1, 2)
    assert read(trail) == [1, 2]
    write(path, 3)
    path.rename(path.with_name("elsewhere"))
    write(path, 4)
    assert read(trail) == [3, 4]


def test_line_in_two_pieces(path: Path, trail: Trail) -> None:
    """A line is read when its end is there."""
    write(path, 1)
    with path.open("ab") as file:
        file.write(line(2)[:5])
        file.flush()
        assert read(trail) == [1]
        file.write(line(2)[5:])
        file.flush()
        assert read(trail) == [2]


@pytest.mark.parametrize(
    "garbage",
    [b'{"time":"1', b"\xff\x00\n", b"[1]\n", b'{"kind":"request"}\n', b"{" * 100_000 + b"\n", b"\n"],
    ids=["cut", "bytes", "list", "no-time", "deep", "empty"],
)
def test_garbage(path: Path, trail: Trail, garbage: bytes) -> None:
    """What is no line is left out; what stands beside it is read."""
    write(path, 1)
    with path.open("ab") as file:
        file.write(garbage)
    write(path, 2)
    assert read(trail) == [1, 2]
