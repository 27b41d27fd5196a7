"""The names under which secrets travel, each with its source."""

from typing import Final

from signer_proxy.operations.registration import TELLING
from signer_proxy.schemes.pti_headers import SIGNATURE, TOKEN

HEADERS: Final = frozenset(
    {
        b"signature",  # SnapTrade, "Request Signatures"
        b"authorization",  # SnapTrade, "Client-side Direct API Usage"; RFC 9110, section 11.6.2
        SIGNATURE,  # PTI, "Authentication"
        TOKEN,  # PTI, "Single use tokens"
        b"signer-token",  # ours: `client_token`
        b"proxy-authorization",  # the same on the forward port; RFC 9110, section 11.7.2
        b"cookie",  # RFC 6265, section 4.2
        b"set-cookie",  # RFC 6265, section 4.1
    }
)
"""In lower case."""

SPELLED: Final = frozenset(
    {
        "user_secret",  # SnapTrade's API description: the query of user calls, registerUser, resetUserSecret
        "consumer_key",  # SnapTrade, "Request Signatures"
        "redirect_uri",  # SnapTrade's API description: the answer to login, a link that logs in
        "access_token",  # PTI, "Single use tokens": the answer to /auth/jwt; RFC 6749, section 5.1
        "refresh_token",  # RFC 6749, section 5.1
        "token",  # the query of such links; the answers of partners' backends
        "jwt",  # SnapTrade, "Client-side Direct API Usage"; the same answers
        "signature",  # the headers above, where an answer tells of them
        "authorization",
        "x_pti_signature",
        "x_pti_token",
        "signer_token",
    }
)
"""Of parameters in queries and forms, and of members in JSON; in lower case, each word by itself."""

_NAMES: Final = frozenset(name.replace("_", "") for name in SPELLED)
_NAMED: Final = sorted(name.encode() for name in _NAMES)


def is_secret(name: str) -> bool:
    """Tell whether what has a name is a secret, however the name joins its words."""
    return name.replace("_", "").replace("-", "").lower() in _NAMES


def may_tell(plain: bytes) -> bool:
    """Tell whether one of the names may be in some bytes, at a small part of the cost of reading them."""
    joined = plain.translate(None, b"_-\0").lower()
    return b"\\u00" in joined or any(name in joined for name in _NAMED)


GRANTING: Final = frozenset(
    {*TELLING, ("POST", "/snapTrade/login"), ("GET", "/snapTrade/encryptedJWT"), ("POST", "/auth/jwt")}
)
"""The operations, by method and path, whose answers are credentials, in whatever form they come."""
