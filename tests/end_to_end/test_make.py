"""`make`: the first command on a fresh machine, and quick from the second on."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKE = shutil.which("make") or "make"


def make(folder: Path, *arguments: str) -> list[str]:
    """Return the lines that `make` writes."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run([MAKE, *arguments], cwd=folder, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_help() -> None:
    """`make help`, and `make` alone, list every target with what it does."""
    lines = make(ROOT, "help")
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert phony is not None
    assert {line.split()[1] for line in lines} == set(phony[1].split())
    assert all(re.fullmatch(r"  make [a-z]+ +\S.*", line) for line in lines)
    assert make(ROOT) == lines


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """Copy what `make` needs, without an environment."""
    folder = tmp_path / "checkout"
    shutil.copytree(ROOT / ".ci", folder / ".ci")
    for name in ("Makefile", "pyproject.toml", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.mark.parametrize(
    ("target", "lock"),
    [("demo", "requirements.txt"), ("test", "requirements-dev.txt"), ("check", "requirements-dev.txt")],
)
def test_steps(fresh: Path, target: str, lock: str) -> None:
    """The first call makes the environment, a second one does not, and a changed lock file is installed alone."""
    steps = [line for line in make(fresh, "-n", target) if line.startswith((".ci/venv", ".ci/install"))]
    assert steps == [".ci/venv", f".ci/install {lock}"]
    for number, made in enumerate((".venv/made", ".venv/runtime", ".venv/dev")):
        (fresh / made).parent.mkdir(parents=True, exist_ok=True)
        (fresh / made).touch()
        os.utime(fresh / made, (2_000_000_000 + number,) * 2)
    assert [line for line in make(fresh, "-n", target) if ".ci/venv" in line or ".ci/install" in line] == []
    os.utime(fresh / lock, (2_000_000_009,) * 2)
    assert [line for line in make(fresh, "-n", target) if ".ci/venv" in line or ".ci/install" in line] == [
        f".ci/install {lock}"
    ]


def test_arguments(fresh: Path) -> None:
    """`ARGS` are passed on."""
    assert make(fresh, "-n", "demo", "ARGS=--once")[-1] == ".venv/bin/signer-proxy demo --once"


def programs(folder: Path, **links: str) -> Path:
    """Return a folder of programs: a shell with what it needs, and `links`."""
    places = folder / "programs"
    places.mkdir()
    for name in ("sh", "dirname"):
        (places / name).symlink_to(shutil.which(name) or name)
    for name, target in links.items():
        (places / name).symlink_to(target)
    return places


def venv(checkout: Path, path: Path) -> subprocess.CompletedProcess[str]:
    """Make the environment of a checkout with nothing but the programs of one folder."""
    environ = {"PATH": str(path), "HOME": str(path / "nowhere")}
    return subprocess.run([checkout / ".ci" / "venv"], env=environ, capture_output=True, text=True, timeout=60)


def test_no_python(fresh: Path, tmp_path: Path) -> None:
    """Where there is no Python, one line says what to install."""
    done = venv(fresh, programs(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert "needs Python 3.12 or newer" in line
    assert "install python3.12 and python3.12-venv" in line
    assert not (fresh / ".venv").exists()


def test_no_fitting_python(fresh: Path, tmp_path: Path) -> None:
    """A python3 that cannot do it counts as none."""
    done = venv(fresh, programs(tmp_path, python3=shutil.which("false") or "false"))
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)


def test_later_python(fresh: Path, tmp_path: Path) -> None:
    """A fitting Python is found behind one that does not fit."""
    base = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    places = programs(tmp_path, **{"python3": shutil.which("false") or "false", base.name: str(base)})
    done = venv(fresh, places)
    assert (done.returncode, done.stderr) == (0, "")
    assert (fresh / ".venv" / "bin" / "python").exists()
