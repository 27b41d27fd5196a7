"""The step before signing: what a request needs beyond its profile, which is a token or a remembered userSecret."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from signer_proxy.errors import TokenUnavailableError
from signer_proxy.exchange import Admitted
from signer_proxy.message import Answer, Request, split_target
from signer_proxy.proxy.at_hand import at_hand, new_request_id, user_to_look_up
from signer_proxy.runtime import Profile, Runtime
from signer_proxy.schemes import Scheme
from signer_proxy.schemes.credential import Credential
from signer_proxy.schemes.pti_token import token_request
from signer_proxy.tokens.file import FileSource
from signer_proxy.tokens.keeper import TokenKeeper
from signer_proxy.tokens.origin import FileOrigin, PartnerOrigin, ProfileOrigin, SingleUse, TokenOrigin
from signer_proxy.tokens.partner import PartnerSource
from signer_proxy.tokens.signed_call import SignedCallSource
from signer_proxy.tokens.single_use import fetch_single_use
from signer_proxy.tokens.source import Source
from signer_proxy.tokens.standing import Standing
from signer_proxy.upstream.pool import Pool
from signer_proxy.users.threads import in_users_thread

_TOKEN_PATH: Final = "/snapTrade/encryptedJWT"

type Call = Callable[[Runtime, str, str, str, bytes], Awaitable[Answer]]
"""A call of our own, given the runtime that serves it, profile, method, path and body."""

type Belonging = tuple[str, str, TokenOrigin, Scheme | None]
"""What a token belongs to: its profile, the upstream's address, its origin, and who signs for it."""


class Credentials:
    """The tokens of the profiles in use; they live in memory, and across reloads that leave what they belong to."""

    def __init__(self, runtime: Runtime, pool: Pool, call: Call) -> None:
        self._runtime = runtime
        self._pool = pool
        self._call = call
        self._keepers: dict[Belonging, TokenKeeper] = {}
        self._retiring: dict[TokenKeeper, asyncio.Task[None]] = {}

    async def get(self, admitted: Admitted) -> Credential:
        """Return what a request needs. Raises TokenUnavailableError, CredentialUnavailableError."""
        profile = admitted.profile
        match profile.token:
            case SingleUse() as single_use:
                return Credential(token=await self._single_use(admitted, single_use), request_id=new_request_id())
            case None:
                return await _without_token(profile, admitted.request)
            case origin:
                return Credential(token=(await self._keeper(admitted, origin).get()).text)

    def refuse(self, admitted: Admitted, credential: Credential) -> None:
        """Note that the API refused a token: the next request gets another."""
        origin = admitted.profile.token
        if credential.token is not None and origin is not None and not isinstance(origin, SingleUse):
            self._keeper(admitted, origin).reject(credential.token)

    async def another(self, admitted: Admitted, refused: Credential) -> Credential | None:
        """Return another token than the one that was refused, or None where there is none; one for one use is none."""
        if isinstance(admitted.profile.token, SingleUse):
            return None
        try:
            credential = await self.get(admitted)
        except TokenUnavailableError:
            return None
        return None if credential == refused else credential

    def standings(self) -> dict[str, Standing]:
        """Return how the token of each profile stands that needs one."""
        return {
            name: self._standing(profile, profile.token)
            for name, profile in self._runtime.profiles.items()
            if profile.token is not None
        }

    def retain(self, runtime: Runtime) -> None:
        """Forget the tokens that belong to nothing in `runtime`; requests that wait for one have it nevertheless."""
        self._runtime = runtime
        current = {
            _belonging(runtime, profile, profile.token)
            for profile in runtime.profiles.values()
            if profile.token is not None and not isinstance(profile.token, SingleUse)
        }
        for belonging in self._keepers.keys() - current:
            keeper = self._keepers.pop(belonging)
            self._retiring[keeper] = asyncio.create_task(self._retire(keeper))

    async def close(self) -> None:
        """End what is under way."""
        keepers = (*self._keepers.values(), *self._retiring)
        await asyncio.gather(*(keeper.close() for keeper in keepers), *self._retiring.values())

    async def _retire(self, keeper: TokenKeeper) -> None:
        await keeper.retire()
        del self._retiring[keeper]

    def _standing(self, profile: Profile, origin: TokenOrigin | SingleUse) -> Standing:
        if isinstance(origin, SingleUse):
            return Standing("single-use")
        keeper = self._keepers.get(_belonging(self._runtime, profile, origin))
        return Standing("none") if keeper is None else keeper.standing()

    def _keeper(self, admitted: Admitted, origin: TokenOrigin) -> TokenKeeper:
        profile = admitted.profile
        belonging = _belonging(admitted.runtime, profile, origin)
        keeper = self._keepers.get(belonging)
        if keeper is None:
            keeper = self._keepers[belonging] = TokenKeeper(self._source(origin), profile.name)
        return keeper

    def _source(self, origin: TokenOrigin) -> Source:
        match origin:
            case FileOrigin():
                return FileSource(origin.path, origin.key)
            case PartnerOrigin():
                return PartnerSource(self._pool, origin.request, origin.key, path=origin.path)
            case ProfileOrigin(profile=profile):
                subject = f"GET {_TOKEN_PATH} as profile {profile!r}"
                return SignedCallSource(
                    lambda: self._call(self._runtime, profile, "GET", _TOKEN_PATH, b""), origin.key, subject
                )

    async def _single_use(self, admitted: Admitted, origin: SingleUse) -> str:
        upstream, request = admitted.upstream, admitted.request
        path = split_target(request.target)[0].decode("ascii")
        # Where the upstream's url has no path, the API's own prefix is what its paths begin with.
        base = upstream.base.decode("ascii") or admitted.profile.scheme.operations.prefix
        target, body = token_request(request.method, path, base, origin.form, upstream.origin)
        call = partial(self._call, admitted.runtime, origin.issuer, "POST", target.decode("ascii"), body)
        return await fetch_single_use(call, admitted.profile.name)


async def _without_token(profile: Profile, request: Request) -> Credential:
    if user_to_look_up(profile, request) is None:
        return at_hand(profile, request)
    return await in_users_thread(at_hand, profile, request)


def _belonging(runtime: Runtime, profile: Profile, origin: TokenOrigin) -> Belonging:
    signer = runtime.profiles[origin.profile].scheme if isinstance(origin, ProfileOrigin) else None
    return profile.name, runtime.upstreams[profile.upstream].origin, origin, signer
