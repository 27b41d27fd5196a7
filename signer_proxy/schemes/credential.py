"""What has to be fetched before a request can be signed, and is for this one request."""

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Credential:
    """Empty for schemes and requests that need nothing beyond the profile."""

    token: str | None = field(default=None, repr=False)  # SECRET, never log
    user_secret: str | None = field(default=None, repr=False)  # SECRET, never log
    """Of the user that the request names, or of the profile's own."""
    request_id: str | None = None
    """Unique, for schemes that want one."""


NOTHING: Final = Credential()
