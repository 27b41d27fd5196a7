"""Issue the tokens that users call with, and decide whom a request with one acts for.

`Authorization: JWT <token>`, as SnapTrade's guide "Client-side Direct API Usage" says. What it calls no longer required
(Signature, timestamp, userId) is refused here, and userSecret with it: who still sends them tells more than is needed.
"""

import re
import secrets
import uuid
from collections.abc import Mapping, Sequence

from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.errors import ApiError
from signer_proxy.sandbox.jwt import read_jwt, write_jwt
from signer_proxy.sandbox.snaptrade.users import User, Users

_FORM = re.compile(rb"JWT ([!-~]+)")
_NOT_BESIDE = ("timestamp", "userId", "userSecret")


class Tokens:
    """The tokens of all clients' users; they live for `life` seconds, or with None until they are revoked."""

    def __init__(self, users: Mapping[str, Users], life: int | None) -> None:
        self._users = users
        self._life = life
        self._key = secrets.token_bytes(32)  # SECRET, never log or answer

    def issue(self, client: Client, user: User, now: float) -> str:
        """Return a new token for a user; no two are equal."""
        claims: dict[str, object] = {
            "sub": user.id,
            "client_id": client.client_id,
            "sid": user.session,
            "jti": str(uuid.uuid4()),
            "iat": int(now),
        }
        if self._life is not None:
            claims["exp"] = int(now) + self._life
        return write_jwt(claims, self._key)

    def holder(self, token: str, now: float) -> tuple[Client, User]:
        """Return the client and the user that a token stands for; raise ApiError if it is not valid at `now`."""
        try:
            claims = read_jwt(token, self._key)
        except ValueError as e:
            raise _refused("bad-token", "The token is not one that this sandbox has issued, or was changed.") from e
        if "exp" in claims and now >= claims["exp"]:
            late = int(now - claims["exp"])
            raise _refused("expired-token", f"The token has expired, {late} seconds ago by the sandbox's clock.")
        users = self._users[claims["client_id"]]
        user = users.find(claims["sub"])
        if user is None or user.session != claims["sid"]:
            raise _refused(
                "revoked-token", "The token was revoked: its user was deleted, got a new secret, or lost its tokens."
            )
        return users.client, user


def has_token(authorizations: Sequence[bytes], signatures: Sequence[bytes]) -> bool:
    """Tell from the values of two headers whether a request means to be let in by a token.

    Beside a Signature the Authorization of another scheme is nobody's business; without one there is nothing else.
    """
    return bool(authorizations) and (not signatures or any(value[:4].upper() == b"JWT " for value in authorizations))


def read_token(authorizations: Sequence[bytes], signatures: Sequence[bytes], parameters: Mapping[str, str]) -> str:
    """Return the token of a request that has one; raise ApiError if its form is wrong, or something goes beside it."""
    if len(authorizations) > 1:
        raise _refused("duplicate-authorization", "A request must have exactly one Authorization header.")
    match = _FORM.fullmatch(authorizations[0])
    if match is None:
        raise _refused("bad-authorization", "The Authorization header must be the word JWT, a space, and the token.")
    beside = [f"the parameter {name}" for name in _NOT_BESIDE if name in parameters]
    beside += ["the header Signature"] if signatures else []
    if beside:
        raise ApiError(
            400,
            "A request with an access token must not be signed",
            reason="mixed-authentication",
            why=f"A token stands for its user alone; beside it must not be {' and '.join(beside)}.",
        )
    return match[1].decode("ascii")


def check_client(parameters: Mapping[str, str], client: Client) -> None:
    """Raise ApiError if a request names another client than its token's; it need not name any."""
    if parameters.get("clientId", client.client_id) != client.client_id:
        raise _refused("other-client", "The clientId in the query is not that of the client whose user has the token.")


def _refused(reason: str, why: str) -> ApiError:
    return ApiError(401, "Unable to verify access token", reason=reason, why=why)
