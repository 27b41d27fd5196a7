"""Where the user's own files stand, and ours among them."""

import os
from collections.abc import Mapping
from pathlib import Path


def home(environ: Mapping[str, str]) -> Path:
    """Return the home that the environment names, else the one of the system's user database."""
    return Path(environ.get("HOME") or os.path.expanduser("~"))  # Path.home() would raise where there is none


def config_home(environ: Mapping[str, str]) -> Path:
    """Return where our config stands: XDG Base Directory Specification."""
    return _base(environ, "XDG_CONFIG_HOME", ".config") / "signer-proxy"


def state_home(environ: Mapping[str, str]) -> Path:
    """Return where we keep what outlives a restart: XDG Base Directory Specification."""
    return _base(environ, "XDG_STATE_HOME", ".local/state") / "signer-proxy"


def _base(environ: Mapping[str, str], variable: str, default: str) -> Path:
    named = environ.get(variable, "")
    return Path(named) if os.path.isabs(named) else home(environ) / default  # "Basics": a relative one is ignored
