"""The line that tells a file of ours, as we wrote it, from another's or an edited one."""

import hashlib
import re
from typing import Final

_LINE: Final = re.compile(
    r"^(?:# |<!-- )written by signer-proxy service install, sha256 ([0-9a-f]{64})(?: -->)?\n", re.M
)


def marked(text: str) -> str:
    """Return a text with the line in it: at the top, in XML behind the declaration."""
    line = f"written by signer-proxy service install, sha256 {_digest(text)}"
    if not text.startswith("<?xml"):
        return f"# {line}\n{text}"
    declaration, _, rest = text.partition("\n")
    return f"{declaration}\n<!-- {line} -->\n{rest}"


def is_untouched(text: str) -> bool:
    """Tell whether a text has the line, and nothing was changed since it was put there."""
    found = _LINE.search(text)
    return found is not None and found[1] == _digest(text[: found.start()] + text[found.end() :])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
