"""What a profile may be used for: its access, and the rules that are exceptions to it."""

from typing import Annotated, Literal

from pydantic import PlainValidator, WithJsonSchema

from signer_proxy.rule import Rule
from signer_proxy.settings.got import kind_of


def _rule(text: object) -> Rule:
    if not isinstance(text, str):
        raise ValueError(f'must be a rule such as "POST /trade/place", got {kind_of(text)}')  # noqa: TRY004
    return Rule.parse(text)


type AccessRule = Annotated[
    Rule, PlainValidator(_rule), WithJsonSchema({"type": "string", "examples": ["POST /trade/place"]})
]
type AccessLevel = Literal["read", "write", "trade"]
