"""Sizes ("10 MiB") and durations ("5 s") as the config writes them: a number and a unit, never a bare number."""

import re
from typing import Annotated, Final

from pydantic import BeforeValidator, WithJsonSchema

from signer_proxy.settings.got import got

_BYTES: Final = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "min": 60.0}

# At most 15 digits: exact as a float, and far beyond any size or time that makes sense.
_SIZE: Final = re.compile(r"([0-9]{1,15}) ?(B|KiB|MiB|GiB)")
_DURATION: Final = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?) ?(ms|s|min)")


def parse_size(text: object) -> int:
    """Return the bytes of a size such as "10 MiB"; raise ValueError for anything else, and for zero."""
    match = _SIZE.fullmatch(text) if isinstance(text, str) else None
    size = int(match[1]) * _BYTES[match[2]] if match else 0
    if not size:
        raise ValueError(f'must be a size above zero in B, KiB, MiB or GiB, such as "10 MiB", {got(text)}')
    return size


def parse_duration(text: object) -> float:
    """Return the seconds of a duration such as "500 ms"; raise ValueError for anything else, and for zero."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    seconds = float(match[1]) * _SECONDS[match[2]] if match else 0.0
    if not seconds:
        raise ValueError(f'must be a time above zero in ms, s or min, such as "5 s", {got(text)}')
    return seconds


type Size = Annotated[
    int, BeforeValidator(parse_size), WithJsonSchema({"type": "string", "pattern": f"^{_SIZE.pattern}$"})
]
type Duration = Annotated[
    float, BeforeValidator(parse_duration), WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$"})
]
