"""A profile that signs with a key of ours that PTI knows the public half of."""

from typing import Literal

from pydantic import Field

from signer_proxy.settings.key_reference import PtiKeyFile
from signer_proxy.settings.name import Name
from signer_proxy.settings.permission import AccessLevel, AccessRule
from signer_proxy.settings.secret_reference import SecretReference
from signer_proxy.settings.table import Table


class PtiSignatureProfile(Table):
    """Credentials that sign requests as PTI wants it."""

    upstream: Name = Field(description="The upstream that the credentials belong to.")
    scheme: Literal["pti-signature"] = Field(description="How requests are authenticated.")
    client_id: SecretReference = Field(description="The client id: text, or where it stands.")
    private_key: PtiKeyFile = Field(description='The key that signs: { file = "path" }.')
    access: AccessLevel = Field(default="write", description="What may be done; only trade lets money move.")
    allow: tuple[AccessRule, ...] = Field(
        default=(), strict=False, description='Operations beyond access, such as "POST /transactions/deposits".'
    )
    deny: tuple[AccessRule, ...] = Field(
        default=(), strict=False, description='Operations never to be done, such as "DELETE /users/**".'
    )
