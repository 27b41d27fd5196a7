"""Issue the tokens of PTI's "Single use tokens": each is good for one request, with one method and one path.

The guide's sample names the path below the API's base, its API description a whole URL: both are taken. The guide's
sample names no method; its diagram and the API description do, so one must be given.
"""

import re
import secrets
import uuid
from collections.abc import Mapping
from typing import Final

from signer_proxy.sandbox.jwt import read_jwt, write_jwt
from signer_proxy.sandbox.pti.errors import PtiError, bad_field, unauthorized

AUTH_PATH: Final = "/auth/jwt"

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_ABSOLUTE: Final = re.compile(r"https?://([^/?#]+)(/.*)")
_PATH: Final = re.compile(r"/[^?#\x00-\x20\x7f-\U0010ffff]*")


class Tokens:
    """The tokens of all clients; they live for `life` seconds, or until their first use. `base` is the API's path."""

    def __init__(self, life: int, base: str) -> None:
        self._life = life
        self._base = base
        self._unused: dict[str, int] = {}
        self._key = secrets.token_bytes(32)  # SECRET, never log or answer

    def issue(self, client_id: str, fields: Mapping[str, object], host: str, now: float) -> dict[str, object]:
        """Return the answer to a call for a token; raise PtiError if `fields` do not say what it is to be good for.

        `host` is that of the call, which is that of the URL where it is a whole one.
        """
        method, path = self._method(fields.get("method")), self._path(fields.get("url"), host)
        if path == self._base + AUTH_PATH:
            raise forbidden_call()
        number, expires = str(uuid.uuid4()), int(now) + self._life
        claims = {"sub": client_id, "method": method, "path": path, "jti": number, "iat": int(now), "exp": expires}
        self._unused = {known: until for known, until in self._unused.items() if until > now}
        self._unused[number] = expires
        return {"accessToken": write_jwt(claims, self._key), "expiresAt": expires, "tokenType": "JWT"}

    def spend(self, token: str, client_id: str, method: str, path: str, now: float) -> None:
        """Use a token up, or raise PtiError where it does not open this request; it is used up all the same."""
        try:
            claims = read_jwt(token, self._key)
        except ValueError as e:
            raise unauthorized("bad-token", "The token is not one that this sandbox has issued.") from e
        if now >= claims["exp"]:
            late = int(now - claims["exp"])
            raise unauthorized("expired-token", f"The token has expired, {late} seconds ago by the sandbox's clock.")
        if self._unused.pop(claims["jti"], None) is None:
            raise unauthorized("spent-token", "The token has been used before; each is good for one request.")
        if claims["sub"] != client_id:
            raise unauthorized(
                "other-client", "The x-pti-client-id is not that of the client that asked for the token."
            )
        if (claims["method"], claims["path"]) != (method, path):
            raise PtiError(
                403,
                "FORBIDDEN",
                "Forbidden",
                reason="other-operation",
                why=f"The token was good for {claims['method']} {claims['path']}, and is used up now.",
            )

    def _method(self, given: object) -> str:
        if given not in _METHODS:
            raise bad_field("method", f"must be one of {', '.join(_METHODS)}")
        return str(given)

    def _path(self, given: object, host: str) -> str:
        """Return the raw path that a URL means."""
        if not isinstance(given, str) or not given:
            raise bad_field("url", "must be a text that is not empty")
        whole = _ABSOLUTE.fullmatch(given)
        if whole and whole[1] != host:
            raise bad_field("url", "must be on the host that is asked for the token")
        named = whole[2] if whole else given
        if not _PATH.fullmatch(named):
            raise bad_field("url", "must be a path or a whole URL, percent-encoded and without query and fragment")
        is_below = named.startswith(f"{self._base}/")
        if whole and not is_below:
            raise bad_field("url", f"must be below {self._base}")
        if not whole and self._base and is_below:
            raise bad_field("url", f"must be the path below {self._base}, or a whole URL")
        return named if whole else f"{self._base}{named}"


def forbidden_call() -> PtiError:
    """Return the refusal of a token that would make further tokens."""
    why = f"POST {AUTH_PATH} must be signed: a single-use token must not make further ones."
    return PtiError(403, "FORBIDDEN", "Forbidden", reason="token-call", why=why)
