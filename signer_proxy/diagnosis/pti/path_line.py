"""The last line of what PTI has signed: the path as sent, without the query."""

import re
from urllib.parse import unquote_to_bytes

from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.received import Received


def _mistake(code: str, text: str) -> Mistake:
    return Mistake(code, text, "pti-path")


_QUERY = _mistake("path-with-query", "The query was signed behind the path; sign the path alone.")
_BASE = _mistake("path-base-missing", "The path was signed without /v1; sign all of the path that is sent.")
_BASE_MORE = _mistake("path-base-added", "The path was signed with /v1 before it, and sent without.")
_URL = _mistake("path-with-host", "The whole URL was signed; sign the path alone.")
_SLASH = _mistake("path-slash", "The path was signed with a slash at its end more or less than was sent.")
_DECODED = _mistake("path-decoded", "The path was signed with its escapes decoded; sign it as sent.")
_PATH = _mistake("path-differs", "Another path was signed than sent.")


def path_mistakes(line: bytes, right: bytes, received: Received) -> tuple[Mistake, ...]:
    """Name why the path in a payload is not the one that was sent."""
    found = []
    if re.match(rb"https?://", line):
        found.append(_URL)
        line = b"/" + line.partition(b"://")[2].partition(b"/")[2]
    if b"?" in line and line.partition(b"?")[2] == received.query:
        found.append(_QUERY)
        line = line.partition(b"?")[0]
    if line == right:
        return tuple(found)
    for other, mistake in (
        (right.removeprefix(b"/v1"), _BASE),
        (b"/v1" + right, _BASE_MORE),
        (right + b"/", _SLASH),
        (right.removesuffix(b"/"), _SLASH),
        (unquote_to_bytes(right), _DECODED),
    ):
        if line == other:
            return (*found, mistake)
    return (*found, _PATH)
