"""Scheme `snaptrade-jwt`: the header `Authorization: JWT …`, with a token that was sealed for this machine.

Source: SnapTrade, "Client-side Direct API Usage": the word is JWT, and `Signature`, `timestamp` and `userId` are no
longer required. They, and `userSecret`, are removed always: a token speaks for its user alone.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from signer_proxy import query
from signer_proxy.message import Request, split_target, values, without
from signer_proxy.operations import Operations
from signer_proxy.operations.snaptrade import OPERATIONS
from signer_proxy.schemes.credential import Credential
from signer_proxy.schemes.explanation import Explanation, Signed

_OWN: Final = frozenset({"clientId", "timestamp", "userId", "userSecret"})
_CLIENT_ID: Final = "clientId"
_AUTHORIZATION: Final = "Authorization"
_SIGNATURE: Final = "Signature"


@dataclass(frozen=True, slots=True)
class SnaptradeJwt:
    """One profile's choices; the guide does not name `clientId`, so it is sent only where the profile says so."""

    name: ClassVar[str] = "snaptrade-jwt"
    operations: ClassVar[Operations] = OPERATIONS
    is_slow: ClassVar[bool] = False

    client_id: str | None = None

    def sign(self, request: Request, now: float, credential: Credential) -> Signed:
        """Put the token in, and take out what must not go with it."""
        assert credential.token is not None
        path, raw = split_target(request.target)
        rest, found = query.take_out(raw or b"", _OWN)
        ours = [(_CLIENT_ID, self.client_id)] if self.client_id is not None else []
        sent = query.append(rest, ours)
        target = path if raw is None and not sent else path + b"?" + sent
        target = path if found and not sent else target  # the `?` was theirs that went
        headers = without(request.headers, b"authorization", b"signature")
        headers = (*headers, (_AUTHORIZATION.encode(), b"JWT " + credential.token.encode("ascii")))
        return Signed(target, headers, self._explanation(request, found))

    def _explanation(self, request: Request, found: list[str]) -> Explanation:
        before = {
            *found,
            *(name for name in (_AUTHORIZATION, _SIGNATURE) if values(request.headers, name.lower().encode())),
        }
        ours = [_AUTHORIZATION] if self.client_id is None else [_CLIENT_ID, _AUTHORIZATION]
        return Explanation(
            self.name,
            signature_base=b"",
            digest="",
            added=tuple(name for name in ours if name not in before),
            replaced=tuple(name for name in ours if name in before),
            removed=tuple(sorted(before.difference(ours))),
        )
