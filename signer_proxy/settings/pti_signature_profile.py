"""A profile that signs with a key of ours that PTI knows the public half of."""

from typing import Literal

from pydantic import Field

from signer_proxy.settings.key_reference import PtiKeyFile
from signer_proxy.settings.name import Name
from signer_proxy.settings.permission import Permitted
from signer_proxy.settings.secret_reference import SecretReference


class PtiSignatureProfile(Permitted):
    """Credentials that sign requests as PTI wants it."""

    upstream: Name = Field(description="The upstream that the credentials belong to.")
    scheme: Literal["pti-signature"] = Field(description="How requests are authenticated.")
    client_id: SecretReference = Field(description="The client id: text, or where it stands.")
    private_key: PtiKeyFile = Field(description='The key that signs: { file = "path" }.')
