"""The demo's stage: a sandbox and a daemon in front of it, on free ports, with keys made on the spot."""

import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp
from pydantic import SecretStr
from yarl import URL

from signer_proxy.engines.mitmproxy.engine import open_engine
from signer_proxy.proxy import Exchange
from signer_proxy.runtime import build
from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.server import serve
from signer_proxy.settings.configuration import Configuration
from signer_proxy.settings.schema import Settings

_USER: Final = "alice"
_JSON: Final = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Stage:
    """Where to send requests, and where they go."""

    proxy: str
    sandbox: str


@dataclass(frozen=True, slots=True)
class Call:
    """An unsigned request, as any tool would send it."""

    title: str
    method: str
    target: str
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    verdict: str | None
    """The sandbox's, on the signature."""
    content: object

    @property
    def is_verified(self) -> bool:
        """Whether the signature was right and the request did what it should."""
        return self.verdict == "verified" and self.status == 200


@asynccontextmanager
async def open_stage(observe: Callable[[Exchange], None]) -> AsyncIterator[Stage]:
    """Open sandbox and daemon; `observe` is told each exchange."""
    client = Client(f"DEMO-{secrets.token_hex(4)}", secrets.token_urlsafe(32), users={_USER: secrets.token_hex(16)})
    async with serve(create_application([client])) as sandbox_port:
        port, sandbox = _free_port(), f"http://127.0.0.1:{sandbox_port}"
        runtime = build(_configuration(client, sandbox, port))
        async with open_engine(runtime, os.environ, observe):
            yield Stage(f"http://127.0.0.1:{port}", sandbox)


async def send(session: aiohttp.ClientSession, stage: Stage, call: Call) -> Reply:
    """Send a request to the proxy."""
    url = URL(stage.proxy + call.target, encoded=True)
    headers = _JSON if call.body else {}
    async with session.request(call.method, url, data=call.body, headers=headers) as response:
        return Reply(response.status, response.headers.get("Sandbox-Verdict"), await response.json(content_type=None))


def _configuration(client: Client, sandbox: str, port: int) -> Configuration:
    profile = {
        "upstream": "sandbox",
        "scheme": "snaptrade-signature",
        "client_id": client.client_id,
        "consumer_key": client.consumer_key,
        "user_id": _USER,
        "user_secret": client.users[_USER],
        "access": "trade",
    }
    upstream = {"url": sandbox, "port": port, "default_profile": "partner"}
    settings = {"version": 1, "upstreams": {"sandbox": upstream}, "profiles": {"partner": profile}}
    values = {("partner", key): SecretStr(profile[key]) for key in ("client_id", "consumer_key", "user_secret")}
    return Configuration(None, Settings.model_validate(settings), values, frozenset(), ())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
