"""How a key or a value is shown in an error about the config: as TOML writes it, short, and on one line."""

import json
import re
from typing import Final

_LONGEST: Final = 60


def kind_of(value: object) -> str:
    """Name the kind of a TOML value, for where the value itself must not be shown."""
    match value:
        case str():
            return "text"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or time"


def quoted(text: str) -> str:
    """Return a text in quotes, with escapes for all that a terminal would not show as a sign."""
    shown = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08X}" for sign in shown)


def bare(key: str) -> str:
    """Return a key without quotes, where TOML needs none."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else quoted(key)


def got(value: object) -> str:
    """Say what was got, cut to 60 characters; never call it with a secret."""
    match value:
        case str():
            shown = quoted(value)
        case bool():
            shown = "true" if value else "false"
        case int() | float():
            shown = str(value)
        case _:
            shown = kind_of(value)
    return f"got {shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + '…'}"
