"""Users in one entry of the system's keyring, which has no lock of its own: a file of ours stands in for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from signer_proxy.users.lock import locked
from signer_proxy.users.users_error import UsersError


@dataclass(frozen=True, slots=True)
class KeyringStore:
    """The entry `service/name`, split at the last slash, and the lock of those who change it, in our own directory."""

    entry: str
    lock_file: Path

    @property
    def place(self) -> str:
        """What an error calls it."""
        return f"keyring entry {self.entry}"

    def read(self) -> bytes | None:
        """Return the content, or None where there is no entry yet; raises UsersError."""
        import keyring  # here, since it loads the system's backends, which a config without keyring never needs

        read: Callable[[str, str], str | None] = keyring.get_password
        text = self._ask(lambda: read(*self._names))
        return None if text is None else text.encode()

    def write(self, content: bytes) -> None:
        """Put other content in the entry's place; raises UsersError."""
        import keyring

        write: Callable[[str, str, str], None] = keyring.set_password
        self._ask(lambda: write(*self._names, content.decode()))

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep all others who would change the entry waiting."""
        try:
            self.lock_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as e:
            raise UsersError(f"directory {self.lock_file.parent} cannot be made: {e.strerror} (make it)") from e
        with locked(self.lock_file):
            yield

    @property
    def _names(self) -> tuple[str, str]:
        service, _, name = self.entry.rpartition("/")
        return service, name

    def _ask[T](self, question: Callable[[], T]) -> T:
        from keyring.errors import NoKeyringError

        try:
            return question()
        except NoKeyringError:
            sentence = "no keyring was found on this machine (write users = { file = … })"
        except Exception as e:  # noqa: BLE001  a backend raises what it likes
            sentence = f"{self.place} cannot be used, got {type(e).__name__} (is the keyring unlocked?)"
        # Not from the backend's own error, nor beside it: its text may be anything.
        raise UsersError(sentence)
