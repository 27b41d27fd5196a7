"""The partner's calls to the API, each signed and sent once."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import aiohttp
from yarl import URL

from signer_proxy.crypto.envelope import is_envelope
from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.partner.errors import PartnerError
from signer_proxy.sandbox.partner.signing import signature, signed_query

_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class User:
    """Whom the partner calls the API for: what it keeps of a client that has registered."""

    id: str
    secret: str = field(repr=False)  # SECRET, never log or answer

    def parameters(self) -> dict[str, str]:
        """Return what names the user in a query."""
        return {"userId": self.id, "userSecret": self.secret}


class Api:
    """The API at `url`, as `client` may use it."""

    def __init__(self, url: str, client: Client, clock: Callable[[], float]) -> None:
        self._url = url.rstrip("/")
        self._client = client
        self._clock = clock

    async def register(self, user_id: str, public_key: str) -> User:
        """Register a user; what the API seals for it, only the holder of the private key can open."""
        body = {"userId": user_id, "rsaPublicKey": public_key}
        _, content = await self._call("POST", "/snapTrade/registerUser", body=body)
        return User(user_id, content["userSecret"])

    async def login(self, user: User) -> bytes:
        """Return the sealed link to the Connection Portal, as it came."""
        return await self._sealed("POST", "/snapTrade/login", user)

    async def token(self, user: User) -> bytes:
        """Return a sealed access token, as it came."""
        return await self._sealed("GET", "/snapTrade/encryptedJWT", user)

    async def _sealed(self, method: str, path: str, user: User) -> bytes:
        answer, content = await self._call(method, path, user.parameters())
        if not is_envelope(content):
            raise PartnerError(502, "not-sealed", "The API's answer is in the open, so it stays here.")
        return answer

    async def _call(
        self, method: str, path: str, parameters: Mapping[str, str] = _NONE, body: Mapping[str, str] | None = None
    ) -> tuple[bytes, dict[str, Any]]:
        """Return an answer as it came, and as JSON."""
        query = signed_query(self._client, parameters, self._clock())
        url = URL(f"{self._url}{path}?{query}", encoded=True)
        headers = {"Signature": signature(self._client, url.raw_path, query, body)}
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                session.request(method, url, json=body, headers=headers, allow_redirects=False) as response,
            ):
                answer = await response.read()
        except (aiohttp.ClientError, TimeoutError) as e:
            raise PartnerError(502, "api-unreachable", "The API cannot be reached, or did not answer in time.") from e
        try:
            content = json.loads(answer)
        except ValueError as e:
            raise PartnerError(502, "api-garbled", f"The API answered {response.status}, and no JSON.") from e
        if response.status != 200:
            # 400 is about what the client gave, anything else about the partner's call.
            status = 400 if response.status == 400 else 502
            raise PartnerError(status, "api-refused", f"The API refused with {response.status}: {content['detail']}.")
        return answer, content
