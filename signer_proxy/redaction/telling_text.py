"""Text that tells a secret by its name: in links, percent-encoded ones among them, in prose, in what is no JSON."""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from signer_proxy.operations.registration import HIDDEN
from signer_proxy.redaction.secret_names import SPELLED

_HIDDEN: Final = HIDDEN.encode()

_MOST_ENCODED: Final = 3
"""How often a link in a link is percent-decoded."""

_ANY_NAME: Final = b"(?:" + "|".join(sorted(name.replace("_", "[_-]?") for name in SPELLED)).encode() + b")"
_EQUALS: Final = rb"(?:=|%(?:25)*3d)"
_IN_LINK: Final = re.compile(
    rb"((?:[?&;]|%(?:25)*(?:3f|26|3b))"
    + _ANY_NAME
    + _EQUALS
    + rb""")(?:[^&;#\s"'<>\\]|\\/|\\u(?!002[267])[0-9a-f]{4})+""",
    re.IGNORECASE,
)
_IN_TEXT: Final = re.compile(
    rb"("
    + _ANY_NAME
    + rb""")(?:=|\\*["']\s*[=:]|:(?=\s*(?:(?:JWT|Bearer|Basic)\s+)?(?:\S*\d|\S{16})))\s*(?![\s*]|\Z)""",
    re.IGNORECASE,
)
"""A name with a value: a bare colon counts before what could be a credential, since prose has colons, too."""

MENTION: Final = re.compile(
    _ANY_NAME + rb"""\\?["']?\s*(?:[=:>]|%3[ad])|\bname=\s*["']?""" + _ANY_NAME + rb"\b", re.IGNORECASE
)
"""The same in what is no JSON, and in a part of a form."""

LEFT: Final = re.compile(rb"(" + _ANY_NAME + rb")(?:" + _EQUALS + rb"|:\s*)(?:\*|%2a){3}", re.IGNORECASE)
"""A name with `***` for its value."""


def told(text: bytes) -> bytes:
    """Return a text without the secrets in its links; of one that tells another, only that secret's name is left."""
    shown = in_links(b"&" + text)[1:]
    name = tells(shown)
    return shown if name is None else name + b"=" + _HIDDEN


def in_links(text: bytes) -> bytes:
    """Return a text without the secrets in its links."""
    return _IN_LINK.sub(rb"\1" + _HIDDEN, text)


def tells(text: bytes) -> bytes | None:
    """Return the name of a secret that a text tells, percent-encoded or not."""
    for _ in range(_MOST_ENCODED):
        if found := _IN_TEXT.search(text):
            return found[1]
        text, encoded = unquote_to_bytes(text), text
        if text == encoded:
            break
    return None
