"""What a token source is: something that has an envelope for us, and opens it."""

from typing import Protocol


class SourceError(Exception):
    """A token that cannot be had now; its text is subject, rule, what was got and way out, and never holds a secret."""


class Source(Protocol):
    """Where a profile's token comes from."""

    async def fetch(self) -> str:
        """Get the envelope and return what it holds; ends by itself in bounded time. Raises SourceError."""

    def changed(self) -> bool:
        """Tell, without waiting, whether there is something newer than what the last fetch saw."""
