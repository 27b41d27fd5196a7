"""The schema of the config, version 1: what may be written, in one model a table.

What goes beyond one table (names that must exist, ports that must differ) is checked in cross_check.py.
"""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from signer_proxy.settings.auditing import Audit
from signer_proxy.settings.base_url import parse_base_url
from signer_proxy.settings.inspection import Inspect
from signer_proxy.settings.jwt_profile import SnapTradeJwt
from signer_proxy.settings.name import Name
from signer_proxy.settings.proxy import Port, Proxy
from signer_proxy.settings.pti_signature_profile import PtiSignatureProfile
from signer_proxy.settings.pti_token_profile import PtiTokenProfile
from signer_proxy.settings.signature_profile import SnapTradeSignature
from signer_proxy.settings.table import Table

__all__ = [
    "SCHEMES",
    "Audit",
    "Inspect",
    "Profile",
    "Proxy",
    "PtiSignatureProfile",
    "PtiTokenProfile",
    "Settings",
    "SnapTradeJwt",
    "SnapTradeSignature",
    "Upstream",
]

type Url = Annotated[str, AfterValidator(parse_base_url)]


class Upstream(Table):
    """An API that requests are sent to, and the local port that stands for it."""

    url: Url = Field(description="The API's base URL: https, or http on this machine.")
    port: Port = Field(description="The local port: http://127.0.0.1:PORT/… goes to url/….")
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
        default_factory=lambda: Proxy.model_validate({}),
        description="How the proxy listens, whom it lets in, and what it bears.",
    )
    inspect: Inspect = Field(
        default_factory=lambda: Inspect.model_validate({}),
        description="The inspector: where it is seen, how much it keeps, and whether it saves that.",
    )
    audit: Audit | None = Field(default=None, description="Where every exchange is written down.")
    upstreams: dict[Name, Upstream] = Field(min_length=1, description="The APIs, by name.")
    profiles: dict[Name, Profile] = Field(min_length=1, description="The credentials, by name.")
