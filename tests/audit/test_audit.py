"""The audit of a running proxy: a change of its file, and what happens where it cannot be written."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from signer_proxy.audit.audit import Audit
from signer_proxy.errors import InternalError, StartError
from signer_proxy.runtime import AuditPlace
from tests.audit.exchanges import ANSWERED
from tests.audit.test_file import room_for

SENT = replace(ANSWERED, kind="sent", access="trade", answer=None)


@pytest.fixture
def audit() -> Iterator[Audit]:
    """Open an audit without a file."""
    with closing(Audit()) as audit:
        yield audit


def put(audit: Audit, path: Path | None, rotate: int = 10_000) -> None:
    """Make a file the one that is written."""
    with audit.changing(None if path is None else AuditPlace(path, rotate)):
        pass


def kinds(path: Path) -> list[str]:
    """Return the kinds of the lines of a file."""
    return [json.loads(line)["kind"] for line in path.read_text().splitlines()]


def test_no_file(audit: Audit) -> None:
    """Without a file nothing is written, and orders leave."""
    audit.write(SENT)
    audit.reopen()


def test_change(audit: Audit, tmp_path: Path) -> None:
    """Lines go to the file of the runtime in use; what is put in use again with the same file goes on with it."""
    for name in ("a", "b", "b", None, "a"):
        put(audit, tmp_path / name if name else None)
        audit.write(ANSWERED)
    assert [kinds(tmp_path / name) for name in ("a", "b")] == [["request"] * 2, ["request"] * 2]


def test_change_of_the_size(audit: Audit, tmp_path: Path) -> None:
    """Another size counts at once for the same file."""
    put(audit, tmp_path / "a")
    audit.write(ANSWERED)
    put(audit, tmp_path / "a", rotate=10)
    audit.write(ANSWERED)
    assert (kinds(tmp_path / "a.1"), kinds(tmp_path / "a")) == (["request"], ["request"])


def test_change_that_fails(audit: Audit, tmp_path: Path) -> None:
    """Where a reload is refused, for this file or for anything else, the old file goes on and the new one is free."""
    put(audit, tmp_path / "a")
    with pytest.raises(StartError, match="cannot be opened"):
        put(audit, tmp_path / "missing" / "b")
    with pytest.raises(LookupError), audit.changing(AuditPlace(tmp_path / "b", 100)):
        raise LookupError
    audit.write(ANSWERED)
    assert kinds(tmp_path / "a") == ["request"]
    with closing(Audit()) as other:
        put(other, tmp_path / "b")


def test_order_without_a_line(audit: Audit, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An order whose line cannot be written does not leave; all else goes on, and what is lost is told once."""
    put(audit, tmp_path / "a")
    with room_for(0):
        with pytest.raises(InternalError, match=r"a must take a line before an order leaves.*nothing was sent"):
            audit.write(SENT)
        for _ in range(3):
            audit.write(ANSWERED)
    audit.write(SENT)
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "3 were lost" in caplog.text
    assert kinds(tmp_path / "a") == ["sent"]


def test_line_is_quick(audit: Audit, tmp_path: Path) -> None:
    """A line is one write of the whole, so that no thread is needed: who reads sees lines alone."""
    put(audit, tmp_path / "a")
    reader = os.open(tmp_path / "a", os.O_RDONLY)
    try:
        for _ in range(3):
            audit.write(ANSWERED)
            piece = os.read(reader, 1 << 16)
            assert (piece.count(b"\n"), piece[-1:]) == (1, b"\n")
    finally:
        os.close(reader)
