"""A rule of the config: one method and path, or many, that an `allow` or a `deny` covers."""

from dataclasses import dataclass, replace
from typing import Final, Self

from signer_proxy.operations.patterns import Pattern, fold_pattern
from signer_proxy.operations.reading import Segments, read

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Rule:
    """A method and a path that an `allow` or a `deny` covers."""

    text: str
    method: str
    """One of METHODS, or `*` for each of them."""
    segments: Pattern
    rest: bool
    """Whether any segments, or none, may follow."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "METHOD PATH", where `*` in the path is any one segment and a final `**` any rest, or none.

        A slash at the path's end changes nothing. Raises ValueError with one sentence.
        """
        method, _, path = text.partition(" ")
        if method != "*" and method not in METHODS:
            known = ", ".join(METHODS)
            raise ValueError(f'{text!r}: a rule is "METHOD PATH", got the method {method!r} ({known} or *)')
        if not path.startswith("/"):
            raise ValueError(f'{text!r}: the path of a rule begins with "/", got {path!r} (as in "GET /accounts")')
        reading = read(path.removesuffix("/"))
        if reading is None:
            raise ValueError(
                f"{text!r}: this path could be read in two ways, so no rule can name it"
                " (leave out queries, spaces, dot or empty segments and escaped separators)"
            )
        *_, last = reading.exact or ("",)
        rest = last == "**"
        segments = reading.exact[:-1] if rest else reading.exact
        for segment in segments:
            if segment != "*" and any(sign in segment for sign in "*{}"):
                raise ValueError(
                    f'{text!r}: a segment is literal, "*" for any one or, at the end only, "**" for any rest,'
                    f' got {segment!r} (write "*" for a part that varies)'
                )
        return cls(text, method, tuple(None if segment == "*" else segment for segment in segments), rest)

    @property
    def folded(self) -> Pattern:
        """The segments as a `deny` compares them; an `allow` compares them to the letter."""
        return fold_pattern(self.segments)

    @property
    def rank(self) -> tuple[int, ...]:
        """How specific the rule is: a literal segment before any segment, the end before any rest, a method before `*`.

        Two rules that cover one request are compared from left to right.
        """
        segments = (2 if segment is None else 3 for segment in self.segments)
        return (*segments, 0 if self.rest else 1, 0 if self.method == "*" else 1)

    def below(self, prefix: Segments) -> Self:
        """Return the rule less a prefix that it was written with, since rules hold with and without it."""
        if self.folded[: len(prefix)] != fold_pattern(prefix):
            return self
        return replace(self, segments=self.segments[len(prefix) :])
