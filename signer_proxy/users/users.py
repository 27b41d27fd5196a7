"""One client's users and their secrets, remembered over restarts and shared with other daemons."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from pydantic import SecretStr

from signer_proxy.users.document import Document, parse, serialize


class Store(Protocol):
    """Where the users of any number of clients are kept; its methods do I/O and raise UsersError."""

    @property
    def place(self) -> str:
        """What an error calls it."""

    def read(self) -> bytes | None:
        """Return the content, or None where there is none yet."""

    def write(self, content: bytes) -> None:
        """Put other content in its place."""

    def lock(self) -> AbstractContextManager[None]:
        """Keep all others who would change it waiting."""


class Users:
    """The users of a client id; every method does I/O (call them off the event loop) and may raise UsersError.

    Nothing is taken from memory: another daemon may have changed the store since.
    """

    def __init__(self, store: Store, client_id: str) -> None:
        self._store = store
        self._client_id = client_id
        self._parsed: tuple[bytes | None, Document] = (None, {})

    def secret_of(self, user_id: str) -> SecretStr | None:
        """Return a user's userSecret, or None for a user that is not known."""
        secret = self._document().get(self._client_id, {}).get(user_id)
        return None if secret is None else SecretStr(secret)

    def remember(self, user_id: str, secret: SecretStr) -> None:
        """Keep a user's userSecret in the place of any older one."""
        self._change(lambda users: users | {user_id: secret.get_secret_value()})

    def forget(self, user_id: str) -> None:
        """Drop a user, if it is known."""
        self._change(lambda users: {name: secret for name, secret in users.items() if name != user_id})

    def _document(self) -> Document:
        content = self._store.read()
        known, parsed = self._parsed
        if content is None:
            return {}
        if content != known:
            parsed = parse(content, self._store.place)
            self._parsed = content, parsed
        return parsed

    def _change(self, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
        with self._store.lock():
            clients = self._document()
            old = clients.get(self._client_id, {})
            new = change(old)
            if new != old:
                self._store.write(serialize({**clients, self._client_id: new}))
