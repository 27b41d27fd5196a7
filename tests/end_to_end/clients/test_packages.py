"""The tools of npm are those of the lock file, wherever they were taken from."""

import json
from pathlib import Path
from typing import Any

from tests.end_to_end.clients.conftest import PACKAGES

FOLDER = Path(__file__).parent


def read(file: Path) -> dict[str, Any]:
    """Read a file of npm's."""
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return content


def test_locked_packages_have_a_digest_and_no_address() -> None:
    """The lock pins every package by its digest, and names no registry to take it from."""
    packages = read(FOLDER / "package-lock.json")["packages"]
    locked = {name: package for name, package in packages.items() if name and not package.get("inBundle")}
    assert all(package["integrity"].startswith("sha512-") for package in locked.values())
    assert not any("resolved" in package for package in locked.values())


def test_installed_packages_are_the_wanted_ones() -> None:
    """What the tests drive is installed in the version that is written down."""
    wanted = read(FOLDER / "package.json")["dependencies"]
    assert {name: read(PACKAGES / name / "package.json")["version"] for name in wanted} == wanted
