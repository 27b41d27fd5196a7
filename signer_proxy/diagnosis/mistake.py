"""A mistake that explains a signature, and what a diagnosis comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

_NONE: Mapping[str, str] = MappingProxyType({})

type Verdict = Literal["right", "explained", "unexplained"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: a stable code, one sentence for people, and the topic whose line of code mends it."""

    code: str
    sentence: str
    topic: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong with a request; the bases hold its query and body, and nothing here holds a key or a userSecret."""

    scheme: str
    mistakes: tuple[Mistake, ...]
    is_explained: bool
    """Whether they make the signature that came, to the byte."""
    expected: bytes = field(repr=False)
    """The signature base that is right."""
    actual: bytes | None = field(repr=False)
    """The one that was signed, where it is known."""
    ruled_out: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    """What it may be where nothing explains it, the likeliest first."""

    @property
    def verdict(self) -> Verdict:
        """Say whether the request is right, wrong in a known way, or wrong in another."""
        if not self.is_explained:
            return "unexplained"
        return "explained" if self.mistakes else "right"

    def summary(self, fixes: Mapping[str, str] = _NONE) -> dict[str, object]:
        """Return it as JSON, for programs; each mistake with its `fix`, where its topic has one."""
        return {
            "verdict": self.verdict,
            "scheme": self.scheme,
            "mistakes": [
                {
                    "code": each.code,
                    "sentence": each.sentence,
                    **({"fix": fixes[each.topic]} if each.topic in fixes else {}),
                }
                for each in self.mistakes
            ],
            "expected_base": self.expected.decode("utf-8", "backslashreplace"),
            "actual_base": None if self.actual is None else self.actual.decode("utf-8", "backslashreplace"),
            "ruled_out": list(self.ruled_out),
            "left": list(self.left),
        }
