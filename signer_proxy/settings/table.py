"""The ground that every table of the config stands on: unknown keys are errors, types are exact, values stay."""

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table of the config; a model's docstring and its fields' descriptions are the JSON Schema's text."""

    # Built when it is used, and so as a part of the whole alone, which a command's start is spared many times over.
    # Input is hidden since pydantic would print the whole table, plain secrets included, in its errors.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, defer_build=True)
