"""What a command prints, typed into a shell."""

import os
import subprocess
import sys
from pathlib import Path


def in_shell(script: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Run a script with sh, with the programs beside our Python at hand; nothing waits on its stdin."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-euc", script],
        cwd=cwd,
        env={"PATH": path, "HOME": str(cwd)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
