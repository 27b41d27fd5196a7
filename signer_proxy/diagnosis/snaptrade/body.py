"""Read a body as it was sent: its text and what its JSON says, with every number as it stood there."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

from signer_proxy.content_coding import unpack
from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.snaptrade.part import Number
from signer_proxy.errors import BodyTooLargeError, NotSignableError

NOT_JSON = Mistake(
    "body-not-json",
    "The body is not JSON in UTF-8, and the signature covers JSON alone; send JSON, as application/json.",
    "body",
)
BOM = Mistake("body-bom", "The body begins with a byte order mark, which JSON must not have; send it without.", "body")
PACKING = Mistake(
    "body-packing",
    "The body is not packed as Content-Encoding says, in gzip or deflate, so that its JSON cannot be read; send it "
    "plain.",
    "body",
)

_LARGEST = 16 * 1024 * 1024
"""In bytes, as unpacked."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body; `json` is None for none, too."""

    text: str = field(repr=False)
    json: object = field(repr=False)
    """With a Number for each number."""
    plain: object = field(repr=False)
    """The same as Python reads it."""
    mistakes: tuple[Mistake, ...] = ()


def read_body(packed: bytes, encodings: Sequence[bytes] = ()) -> Body:
    """Read a body, whatever it is; `encodings` are its Content-Encodings."""
    try:
        raw = unpack(packed, list(encodings), _LARGEST)
    except (NotSignableError, BodyTooLargeError):
        return replace(_read(packed), mistakes=(PACKING,))
    return _read(raw)


def _read(raw: bytes) -> Body:
    text = raw.decode("utf-8", "replace")
    bare = text.removeprefix("\ufeff")
    mistakes = (BOM,) if bare != text else ()
    if not raw:
        return Body("", None, None)
    try:
        raw.decode()
        value = json.loads(bare, parse_int=Number, parse_float=_finite, parse_constant=_refuse)
        plain = json.loads(bare)
        json.dumps(plain)  # or it is nested too deeply to be written again
    except (ValueError, RecursionError):
        form = dict(parse_qsl(bare, keep_blank_values=True)) or bare
        return Body(bare, form, form, (*mistakes, NOT_JSON))
    return Body(bare, value, plain, mistakes)


def _finite(digits: str) -> Number:
    if math.isinf(float(digits)):
        raise ValueError("too large for a double")
    return Number(digits)


def _refuse(name: str) -> object:
    raise ValueError(name)
