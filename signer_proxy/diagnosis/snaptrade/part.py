"""What can stand at one of the three places of a signature base: a value of JSON, text as it is, or nothing."""

from dataclasses import dataclass

type Json = dict[str, Json] | list[Json] | str | int | float | bool | None


class Number(str):
    """A number as it stood in the body: 1.50 is not 1.5 until somebody reads it."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return it without quotation marks, so that it is told from a text with the same digits."""
        return str(self)


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """A value that is written as JSON in whatever form the others are."""

    json: object


@dataclass(frozen=True, slots=True, eq=False)
class Verbatim:
    """Text that goes in as it is."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Absent:
    """No member at all."""


type Part = Value | Verbatim | Absent
