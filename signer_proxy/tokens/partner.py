"""The partner's backend as token source: one request of our own, sent as it is configured."""

import asyncio
from typing import Final

from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.errors import (
    AnswerTooLargeError,
    SignerError,
    TooBusyError,
    UpstreamTimeoutError,
    UpstreamUnreachableError,
)
from signer_proxy.message import Answer
from signer_proxy.tokens.partner_request import PartnerRequest
from signer_proxy.tokens.sealed import LARGEST, unseal_answer
from signer_proxy.tokens.source import SourceError
from signer_proxy.upstream.outgoing import Limits
from signer_proxy.upstream.pool import Pool

_WITHIN: Final = 30.0
_CONNECT_WITHIN: Final = 5.0


class PartnerSource:
    """An envelope in the partner's answer, at a dotted `path` where it is not the whole; redirects are not followed."""

    def __init__(
        self, pool: Pool, request: PartnerRequest, key: PrivateKey, *, path: str = "", within: float = _WITHIN
    ) -> None:
        self._pool = pool
        self._request = request
        self._key = key
        self._path = path
        self._within = within
        self._subject = f"{request.method} {request.origin}{request.path}"

    async def fetch(self) -> str:
        """Ask once, and open what is answered."""
        return await unseal_answer(await self._answer(), self._key, self._subject, self._path)

    def changed(self) -> bool:
        """Nothing tells before the request."""
        return False

    async def _answer(self) -> Answer:
        limits = Limits(min(_CONNECT_WITHIN, self._within), self._within, LARGEST)
        try:
            async with asyncio.timeout(self._within):  # for all of it: a trickle of bytes never stalls
                return await self._pool.send(self._request.outgoing(), limits)
        except (TimeoutError, UpstreamTimeoutError) as e:
            raise SourceError(f"{self._subject} must answer within {self._within:g} s, got no whole answer") from e
        except AnswerTooLargeError as e:
            raise SourceError(f"{self._subject} must answer 1 MiB at most, got more (is it the right URL?)") from e
        except (TooBusyError, UpstreamUnreachableError) as e:
            raise SourceError(f"{self._subject}: {e}") from e
        except SignerError as e:
            raise SourceError(f"{self._subject} must answer in HTTP, got none or a part (see its log)") from e
