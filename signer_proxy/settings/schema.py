"""The schema of the config, version 1: what may be written, in one model a table.

What goes beyond one table (names that must exist, ports that must differ) is checked in cross_check.py.
"""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from signer_proxy.settings.base_url import parse_base_url
from signer_proxy.settings.got import got
from signer_proxy.settings.jwt_profile import SnapTradeJwt
from signer_proxy.settings.name import Name
from signer_proxy.settings.pti_signature_profile import PtiSignatureProfile
from signer_proxy.settings.pti_token_profile import PtiTokenProfile
from signer_proxy.settings.signature_profile import SnapTradeSignature
from signer_proxy.settings.table import Table
from signer_proxy.settings.units import Duration, Size

__all__ = [
    "LOOPBACK",
    "SCHEMES",
    "Profile",
    "Proxy",
    "PtiSignatureProfile",
    "PtiTokenProfile",
    "Settings",
    "SnapTradeJwt",
    "SnapTradeSignature",
    "Upstream",
]

LOOPBACK: Final = "127.0.0.1"


def _loopback(host: object) -> object:
    if host != LOOPBACK:
        raise ValueError(
            f'must be "{LOOPBACK}" (any other address needs a token that clients prove themselves with, '
            f"which this version does not have), {got(host)}"
        )
    return host


type Host = Annotated[Literal["127.0.0.1"], BeforeValidator(_loopback)]
type AllowedHost = Annotated[
    str, Field(pattern=r"^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$")
]
type Url = Annotated[str, AfterValidator(parse_base_url)]


class Proxy(Table):
    """How the proxy listens and what it bears."""

    host: Host = Field(default=LOOPBACK, description="The address of the upstreams' ports.")
    allowed_hosts: tuple[AllowedHost, ...] = Field(
        default=(), strict=False, description='Further Host values, such as "signer-proxy:8080" in a container.'
    )
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


SCHEMES: Final[dict[str, type[Table]]] = {
    "snaptrade-signature": SnapTradeSignature,
    "snaptrade-jwt": SnapTradeJwt,
    "pti-signature": PtiSignatureProfile,
    "pti-token": PtiTokenProfile,
}

type Profile = Annotated[
    SnapTradeSignature | SnapTradeJwt | PtiSignatureProfile | PtiTokenProfile, Field(discriminator="scheme")
]


class Settings(Table):
    """The config of signer-proxy."""

    version: Literal[1] = Field(description="The version of this schema: 1.")
    proxy: Proxy = Field(
        default_factory=lambda: Proxy.model_validate({}), description="How the proxy listens and what it bears."
    )
    upstreams: dict[Name, Upstream] = Field(min_length=1, description="The APIs, by name.")
    profiles: dict[Name, Profile] = Field(min_length=1, description="The credentials, by name.")
