"""A file as token source: an envelope that somebody drops there, and drops anew before its token ends."""

import asyncio
from pathlib import Path

from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.settings import regular_file
from signer_proxy.settings.unreadable import UnreadableError
from signer_proxy.tokens.sealed import unseal
from signer_proxy.tokens.source import SourceError


class FileSource:
    """An envelope in a file; it needs no mode of its own, since nobody without the key can open it."""

    def __init__(self, path: Path, key: PrivateKey) -> None:
        self._path = path
        self._key = key
        self._seen: object = None

    async def fetch(self) -> str:
        """Read the file and open what it holds."""
        self._seen = self._state()  # before reading, so that a change while we read is seen
        try:
            content, _ = await asyncio.to_thread(regular_file.read, self._path)
        except UnreadableError as e:
            raise SourceError(str(e)) from e
        return await unseal(content, self._key, f"file {self._path}")

    def changed(self) -> bool:
        """Tell whether the file was written to, replaced, removed or put back since it was read."""
        return self._state() != self._seen

    def _state(self) -> object:
        try:
            found = self._path.stat()
        except OSError as e:
            return e.errno
        return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_mode
