"""A service starts the program of the installation that runs now, wherever that has put it."""

import sys
import sysconfig
from pathlib import Path

import pytest

from signer_proxy.errors import StartError
from signer_proxy.service.program import program
from tests.settings.writing import write

PLACES = ("beside", "scripts", "user", "path")


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have Python and its folders for programs in one folder, without a program of ours."""
    for place in PLACES:
        (tmp_path / place).mkdir()
    scripts = {None: str(tmp_path / "scripts"), "the user's": str(tmp_path / "user")}
    monkeypatch.setattr(sys, "executable", str(tmp_path / "beside" / "python"))
    monkeypatch.setattr(sysconfig, "get_preferred_scheme", lambda key: f"the {key}'s")
    monkeypatch.setattr(sysconfig, "get_path", lambda _, scheme=None: scripts[scheme])
    return tmp_path


@pytest.mark.parametrize("place", PLACES)
def test_found(empty: Path, place: str) -> None:
    """It is taken from the first place that has it; a file that nobody can start is passed by."""
    write(empty / "beside" / "signer-proxy", "")
    for there in PLACES[PLACES.index(place) :]:
        write(empty / there / "signer-proxy", "", 0o700)
    assert program({"PATH": str(empty / "path")}) == empty / place / "signer-proxy"


def test_not_installed(empty: Path) -> None:
    """Without one, that is said before a service is written that could not start."""
    with pytest.raises(StartError, match="must be installed, got none beside"):
        program({"PATH": str(empty / "path")})
