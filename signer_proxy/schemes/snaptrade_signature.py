"""Scheme `snaptrade-signature`: `clientId` and `timestamp` in the query, an HMAC-SHA256 in the header `Signature`.

The signature is base64(HMAC-SHA256(consumer key, canonical JSON of {"content", "path", "query"})), path and query as
they are sent. Source: SnapTrade, "Request Signatures".
"""

import hmac
import math
from base64 import b64encode
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from pydantic import SecretStr

from signer_proxy import canonical_json, query
from signer_proxy.content_coding import unpack
from signer_proxy.errors import AccessDeniedError, NotSignableError
from signer_proxy.message import SENDABLE_TARGET, Request, split_target, values, without
from signer_proxy.operations import Operations, registration
from signer_proxy.operations.registration import HIDDEN
from signer_proxy.operations.snaptrade import OPERATIONS
from signer_proxy.schemes.credential import NOTHING, Credential
from signer_proxy.schemes.explanation import Explanation, Signed

_USER_ID, _USER_SECRET, _CLIENT_ID, _TIMESTAMP = "userId", "userSecret", "clientId", "timestamp"
_SIGNATURE = "Signature"
_REGISTER_USER = "/snapTrade/registerUser"
_RESET_USER_SECRET = "/snapTrade/resetUserSecret"


@dataclass(frozen=True, slots=True)
class SnaptradeSignature:
    """One profile's credentials and choices, checked; `max_body` is in bytes."""

    name: ClassVar[str] = "snaptrade-signature"
    operations: ClassVar[Operations] = OPERATIONS
    is_slow: ClassVar[bool] = False

    client_id: str
    consumer_key: SecretStr
    account: Literal["commercial", "personal"] = "commercial"
    user_id: str | None = None
    user_secret: SecretStr | None = None
    form: canonical_json.Form = "ascii"
    max_body: int = 10 * 1024 * 1024
    _key: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # The docs' TypeScript sample signs with encodeURI(key); the API and the SDKs take the key's bytes as they are.
        object.__setattr__(self, "_key", self.consumer_key.get_secret_value().encode())

    def sign(self, request: Request, now: float, credential: Credential = NOTHING) -> Signed:
        """Sign a request whose target and headers are otherwise final; `now` is in seconds since the epoch.

        Raises NotSignableError, BodyTooLargeError and, where a personal key would register a user, AccessDeniedError.
        """
        if not SENDABLE_TARGET.fullmatch(request.target):
            raise NotSignableError("the target holds '#' or bytes outside 0x21 to 0x7E (percent-encode them)")
        path, raw_query = split_target(request.target)
        content, warnings = self._content(request)
        sent, added = self._query(request.method, path, raw_query or b"", now, credential)
        base = signature_base(content, path, sent)
        digest = sign_base(self._key, base)
        headers = (*without(request.headers, b"signature"), (_SIGNATURE.encode(), digest.encode()))
        before = [query.name(part) for part in query.parameters(raw_query or b"")]
        if values(request.headers, b"signature"):
            before.append(_SIGNATURE)
        explanation = _explain(self.name, base, digest, before=before, ours=[*added, _SIGNATURE], own=self._own())
        return Signed(path + b"?" + sent, headers, explanation, warnings)

    def _content(self, request: Request) -> tuple[bytes, tuple[str, ...]]:
        """Return the body's canonical form and the warnings that it deserves."""
        body = unpack(request.body, values(request.headers, b"content-encoding"), self.max_body)
        if not body:
            return b"null", ()
        try:
            content, repeated = canonical_json.parse(body)
            canonical = canonical_json.serialize(content, self.form)
        except canonical_json.NotJsonError as e:
            raise NotSignableError(f"body: a SnapTrade signature covers JSON, and {e} (send a JSON body)") from e
        ambiguous = repeated or canonical_json.is_ambiguous(content, canonical)
        warnings = ("canonical-ambiguous",) * ambiguous + ("content-type",) * (not _says_json(request))
        # The documents: "null for requests where the body would otherwise be {}"; other empty values are content.
        return (b"null" if canonical == b"{}" else canonical), warnings

    def _query(
        self, method: str, path: bytes, raw: bytes, now: float, credential: Credential
    ) -> tuple[bytes, list[str]]:
        """Return the query that is sent, and the names of the parameters in it that are ours."""
        rest, _ = query.take_out(raw, self._own())
        if credential.user_secret is not None or self._secret(_named(rest, _USER_ID)) is not None:
            rest = query.without_value(rest, _USER_SECRET, HIDDEN)
        ours = self._user(method, path, rest, credential.user_secret)
        ours += [(_CLIENT_ID, self.client_id), (_TIMESTAMP, str(math.floor(now)))]
        return query.append(rest, ours), [name for name, _ in ours]

    def _own(self) -> frozenset[str]:
        """Return the parameters of which no copy of the client's leaves: personal keys must send no user."""
        user = {_USER_ID, _USER_SECRET} if self.account == "personal" else set()
        return frozenset({_CLIENT_ID, _TIMESTAMP} | user)

    def _user(self, method: str, path: bytes, rest: bytes, remembered: str | None) -> list[tuple[str, str]]:
        """Return the user that is added: the profile's where the client names none, the secret where it sends none."""
        operation = self.operations.find(method, path.decode("ascii"))
        if operation is None:
            return []
        if operation.path == _REGISTER_USER and self.account == "personal":
            raise AccessDeniedError("account: a personal key must not register users (use a commercial key)")
        if not operation.takes_user or self.account == "personal":
            return []
        users, secrets = _named(rest, _USER_ID), _named(rest, _USER_SECRET)
        pairs = [] if users or self.user_id is None else [(_USER_ID, self.user_id)]
        secret = self._secret(users) if remembered is None else remembered
        if secret is not None and not secrets:
            pairs.append((_USER_SECRET, secret))
        return pairs

    def _secret(self, users: list[str]) -> str | None:
        """Return the profile's own userSecret where the request is for its user."""
        if self.user_id is None or self.user_secret is None or any(user != self.user_id for user in users):
            return None
        return self.user_secret.get_secret_value()

    def user_without_secret(self, request: Request) -> str | None:
        """Return the user whose userSecret a request needs and neither it nor the profile has."""
        path, raw = split_target(request.target)
        operation = self.operations.find(request.method, path.decode("ascii"))
        if operation is None or self.account == "personal":
            return None
        if not operation.takes_user:
            is_reset = operation.path == _RESET_USER_SECRET
            return registration.user_without_secret(request.body) if is_reset else None
        users, secrets = _named(raw or b"", _USER_ID), _named(raw or b"", _USER_SECRET)
        if any(secret != HIDDEN for secret in secrets) or len(set(users)) > 1 or self._secret(users) is not None:
            return None
        return users[0] if users else self.user_id


def _named(raw: bytes, name: str) -> list[str]:
    return [query.value(part) for part in query.parameters(raw) if query.name(part) == name]


def signature_base(content: bytes, path: bytes, raw_query: bytes) -> bytes:
    """Return what is signed, given the body in canonical form and the two halves of the target as sent, in ASCII."""
    texts = [canonical_json.serialize(raw.decode("ascii"), "ascii") for raw in (path, raw_query)]
    return b'{"content":%b,"path":%b,"query":%b}' % (content, *texts)


def sign_base(key: bytes, base: bytes) -> str:
    """Return the value of the header `Signature`."""
    return b64encode(hmac.digest(key, base, "sha256")).decode()


def _says_json(request: Request) -> bool:
    return all(b"json" in value.lower() for value in values(request.headers, b"content-type"))


def _explain(
    scheme: str, base: bytes, digest: str, *, before: list[str], ours: list[str], own: frozenset[str]
) -> Explanation:
    return Explanation(
        scheme,
        base,
        digest,
        added=tuple(name for name in ours if name not in before),
        replaced=tuple(name for name in ours if name in before),
        removed=tuple(sorted(own.intersection(before).difference(ours))),
    )
