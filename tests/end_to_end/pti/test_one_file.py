"""A scheme is a file: the steps that all schemes share know nothing of PTI."""

import re
from pathlib import Path
from typing import Final

import pytest

import signer_proxy

ROOT: Final = Path(signer_proxy.__file__).parent
# The inspector has a view for each form of a signature: PTI's is its own file, and the list of views names it.
VIEWS: Final = {ROOT / "engines" / "mitmproxy" / "inspector" / f"{name}.py" for name in ("pti_jws", "views")}
SHARED: Final = [
    *(ROOT / f"{name}.py" for name in ("route", "access", "exchange", "forwarding", "proxy/carrier", "proxy/proxy")),
    *sorted({*(ROOT / "engines").rglob("*.py")} - VIEWS),
    *sorted(file for area in ("guard", "upstream") for file in (ROOT / area).rglob("*.py")),
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
    """The headers of PTI's schemes are named beside them, and by sandbox and diagnosis, which know no scheme."""
    files = {file for file in ROOT.rglob("*.py") if "x-pti-" in file.read_text("utf-8")}
    apart = (ROOT / "sandbox" / "pti", ROOT / "diagnosis")
    outside = {file for file in files if not any(file.is_relative_to(folder) for folder in apart)}
    assert {file.relative_to(ROOT).as_posix().partition("_")[0] for file in outside} <= {"schemes/pti", "webhooks/pti"}
