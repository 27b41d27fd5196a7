"""The password of the web UI: a wrong one is known at once, so that nobody can keep the daemon busy with guesses."""

import hmac
import secrets

from argon2 import PasswordHasher


class Password:
    """Knows a password again, by a digest under a key of its own and by its argon2 hash."""

    def __init__(self, plain: str) -> None:
        self._key = secrets.token_bytes(32)
        self._digest = self._of(plain)
        self._hasher = PasswordHasher()
        self.hash = self._hasher.hash(plain)
        """By argon2, which takes a while on purpose."""

    def matches(self, given: str) -> bool:
        """Tell whether this is the password; argon2, which would hold up every request, is asked of the right one."""
        return hmac.compare_digest(self._of(given), self._digest) and self._hasher.verify(self.hash, given)

    def _of(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")
