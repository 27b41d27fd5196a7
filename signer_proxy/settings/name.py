"""The names that users give to upstreams and profiles."""

from typing import Annotated, Final

from pydantic import Field

NAME_PATTERN: Final = r"^[A-Za-z0-9._-]{1,64}$"

type Name = Annotated[str, Field(pattern=NAME_PATTERN)]
