"""Saved flows stand in the file that has the name, or are told of as lost."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from mitmproxy import io

from signer_proxy.engines.mitmproxy.inspector.saving import Saving
from tests.engines.inspector.flows import facts, flow


def count(path: Path) -> int:
    """Return the number of flows in a file."""
    with path.open("rb") as file:
        return len(list(io.FlowReader(file).stream()))


def test_a_removed_file(tmp_path: Path) -> None:
    """A file that was removed is made again, and takes the next flow."""
    path = tmp_path / "flows.mitm"
    with Saving(path) as saving:
        saving.add(flow(facts()))
        path.unlink()
        saving.add(flow(facts()))
    assert count(path) == 1


def unlinked(path: Path) -> None:
    """Take a file away with its directory."""
    shutil.rmtree(path.parent)


def shared(path: Path) -> None:
    """Put one that others can read in a file's place."""
    path.unlink()
    path.touch(0o644)


@pytest.mark.parametrize("spoil", [unlinked, shared])
def test_a_file_that_cannot_be_had(
    spoil: Callable[[Path], None], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """While the file cannot be had, that is said once; when it can again, how many flows were lost."""
    path = tmp_path / "folder" / "flows.mitm"
    path.parent.mkdir()
    with Saving(path) as saving:
        spoil(path)
        saving.add(flow(facts()))
        saving.add(flow(facts()))
        assert caplog.text.count("flows are not saved") == 1
        shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir()
        saving.add(flow(facts()))
    assert "flows are written again, 2 were lost" in caplog.text
    assert count(path) == 1
