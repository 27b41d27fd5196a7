"""A profile whose every request gets a single-use token, which another profile signs for."""

from typing import Literal

from pydantic import Field

from signer_proxy.settings.name import Name
from signer_proxy.settings.permission import Permitted


class PtiTokenProfile(Permitted):
    """Requests to PTI that go out with a token of their own, and without a signature."""

    upstream: Name = Field(description="The upstream that the tokens are for.")
    scheme: Literal["pti-token"] = Field(description="How requests are authenticated.")
    issuer: Name = Field(description="The profile of the scheme pti-signature that signs POST /auth/jwt.")
    token_url: Literal["path", "absolute"] = Field(
        default="path", description="How a token names its URL: by the path below the upstream's url, or as a whole."
    )
