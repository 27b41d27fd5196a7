"""What a refused request is told beside the refusal: which mistake of whoever signs it explains it.

The verdict is not taken from here; a diagnosis knows more ways of being wrong than there are reasons to refuse.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from urllib.parse import parse_qs

from starlette.types import Scope

from signer_proxy.diagnosis import access_token
from signer_proxy.diagnosis.budget import Budget
from signer_proxy.diagnosis.mistake import Diagnosis
from signer_proxy.diagnosis.pti import diagnose as pti
from signer_proxy.diagnosis.pti.credentials import Credentials as PtiCredentials
from signer_proxy.diagnosis.received import Received
from signer_proxy.diagnosis.snaptrade import diagnose as snaptrade
from signer_proxy.diagnosis.snaptrade.credentials import Credentials
from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.pti.clients import PtiClient

_LOG: Final = logging.getLogger(__name__)
_UNITS: Final = 20_000_000
"""Of a search: less than a third of a second, since everybody waits."""
_LARGEST: Final = 64 * 1024
"""In bytes, of target, headers and body: what is larger is not looked at here."""
_WAITING: Final = 8
"""So many refused requests wait for their diagnosis; who comes then gets none."""

type Diagnosed = Mapping[str, object] | None


class Diagnoses:
    """Makes diagnoses, one after the other and beside the event loop; none replaces or holds up an answer."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def of_signature(
        self, scope: Scope, body: bytes, clients: Iterable[Client], now: float, user: Mapping[str, str]
    ) -> Diagnosed:
        """Diagnose a request of one of some clients, whose users' secrets are given; `now` is in Unix seconds."""
        received = _received(scope, body)

        def search() -> list[Diagnosis]:
            named = parse_qs(received.query.decode("latin-1")).get("userId", [""])[0]
            budget = Budget(_UNITS)
            owners = (
                Credentials(one.client_id, one.consumer_key, one.account, named or None, user.get(named))
                for one in clients
            )
            return [snaptrade.diagnose(received, owner, now, budget=budget) for owner in owners]

        return await self._made(received, search)

    async def of_token(self, scope: Scope, body: bytes, now: float) -> Diagnosed:
        """Diagnose a request with an access token."""
        received = _received(scope, body)
        return await self._made(received, lambda: [access_token.diagnose(received, access_token.Expected(), now)])

    async def of_jws(self, scope: Scope, body: bytes, clients: Iterable[PtiClient], now: float) -> Diagnosed:
        """Diagnose a request to PTI's stand-in of one of some clients."""
        received = _received(scope, body)
        owners = [PtiCredentials(one.client_id, jwk) for one in clients for jwk in one.public_jwks]
        return await self._made(received, lambda: [pti.diagnose(received, owner, now) for owner in owners])

    async def _made(self, received: Received, search: Callable[[], list[Diagnosis]]) -> Diagnosed:
        size = (
            len(received.target) + len(received.body) + sum(len(name) + len(value) for name, value in received.headers)
        )
        if size > _LARGEST or self._waiting >= _WAITING:
            return None
        self._waiting += 1
        try:
            async with self._turn:
                return _best(await asyncio.to_thread(search))
        except Exception as e:  # noqa: BLE001 - what is told beside an answer must not take its place
            _LOG.warning("sandbox: a refused request could not be diagnosed: %s", type(e).__name__)
            return None
        finally:
            self._waiting -= 1


def _received(scope: Scope, body: bytes) -> Received:
    query: bytes = scope["query_string"]
    target = scope["raw_path"] + (b"?" + query if query else b"")
    headers = tuple(scope["headers"])
    host = next((value.decode("latin-1") for name, value in headers if name == b"host"), "")
    return Received(scope["method"], target, headers, body, f"http://{host}" if host else "")


def _best(found: list[Diagnosis]) -> Diagnosed:
    """Return the one that explains the most; what was refused is not right, whatever it looks like."""
    if not found:
        return None
    best = min(found, key=lambda each: (not each.is_explained, len(each.mistakes)))
    return {**best.summary(), "verdict": "explained" if best.verdict == "explained" else "unexplained"}
