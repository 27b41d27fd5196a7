"""What a command is given to read: a file, or stdin where it is called `-`."""

import sys
from typing import Final

from signer_proxy.cli.failure import Failure

LARGEST: Final = 16 << 20
"""In bytes."""


def read_content(file: str, what: str) -> tuple[bytes, str]:
    """Return the content, and what errors call it; `what` says what should be in it. Raises Failure."""
    subject = "stdin" if file == "-" else file
    try:
        if file == "-":
            content = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with open(file, "rb") as opened:
                content = opened.read(LARGEST + 1)
    except OSError as e:
        raise Failure(f"{subject} cannot be read: {e.strerror} (name a file with {what})") from e
    if len(content) > LARGEST:
        raise Failure(f"{subject} must have at most {LARGEST >> 20} MiB, got more (is it the right file?)")
    return content, subject
