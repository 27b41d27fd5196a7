"""What a profile may be used for: its access, and the rules that are exceptions to it."""

from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from signer_proxy.operations.rule import Rule
from signer_proxy.settings.got import kind_of
from signer_proxy.settings.table import Table


def _rule(text: object) -> Rule:
    if not isinstance(text, str):
        raise ValueError(f'must be a rule such as "POST /trade/place", got {kind_of(text)}')  # noqa: TRY004
    return Rule.parse(text)


type AccessRule = Annotated[
    Rule, PlainValidator(_rule), WithJsonSchema({"type": "string", "examples": ["POST /trade/place"]})
]
type AccessLevel = Literal["read", "write", "trade"]


class Permitted(Table):
    """What every profile says about what it may be used for."""

    access: AccessLevel = Field(default="write", description="What may be done; only trade lets money move.")
    allow: tuple[AccessRule, ...] = Field(
        default=(), strict=False, description='Operations beyond access, such as "POST /trade/place".'
    )
    deny: tuple[AccessRule, ...] = Field(
        default=(), strict=False, description='Operations never to be done, such as "DELETE /users/**".'
    )
