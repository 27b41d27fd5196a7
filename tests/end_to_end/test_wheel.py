"""The wheel, in an environment that has nothing but what the lock file names, away from the checkout."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from signer_proxy import __version__
from tests.end_to_end.daemon import launched

ROOT = Path(__file__).parents[2]
MINUTES = 300


def run(folder: Path, *command: str | Path, environ: dict[str, str]) -> str:
    """Run a command that must succeed, and return what it says."""
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, encoding="utf-8", timeout=MINUTES)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    run(ROOT, sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, environ=dict(os.environ))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel and its locked dependencies, and return the environment's folder of programs."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / "bin"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    pip = (programs / "python", "-m", "pip", "install", "--quiet")
    run(folder, *pip, "--require-hashes", "-r", ROOT / "requirements.txt", environ=environ)
    run(folder, *pip, "--no-deps", wheel, environ=environ)
    return programs


def test_content(wheel: Path) -> None:
    """The wheel holds every module, the ready configs with their schema, and the addon."""
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {str(file.relative_to(ROOT)) for file in (ROOT / "signer_proxy").rglob("*.py")}
    configs = {f"signer_proxy/config/{file.name}" for file in (ROOT / "config").iterdir()}
    assert modules | configs | {"signer_proxy/addons/signer.py", "signer_proxy/py.typed"} <= names
    assert [name for name in names if not name.startswith(("signer_proxy/", "signer_proxy-"))] == []


@pytest.mark.timeout(2 * MINUTES)
def test_installed(installed: Path, tmp_path: Path) -> None:
    """The installed command says its version, verifies its demo, and has the sandbox's client at hand."""
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    program = installed / "signer-proxy"
    assert run(tmp_path, program, "--version", environ=environ) == f"signer-proxy {__version__}\n"
    place = run(tmp_path, installed / "python", "-c", "import signer_proxy as s; print(s.__file__)", environ=environ)
    assert Path(place.strip()).is_relative_to(installed.parent)
    assert run(tmp_path, program, "demo", "--once", environ=environ).count("verified · 200") >= 3
    with launched("", tmp_path, environ, (program, "sandbox", "--port", "0"), naming=()) as sandbox:
        sandbox.wait_for("knows the commercial client SANDBOX-PARTNER")
        assert sandbox.stop() == 0
