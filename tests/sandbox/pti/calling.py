"""Call PTI's stand-in over a real socket, signed by jwcrypto, which PTI's own tools use."""

import base64
import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from typing import Any

import httpx

from signer_proxy.sandbox.pti.clients import PtiClient
from tests.jose_peer import private_jwk, public_jwk, signed, thumbprint
from tests.sandbox.calling import Clock

ED25519, RSA, OTHERS, UNKNOWN = (
    private_jwk("Ed25519"),
    private_jwk("RSA"),
    private_jwk("Ed25519", 1),
    private_jwk("RSA", 1),
)
CLIENT = PtiClient(
    "00000000-0000-0000-0000-000000000001", (json.loads(public_jwk(ED25519)), json.loads(public_jwk(RSA)))
)
OTHER = PtiClient("00000000-0000-0000-0000-000000000002", (json.loads(public_jwk(OTHERS)),))
JSON = "application/json"

type Headers = Sequence[tuple[str, str]]


def header(key: str, client_id: str) -> dict[str, Any]:
    """Return what the protected header of a signature by a key must be."""
    is_rsa = json.loads(key)["kty"] == "RSA"
    algorithm = {"alg": "RS512"} if is_rsa else {"alg": "EdDSA", "crv": "Ed25519"}
    return {**algorithm, "cid": client_id, "kid": thumbprint(key)}


def payload(method: str, path: str, body: bytes, content_type: str, date: str, client_id: str) -> bytes:
    """Return the six lines, as the guide has them."""
    hashed = method in ("POST", "PUT", "PATCH")
    digest = hashlib.sha256(body).hexdigest().upper() if hashed else ""
    kind = f"content-type:{content_type}" if hashed else ""
    return "\n".join([method, digest, kind, f"date:{date}", f"x-pti-client-id:{client_id}", path]).encode()


def unsigned(protected: Mapping[str, Any], content: bytes, signature: bytes = b"") -> str:
    """Return a JWS that no library would make."""
    parts = (json.dumps(protected).encode(), content, signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@dataclass(frozen=True, slots=True)
class Caller:
    """A client of the sandbox with one of its keys."""

    http: httpx.AsyncClient
    clock: Clock
    client_id: str = CLIENT.client_id
    key: str = field(default=ED25519, repr=False)

    def by(self, key: str) -> "Caller":
        """Return the same client with another key."""
        return replace(self, key=key)

    @property
    def date(self) -> str:
        """The time by the caller's clock."""
        return formatdate(self.clock(), usegmt=True)

    def signature(self, method: str, path: str, body: bytes = b"", content_type: str = JSON) -> str:
        """Return the right value of x-pti-signature."""
        content = payload(method, path, body, content_type, self.date, self.client_id)
        return signed(self.key, content, header(self.key, self.client_id))

    def headers(self, signature: str, content_type: str | None = JSON) -> Headers:
        """Return the headers of a signed request, whose request id is a new one."""
        kind = [] if content_type is None else [("Content-Type", content_type)]
        ours = {"Date": self.date, "x-pti-client-id": self.client_id, "x-pti-signature": signature}
        return [*kind, *ours.items(), ("x-pti-request-id", str(uuid.uuid4()))]

    async def send(self, method: str, target: str, body: bytes = b"", headers: Headers = ()) -> httpx.Response:
        """Send exactly this, signed by nobody."""
        extensions = {"target": target.encode()}
        return await self.http.request(method, "/", content=body or None, headers=list(headers), extensions=extensions)

    async def call(self, method: str, target: str, body: object = None) -> httpx.Response:
        """Send a request with a right signature; the target stands below /v1."""
        content = b"" if body is None else json.dumps(body).encode()
        return await self.upload(method, target, content, JSON)

    async def upload(self, method: str, target: str, content: bytes, content_type: str) -> httpx.Response:
        """Send bytes with a right signature."""
        path = f"/v1{target}".partition("?")[0]
        signature = self.signature(method, path, content, content_type)
        return await self.send(method, f"/v1{target}", content, self.headers(signature, content_type))

    async def token(self, method: str, url: str) -> str:
        """Return a new token for one request."""
        answer = await self.call("POST", "/auth/jwt", {"url": url, "method": method})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["accessToken"])

    async def spend(self, token: str, method: str, target: str, body: object = None) -> httpx.Response:
        """Send a request with a token; the target stands below /v1."""
        content = b"" if body is None else json.dumps(body).encode()
        headers = {"x-pti-token": token, "x-pti-client-id": self.client_id, "x-pti-request-id": str(uuid.uuid4())}
        return await self.send(method, f"/v1{target}", content, [("Content-Type", JSON), *headers.items()])


def reason(answer: httpx.Response) -> tuple[int, str]:
    """Return status and reason of a refusal, whose shape is checked on the way."""
    content = answer.json()
    assert content["code"].isupper()
    assert content["message"]
    assert content["sandbox"]["why"].endswith(".")
    return answer.status_code, content["sandbox"]["reason"]
