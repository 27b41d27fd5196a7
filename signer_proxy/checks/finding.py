"""One line of what `check` found."""

from dataclasses import dataclass
from typing import Literal

type Mark = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and how it is; the text of a problem ends with the way out."""

    mark: Mark
    subject: str
    text: str
