"""The schema of the config, version 1: what may be written, in one model a table.

What goes beyond one table (names that must exist, ports that must differ) is checked in cross_check.py.
"""

from typing import Annotated, Any, Final, Literal, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import CoreSchema, core_schema

from signer_proxy.rule import Rule
from signer_proxy.settings.base_url import parse_base_url
from signer_proxy.settings.got import got, kind_of
from signer_proxy.settings.secret_reference import SecretReference
from signer_proxy.settings.table import Table
from signer_proxy.settings.units import Duration, Size

LOOPBACK: Final = "127.0.0.1"


def _loopback(host: object) -> object:
    if host != LOOPBACK:
        raise ValueError(
            f'must be "{LOOPBACK}" (any other address needs a token that clients prove themselves with, '
            f"which this version does not have), {got(host)}"
        )
    return host


def _rule(text: object) -> Rule:
    if not isinstance(text, str):
        raise ValueError(f'must be a rule such as "POST /trade/place", got {kind_of(text)}')  # noqa: TRY004
    return Rule.parse(text)


NAME_PATTERN: Final = r"^[A-Za-z0-9._-]{1,64}$"

type Name = Annotated[str, Field(pattern=NAME_PATTERN)]
type Host = Annotated[Literal["127.0.0.1"], BeforeValidator(_loopback)]
type Url = Annotated[str, AfterValidator(parse_base_url)]
type AccessRule = Annotated[
    Rule, PlainValidator(_rule), WithJsonSchema({"type": "string", "examples": ["POST /trade/place"]})
]


class Proxy(Table):
    """How the proxy listens and what it bears."""

    host: Host = Field(default=LOOPBACK, description="The address of the upstreams' ports.")
    # The defaults stand inside the annotations, written as in TOML: they are read and shown as what a user writes.
    max_body: Annotated[
        Size, Field(default="10 MiB", validate_default=True, description="The largest body, as sent and as unpacked.")
    ]
    max_answer: Annotated[Size, Field(default="64 MiB", validate_default=True, description="The largest answer.")]
    connect_timeout: Annotated[
        Duration,
        Field(default="5 s", validate_default=True, description="How long a connection to an upstream may take."),
    ]
    answer_timeout: Annotated[
        Duration,
        Field(default="60 s", validate_default=True, description="How long may pass between two pieces of an answer."),
    ]


class Upstream(Table):
    """An API that requests are sent to, and the local port that stands for it."""

    url: Url = Field(description="The API's base URL: https, or http on this machine.")
    port: int = Field(ge=1, le=65535, description="The local port: http://127.0.0.1:PORT/… goes to url/….")
    default_profile: Name | None = Field(
        default=None, description="The profile of requests without the header Signer-Profile."
    )


class SnapTradeSignature(Table):
    """Credentials that sign requests as SnapTrade's commercial and personal keys do."""

    upstream: Name = Field(description="The upstream that the credentials belong to.")
    scheme: Literal["snaptrade-signature"] = Field(description="How requests are authenticated.")
    client_id: SecretReference = Field(description="The client id: text, or where it stands.")
    consumer_key: SecretReference = Field(description="Where the consumer key stands.")
    account: Literal["commercial", "personal"] = Field(
        default="commercial", description="Personal keys send neither userId nor userSecret."
    )
    user_id: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="The userId that is added where the client sends none."
    )
    user_secret: SecretReference | None = Field(
        default=None, description="Where the userSecret stands that is added with user_id."
    )
    access: Literal["read", "write", "trade"] = Field(
        default="write", description="What may be done; only trade lets money move."
    )
    allow: tuple[AccessRule, ...] = Field(
        default=(), strict=False, description='Operations beyond access, such as "POST /trade/place".'
    )
    deny: tuple[AccessRule, ...] = Field(
        default=(), strict=False, description='Operations never to be done, such as "DELETE /snapTrade/**".'
    )
    canonical_json: Literal["ascii", "utf8"] = Field(
        default="ascii", description="How the signed JSON writes non-ASCII text: escaped, or as UTF-8."
    )

    # On the fields and not on the model, so that they speak up beside other mistakes.
    @field_validator("user_id", "user_secret")
    @classmethod
    def _not_for_personal_keys[T](cls, value: T, info: ValidationInfo) -> T:
        if info.data.get("account") == "personal":
            raise ValueError(
                'must not be set where account = "personal", got a value (drop it: personal keys have one user)'
            )
        return value

    @field_validator("user_secret")
    @classmethod
    def _needs_user_id[T](cls, value: T, info: ValidationInfo) -> T:
        if "user_id" in info.data and info.data["user_id"] is None and info.data.get("account") != "personal":
            raise ValueError("must have user_id beside it, got none (write user_id = …, or drop user_secret)")
        return value


SCHEMES: Final[dict[str, type[Table]]] = {"snaptrade-signature": SnapTradeSignature}


class _ByScheme:
    """Tells profiles apart by `scheme`, as Field(discriminator=…) does, which refuses a union of one."""

    def __get_pydantic_core_schema__(self, _source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
        choices = {name: handler.generate_schema(model) for name, model in SCHEMES.items()}
        return core_schema.tagged_union_schema(choices, discriminator="scheme")


type Profile = Annotated[SnapTradeSignature, _ByScheme()]


class Settings(Table):
    """The config of signer-proxy."""

    version: Literal[1] = Field(description="The version of this schema: 1.")
    proxy: Proxy = Field(
        default_factory=lambda: Proxy.model_validate({}), description="How the proxy listens and what it bears."
    )
    upstreams: dict[Name, Upstream] = Field(min_length=1, description="The APIs, by name.")
    profiles: dict[Name, Profile] = Field(min_length=1, description="The credentials, by name.")


def reference_keys(model: type[Table]) -> tuple[str, ...]:
    """Return the keys of a profile's model that hold references, in its order."""
    return tuple(
        key
        for key, field in model.model_fields.items()
        if SecretReference in (field.annotation, *get_args(field.annotation))
    )
