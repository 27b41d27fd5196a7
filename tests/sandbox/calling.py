"""Call a sandbox over a real socket, signed by the official Python SDK's own function."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from signer_proxy.sandbox.clients import Client
from tests.vectors.loading import sdk_signature

PARTNER = Client("PARTNER", "partner-consumer-key", users={"alice": "alice-secret", "zoë/ü": "zoë&secret"})
OTHER = Client("OTHER", "other-consumer-key")
PERSONAL = Client("PERSONAL", "personal-consumer-key", "personal")
ALICE = ("alice", "alice-secret")


@dataclass(slots=True)
class Clock:
    """A clock that a test sets, in Unix seconds."""

    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@dataclass(frozen=True, slots=True)
class Caller:
    """A client of the sandbox; `user` is the id and secret that go into each query, None for none."""

    http: httpx.AsyncClient
    clock: Clock
    client: Client = PARTNER
    user: tuple[str, str] | None = None

    def query(self, given: str = "") -> str:
        """Return the raw query that a request goes out with, the parameters of authentication at its end."""
        ours = {"clientId": self.client.client_id, "timestamp": str(int(self.clock()))}
        if self.user is not None:
            ours = {"userId": self.user[0], "userSecret": self.user[1], **ours}
        return "&".join(filter(None, [given, *(f"{name}={quote(value, safe='')}" for name, value in ours.items())]))

    async def send(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Send exactly this, signed by nobody."""
        return await self.http.request(
            method, "/", content=body or None, headers=headers, extensions={"target": target.encode()}
        )

    async def call(self, method: str, path: str, body: object = None, *, query: str = "") -> httpx.Response:
        """Send a request with a right signature."""
        complete = self.query(query)
        signature = sdk_signature(path, complete, body, self.client.consumer_key)
        content = b"" if body is None else json.dumps(body).encode()
        return await self.send(method, f"{path}?{complete}", content, {"Signature": signature})


def reason(answer: httpx.Response) -> tuple[int, str, str]:
    """Return status, code and reason of a refusal, whose shape is checked on the way."""
    content = answer.json()
    assert content["status_code"] == answer.status_code
    assert content["detail"]
    assert content["sandbox"]["why"].endswith(".")
    return answer.status_code, content["code"], content["sandbox"]["reason"]
