"""How a profile's token stands, for whoever watches; the token itself is not in it."""

from dataclasses import dataclass
from typing import Literal

type State = Literal["none", "good", "refused", "ended", "missing", "single-use"]
"""Not asked for yet; there; refused by the API; at its end; not to be had; one of its own for each request."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A token's state and its times in epoch seconds; None: it tells no end, or is not there."""

    state: State
    since: float | None = None
    expires: float | None = None
    reason: str = ""
    """Why the last fetch brought none; empty where it did."""
