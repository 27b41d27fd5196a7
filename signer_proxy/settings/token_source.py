"""Where an encrypted token comes from: a file, the partner's backend, or our own call through another profile."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationInfo, field_validator

from signer_proxy.settings.base_url import parse_call_url
from signer_proxy.settings.got import got
from signer_proxy.settings.name import Name
from signer_proxy.settings.secret_reference import SecretReference, Text
from signer_proxy.settings.table import Table

SOURCE_KINDS: Final = '{ file = "path" }, { url = "https://…" } or { profile = "name" }'

# RFC 9110, section 5.1
HEADER_PATTERN: Final = r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
# Between two dots any key of JSON; the pattern of the way to the envelope in the partner's answer.
PATH_PATTERN: Final = r"^[^.\x00]+(\.[^.\x00]+)*$"

# They say where a request ends and where it goes, which is the HTTP client's to say.
_FRAMING: Final = frozenset({"connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade"})


def _header(name: str) -> str:
    if name.lower() in _FRAMING:
        raise ValueError(f"must not be a header that the HTTP client sets itself, {got(name)} (drop it)")
    return name


type CallUrl = Annotated[str, AfterValidator(parse_call_url)]
type HeaderName = Annotated[str, Field(pattern=HEADER_PATTERN), AfterValidator(_header)]


class TokenFile(Table):
    """An envelope in a file, which may come later and may change at any time."""

    file: Text = Field(description="The envelope; a relative path starts at the config, ~/ is your home.")


class TokenUrl(Table):
    """The partner's backend, which answers with an envelope."""

    url: CallUrl = Field(description="What to call: https, or http on this machine.")
    method: Literal["GET", "POST"] = Field(default="POST", description="GET or POST.")
    body: Text | None = Field(default=None, description="What to send, as it stands here; JSON for most.")
    path: Annotated[str, Field(pattern=PATH_PATTERN)] | None = Field(
        default=None, description='Where the envelope stands in the answer, such as "data.envelope".'
    )
    headers: dict[HeaderName, SecretReference] = Field(
        default_factory=dict, description="Headers by name, each with where its value stands."
    )

    @field_validator("body")
    @classmethod
    def _not_with_get[T](cls, value: T, info: ValidationInfo) -> T:
        if info.data.get("method") == "GET":
            raise ValueError('must not be set where method = "GET", got a value (drop it, or write method = "POST")')
        return value

    @field_validator("headers")
    @classmethod
    def _each_once[T](cls, value: dict[str, T]) -> dict[str, T]:
        names = [name.lower() for name in value]
        if again := next((name for name in value if names.count(name.lower()) > 1), None):
            raise ValueError(f"must have each header once, in any case, {got(again)} again (drop one of them)")
        return value


class TokenProfile(Table):
    """Our own signed call for an encrypted token."""

    profile: Name = Field(description="The profile that signs, and whose user the token is for.")


SOURCES: Final[dict[str, type[Table]]] = {"file": TokenFile, "url": TokenUrl, "profile": TokenProfile}


def _kind(value: object) -> str | None:
    found = [key for key in SOURCES if isinstance(value, dict) and key in value]
    return found[0] if len(found) == 1 else None


type TokenSource = Annotated[
    Annotated[TokenFile, Tag("file")] | Annotated[TokenUrl, Tag("url")] | Annotated[TokenProfile, Tag("profile")],
    Discriminator(_kind),
]
