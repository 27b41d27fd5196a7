"""Our own signed call as token source: a profile with a consumer key asks the API for its user's encrypted token."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.errors import SignerError
from signer_proxy.message import Answer
from signer_proxy.tokens.sealed import unseal_answer
from signer_proxy.tokens.source import SourceError

_WITHIN: Final = 30.0


class SignedCallSource:
    """An envelope in the answer of `call`, which signs and sends; `subject` names the call in errors."""

    def __init__(
        self, call: Callable[[], Awaitable[Answer]], key: PrivateKey, subject: str, *, within: float = _WITHIN
    ) -> None:
        self._call = call
        self._key = key
        self._subject = subject
        self._within = within

    async def fetch(self) -> str:
        """Make the call, and open what it answers."""
        try:
            async with asyncio.timeout(self._within):
                answer = await self._call()
        except TimeoutError as e:
            raise SourceError(f"{self._subject} must answer within {self._within:g} s, got no whole answer") from e
        except SignerError as e:
            raise SourceError(f"{self._subject}: {e}") from e
        return await unseal_answer(answer, self._key, self._subject)

    def changed(self) -> bool:
        """Nothing tells before the call."""
        return False
