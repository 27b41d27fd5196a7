"""Where a secret, a key or a living file was found, in words: never what it is."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from signer_proxy.checks.finding import Finding
from signer_proxy.settings.config_problem import written
from signer_proxy.settings.credentials import SecretKey
from signer_proxy.settings.secret_reference import (
    CommandReference,
    EnvReference,
    FileReference,
    KeyringReference,
)
from signer_proxy.settings.secret_value import Reference, file_path

_OURS: Final[Mapping[SecretKey, str]] = {("", "audit"): "audit.file", ("", "save"): "inspect.save"}


def described(reference: Reference, directory: Path, environ: Mapping[str, str]) -> str:
    """Say where a reference of a config in `directory` leads to."""
    match reference:
        case EnvReference(env=name):
            return f"environment variable {name}"
        case FileReference(file=file):
            return with_mode(file, directory, environ)
        case KeyringReference(keyring=entry):
            return f"keyring entry {entry}"
        case CommandReference(command=command):
            return f"the output of program {command[0]}"
        case _:
            return "the config"


def with_mode(file: str, directory: Path, environ: Mapping[str, str]) -> str:
    """Name a file that a config in `directory` names, with its mode."""
    path = file_path(file, directory, environ)
    return f"file {path}, mode {stat.S_IMODE(os.stat(path).st_mode):04o}"


def living(key: SecretKey, path: Path) -> Finding:
    """Return how a file is that comes and goes while we run."""
    if key in _OURS:
        there = "is there" if path.exists() else "is not there yet (we make it)"
        return Finding("ok", _OURS[key], f"file {path} {there}")
    if path.exists():
        return Finding("ok", subject(key), f"file {path} is there")
    what = "the token" if key[1] == "token" else "the users"
    return Finding("warning", subject(key), f"file {path} is not there yet ({what} may come later)")


def subject(key: SecretKey) -> str:
    """Return the key of the config that stands for a secret or a file."""
    profile, way = key
    return written(("profiles", profile, *way.split(".")) if profile else ("proxy", *way.split(".")))
