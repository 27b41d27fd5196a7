"""Which program a service starts: the one of the installation that runs now."""

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path

from signer_proxy.errors import StartError
from signer_proxy.service.definition import NAME


def program(environ: Mapping[str, str]) -> Path:
    """Return the absolute path of our own program. Raises StartError where there is none."""
    for place in _places(environ):
        if place.is_file() and os.access(place, os.X_OK):
            return place.absolute()
    raise StartError(
        f"service: the program {NAME} must be installed, got none beside {sys.executable}, in Python's folders for "
        "programs or on the PATH (install the package, as with `pipx install .`)"
    )


def _places(environ: Mapping[str, str]) -> Iterator[Path]:
    yield Path(sys.executable).with_name(NAME)  # of this environment, whatever called us
    yield Path(sysconfig.get_path("scripts"), NAME)
    yield Path(sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")), NAME)  # `pip install --user`
    if found := shutil.which(NAME, path=environ.get("PATH", os.defpath)):
        yield Path(found)
