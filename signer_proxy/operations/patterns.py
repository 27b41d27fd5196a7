"""Paths with wildcards in a tree by segment, so that finding the most specific one needs no scan over all."""

from collections.abc import Mapping

from signer_proxy.operations.reading import fold

type Pattern = tuple[str | None, ...]
"""The segments of a path; None stands for any one segment."""


class Patterns[T]:
    """Values by method and pattern; literal segments are more specific than wildcards, these than an open end."""

    __slots__ = ("_any", "_ends", "_literals", "_rests")

    def __init__(self) -> None:
        self._literals: dict[str, Patterns[T]] = {}
        self._any: Patterns[T] | None = None
        self._ends: dict[str, T] = {}
        self._rests: dict[str, T] = {}

    def add(self, method: str, pattern: Pattern, value: T, *, rest: bool = False) -> None:
        """Add a value under a method, or `*`; with `rest`, any segments or none may follow. The first one stays."""
        node = self
        for segment in pattern:
            if segment is not None:
                node = node._literals.setdefault(segment, Patterns())
            else:
                node._any = node = node._any or Patterns()
        (node._rests if rest else node._ends).setdefault(method, value)

    def find(self, method: str, segments: tuple[str, ...]) -> T | None:
        """Return the value of the most specific pattern, left to right, that covers a request."""
        return self._find(method, segments, 0)

    def _find(self, method: str, segments: tuple[str, ...], at: int) -> T | None:
        found = None
        if at == len(segments):
            found = first(self._ends, method)
        else:
            for node in (self._literals.get(segments[at]), self._any):
                if node is not None and found is None:
                    found = node._find(method, segments, at + 1)
        return first(self._rests, method) if found is None else found


def first[T](values: Mapping[str, T], method: str) -> T | None:
    """Return the value of a method, which `GET` has for HEAD too, before the one of `*`."""
    names = ("HEAD", "GET", "*") if method == "HEAD" else (method, "*")
    return next((values[name] for name in names if name in values), None)


def fold_pattern(pattern: Pattern) -> Pattern:
    """Return a pattern as what forbids compares it: unescaped and in folded case."""
    return tuple(None if segment is None else fold(segment) for segment in pattern)
