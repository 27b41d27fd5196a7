"""A profile of the client-side direct API: a private key on this machine, and no consumer key."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from signer_proxy.settings.key_reference import PrivateKeyFile
from signer_proxy.settings.name import Name
from signer_proxy.settings.permission import Permitted
from signer_proxy.settings.secret_reference import SecretReference
from signer_proxy.settings.token_source import TokenSource


class SnapTradeJwt(Permitted):
    """Credentials that call SnapTrade for one user, with a token that only the user's private key opens."""

    upstream: Name = Field(description="The upstream that the credentials belong to.")
    scheme: Literal["snaptrade-jwt"] = Field(description="How requests are authenticated.")
    private_key: PrivateKeyFile = Field(description='The key that opens envelopes: { file = "path" }.')
    token: TokenSource = Field(description="Where the encrypted token comes from.")
    client_id: SecretReference | None = Field(default=None, description="The client id: text, or where it stands.")
    send_client_id: bool = Field(default=False, description="Whether requests carry clientId.")
    decrypt: bool = Field(default=True, description="Whether envelopes in answers are opened.")

    @field_validator("send_client_id")
    @classmethod
    def _needs_client_id(cls, value: bool, info: ValidationInfo) -> bool:
        if value and "client_id" in info.data and info.data["client_id"] is None:
            raise ValueError("must have client_id beside it, got none (write client_id = …, or drop send_client_id)")
        return value
