"""One verified call of an operation, and how an operation reads what the caller gave."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from signer_proxy.sandbox.pti.books import Books
from signer_proxy.sandbox.pti.errors import PtiError, bad_field, invalid
from signer_proxy.sandbox.pti.gate import Verified
from signer_proxy.sandbox.pti.tokens import Tokens
from signer_proxy.sandbox.strict_json import parse_json

LARGEST_AMOUNT: Final = 999_999
"""In whatever currency, as the API description says."""


@dataclass(frozen=True, slots=True)
class Call:
    """A verified request; `path` holds the parts of its path by name, `now` is in Unix seconds.

    `base` is the path that all operations stand below.
    """

    verified: Verified
    books: Books = field(repr=False)
    tokens: Tokens = field(repr=False)
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    base: str
    now: float

    @property
    def moment(self) -> str:
        """The time of the call in ISO 8601."""
        return datetime.fromtimestamp(self.now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @property
    def host(self) -> str:
        """What the caller calls this server."""
        return self.headers.get("host", "")

    def link(self, path: str) -> str:
        """Return the URL of what stands at a path below the base."""
        return f"http://{self.host}{self.base}{path}"

    def fields(self) -> Mapping[str, object]:
        """Return the fields of the body; raise PtiError if it is no JSON object in UTF-8, or is packed."""
        if self.headers.get("content-encoding", "identity") != "identity":
            why = "The signature covers a body as it is sent, and the sandbox unpacks none."
            raise PtiError(415, "UNSUPPORTED_MEDIA_TYPE", "Unsupported", reason="unsupported-encoding", why=why)
        try:
            content = parse_json(self.verified.body)
            json.dumps(content, ensure_ascii=False).encode()  # no half of a surrogate pair, which no answer could hold
        except (ValueError, RecursionError) as e:
            raise invalid("bad-json", "The body must be JSON in UTF-8, and is not.") from e
        if not isinstance(content, dict):
            raise bad_field("body", "must be a JSON object")
        return content


def text_field(fields: Mapping[str, object], name: str, form: re.Pattern[str]) -> str:
    """Return a text that must be given in a form; raise PtiError if it is not."""
    value = fields.get(name)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise bad_field(name, f"must be a text of the form {form.pattern}")
    return value


def object_field(fields: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Return an object that must be given; raise PtiError if it is not."""
    value = fields.get(name)
    if not isinstance(value, dict):
        raise bad_field(name, "must be a JSON object")
    return value


def amount_field(fields: Mapping[str, object], name: str) -> Decimal:
    """Return an amount that must be given; raise PtiError if it is no number above 0 and up to LARGEST_AMOUNT."""
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LARGEST_AMOUNT:
        raise bad_field(name, f"must be a number above 0 and not above {LARGEST_AMOUNT}")
    return Decimal(str(value))
