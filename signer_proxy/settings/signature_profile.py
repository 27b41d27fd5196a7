"""A profile that signs with a consumer key."""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from signer_proxy.settings.key_reference import PublicKeyFile
from signer_proxy.settings.name import Name
from signer_proxy.settings.permission import Permitted
from signer_proxy.settings.secret_reference import SecretReference
from signer_proxy.settings.user_store import UserStore


class SnapTradeSignature(Permitted):
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
    rsa_public_key: PublicKeyFile | None = Field(
        default=None, description='The key that is added to registerUser: { file = "path" }.'
    )
    users: UserStore | None = Field(default=None, description="Where each userId's userSecret is remembered.")
    hide_user_secret: bool = Field(
        default=False, description='Whether clients see "***" in the place of a userSecret that users keeps.'
    )
    canonical_json: Literal["ascii", "utf8"] = Field(
        default="ascii", description="How the signed JSON writes non-ASCII text: escaped, or as UTF-8."
    )
    decrypt: bool = Field(default=True, description="Whether envelopes in answers are opened.")

    # On the fields and not on the model, so that they speak up beside other mistakes.
    @field_validator("user_id", "user_secret", "rsa_public_key", "users")
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

    @field_validator("hide_user_secret")
    @classmethod
    def _needs_users(cls, value: bool, info: ValidationInfo) -> bool:
        if value and "users" in info.data and info.data["users"] is None:
            raise ValueError("must have users beside it, got none (write users = …, or drop hide_user_secret)")
        return value
