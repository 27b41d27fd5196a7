"""Users in a file of mode 0600, replaced as a whole: a reader or a crash meets the old or the new."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from signer_proxy.settings import private_file, whole_file
from signer_proxy.settings.regular_file import LARGEST
from signer_proxy.settings.unreadable import UnreadableError
from signer_proxy.users.lock import locked
from signer_proxy.users.users_error import UsersError


@dataclass(frozen=True, slots=True)
class FileStore:
    """A file, and beside it the lock of those who change it; where `path` is a link, what it leads to is meant."""

    path: Path

    @property
    def place(self) -> str:
        """What an error calls it."""
        return f"users file {self.path}"

    def read(self) -> bytes | None:
        """Return the content, or None where there is no file yet; raises UsersError."""
        if not os.path.lexists(self._real):
            return None
        try:
            return private_file.read(self._real)
        except UnreadableError as e:
            raise UsersError(f"users {e}") from e

    def write(self, content: bytes) -> None:
        """Put other content in the file's place, on the disk before this returns; raises UsersError."""
        if len(content) > LARGEST:
            raise UsersError(f"{self.place} must be at most 1 MiB, got more (split the users over several client ids)")
        try:
            whole_file.write(self._real, content)
        except OSError as e:
            raise UsersError(f"{self.place} cannot be written: {e.strerror} (see `ls -ld` and `df`)") from e

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep all others who would change the file waiting."""
        with locked(self._real.with_name(self._real.name + ".lock")):
            yield

    @property
    def _real(self) -> Path:
        return Path(os.path.realpath(self.path))
