"""One way to do a step of signing: the right one, or one with a mistake."""

from dataclasses import dataclass, field

from signer_proxy.diagnosis.mistake import Mistake


@dataclass(frozen=True, slots=True)
class Variant[T]:
    """A value and the mistakes that lead to it, none for the right one."""

    value: T = field(repr=False)
    mistakes: tuple[Mistake, ...] = ()
    is_common: bool = False
    """Whether it is looked for in combinations of three."""


def right[T](value: T) -> Variant[T]:
    """Return the way without a mistake."""
    return Variant(value, is_common=True)


def wrong[T](value: T, *mistakes: Mistake) -> Variant[T]:
    """Return a way with a mistake."""
    return Variant(value, mistakes)


def common[T](value: T, *mistakes: Mistake) -> Variant[T]:
    """Return a way with a mistake that many make."""
    return Variant(value, mistakes, is_common=True)
