"""The vendor's SDK for Python, which uses no proxy: found where a command's interpreter has it, and only there."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from signer_proxy.child.sdk import has_deaf_sdk
from tests.settings.writing import write

PYTHON = sys.executable  # in whose environment the SDK is


def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment whose PATH begins with a directory of ours."""
    return {"PATH": f"{tmp_path}:{Path(PYTHON).parent}:/usr/bin:/bin"}


SCRIPTS = {
    "path": f"#!{PYTHON}\n",
    "path-and-option": f"#! {PYTHON} -I\n",
    "env": "#!/usr/bin/env python\n",
    "env-and-option": "#!/usr/bin/env -S python -I\n",
}


@pytest.mark.parametrize("first_line", SCRIPTS.values(), ids=SCRIPTS)
def test_script(tmp_path: Path, first_line: str) -> None:
    """The first line of a script leads to its interpreter; the script itself is not run."""
    write(tmp_path / "tool", f"{first_line}raise SystemExit(9)\n", 0o700)
    assert has_deaf_sdk(["tool"], environ(tmp_path))


@pytest.mark.parametrize("name", [PYTHON, "python", "python3"])
def test_interpreter(tmp_path: Path, name: str) -> None:
    """A Python is known by its name."""
    assert has_deaf_sdk([name, "app.py"], environ(tmp_path))


OTHERS: dict[str, tuple[Sequence[str], str]] = {
    "no-python": (["true"], ""),
    "missing": (["no-such-command"], ""),
    "shell-script": (["tool"], "#!/bin/sh\nexit 0\n"),
    "empty-script": (["tool"], ""),
    "env-alone": (["tool"], "#!/usr/bin/env\n"),
    "bytes": (["tool"], "\x00\x01"),
    "python-that-is-not-there": (["tool"], "#!/nowhere/python3\n"),
}


@pytest.mark.parametrize(("command", "content"), OTHERS.values(), ids=OTHERS)
def test_other_commands(tmp_path: Path, command: Sequence[str], content: str) -> None:
    """What is no Python is not asked."""
    write(tmp_path / "tool", content, 0o700)
    assert not has_deaf_sdk(command, environ(tmp_path))


def test_python_without_the_sdk(tmp_path: Path) -> None:
    """An interpreter that does not find it needs no word."""
    write(tmp_path / "python3", f'#!/bin/sh\nexec {PYTHON} -S "$@"\n', 0o700)
    assert not has_deaf_sdk(["python3"], environ(tmp_path))


def test_python_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for an interpreter that hangs."""
    monkeypatch.setattr("signer_proxy.child.sdk._PATIENCE", 0.05)
    os.mkfifo(tmp_path / "never")
    write(tmp_path / "python3", f"#!/bin/sh\nread line <{tmp_path}/never\n", 0o700)
    assert not has_deaf_sdk(["python3"], environ(tmp_path))
