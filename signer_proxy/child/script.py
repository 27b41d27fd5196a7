"""The first line of a script, which says what runs it."""

import shutil
from collections.abc import Mapping
from typing import Final

_LONGEST: Final = 256  # bytes of a first line that Linux reads, too


def first_line(program: str, environ: Mapping[str, str]) -> list[str]:
    """Return the words behind `#!` of a program as it is found in PATH; none for what is no script."""
    path = shutil.which(program, path=environ.get("PATH"))
    try:
        with open(path or "", "rb") as file:
            first = file.readline(_LONGEST).decode(errors="replace")
    except OSError:
        return []
    return first.removeprefix("#!").split() if first.startswith("#!") else []
