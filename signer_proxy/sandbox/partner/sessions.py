"""The partner's own login: names and passwords in, session tokens out."""

import hmac
import secrets
from collections.abc import Mapping

from signer_proxy.sandbox.partner.errors import PartnerError


class Sessions:
    """Who is logged in; sessions last as long as the partner runs."""

    def __init__(self, accounts: Mapping[str, str]) -> None:
        self._accounts = dict(accounts)  # SECRET, never log or answer
        self._sessions: dict[str, str] = {}

    def open(self, name: object, password: object) -> str:
        """Return the token of a new session; raise PartnerError if name and password are not those of an account."""
        if not isinstance(name, str) or not isinstance(password, str):
            raise PartnerError(400, "bad-request", "A login is a JSON object with the texts user and password.")
        known = self._accounts.get(name)
        # Compared where there is no such name, too: the time it takes tells nothing.
        is_right = hmac.compare_digest((known or "").encode(), password.encode(errors="replace"))
        if known is None or not is_right:
            raise PartnerError(401, "wrong-login", "There is no account with this user and password.")
        token = secrets.token_urlsafe(32)
        self._sessions[token] = name
        return token

    def user(self, authorization: str | None) -> str:
        """Return whose session an Authorization header names; raise PartnerError if it names none."""
        scheme, _, token = (authorization or "").partition(" ")
        name = self._sessions.get(token) if scheme.lower() == "bearer" else None
        if name is None:
            raise PartnerError(401, "no-session", "The request needs Authorization: Bearer and the token of a login.")
        return name
