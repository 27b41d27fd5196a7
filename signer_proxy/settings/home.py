"""Where the user's own files stand."""

import os
from collections.abc import Mapping
from pathlib import Path


def home(environ: Mapping[str, str]) -> Path:
    """Return the home that the environment names, else the one of the system's user database."""
    return Path(environ.get("HOME") or os.path.expanduser("~"))  # Path.home() would raise where there is none
