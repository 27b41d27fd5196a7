"""Whether a command runs a Python that has the vendor's SDK, which no proxy variable reaches."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Final

from signer_proxy.child.script import first_line
from signer_proxy.child.typed import heard

_PATIENCE: Final = 2.0
_NAME: Final = re.compile(r"python[0-9.]*")
_QUESTION: Final = "import importlib.util, sys; sys.exit(0 if importlib.util.find_spec('snaptrade_client') else 1)"


def has_deaf_sdk(command: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Tell whether a command's interpreter finds `snaptrade_client`; where it takes over 2 s to tell, it does not."""
    python = _interpreter(command[0], environ)
    if python is None:
        return False
    try:
        with heard():
            asked = subprocess.run(  # noqa: S603 - the interpreter that runs the next moment
                [python, "-c", _QUESTION],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_PATIENCE,
                check=False,
            )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def _interpreter(program: str, environ: Mapping[str, str]) -> str | None:
    """Return the Python that a program is, or that the first line of a script leads to."""
    path = shutil.which(program, path=environ.get("PATH"))
    if path is None or _NAME.fullmatch(os.path.basename(path)):
        return path
    words = first_line(path, environ)
    if words and os.path.basename(words[0]) == "env":
        words = [word for word in words[1:] if not word.startswith("-")]
    if words and _NAME.fullmatch(os.path.basename(words[0])):
        return shutil.which(words[0], path=environ.get("PATH"))
    return None
