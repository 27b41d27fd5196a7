"""A scheme is a file: the steps that all schemes share know nothing of PTI."""

import re
from pathlib import Path
from typing import Final

import pytest

import signer_proxy

ROOT: Final = Path(signer_proxy.__file__).parent
SHARED: Final = [
    *(ROOT / f"{name}.py" for name in ("guard", "route", "access", "exchange", "carrier", "proxy", "forwarding")),
    *sorted((ROOT / "engines").rglob("*.py")),
    *sorted((ROOT / "upstream").rglob("*.py")),
]


PTI: Final = re.compile(r"(?i:\bpti\b|\bpti_|_pti\b|x-pti|auth/jwt|single_?use)|\bPti")


def test_words_are_found() -> None:
    """What the check below looks for is in the scheme's own files."""
    assert [file.stem for file in (ROOT / "schemes").glob("pti_*.py") if not PTI.search(file.read_text("utf-8"))] == []
    assert PTI.search((ROOT / "tokens" / "single_use.py").read_text("utf-8"))


@pytest.mark.parametrize("file", SHARED, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_shared_steps_do_not_know_pti(file: Path) -> None:
    """No step names PTI, a header or a class of it, or its path for tokens."""
    assert PTI.findall(file.read_text("utf-8")) == []


def test_words_of_the_wire_stand_once() -> None:
    """The headers of PTI's schemes are named beside them, and by the sandbox, which knows no scheme."""
    files = {file for file in ROOT.rglob("*.py") if "x-pti-" in file.read_text("utf-8")}
    outside = {file for file in files if not file.is_relative_to(ROOT / "sandbox" / "pti")}
    assert {file.relative_to(ROOT).as_posix().partition("_")[0] for file in outside} <= {"schemes/pti", "webhooks/pti"}
