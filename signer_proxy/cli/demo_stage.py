"""The demo's stage: API and Partner as sandboxes, and a daemon in front of them, on free ports with made-up keys."""

import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

import aiohttp
from pydantic import SecretStr
from yarl import URL

from signer_proxy.engines.mitmproxy.engine import open_engine
from signer_proxy.proxy import Exchange
from signer_proxy.rsa_key import PrivateKey
from signer_proxy.runtime import build
from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.partner.application import create_partner
from signer_proxy.sandbox.server import serve
from signer_proxy.settings.configuration import Configuration
from signer_proxy.settings.schema import Settings

SIGNED: Final = "partner"
CLIENT_SIDE: Final = "bob"
"""The profiles: one with the consumer key, one with a private key alone."""

_USER: Final = "alice"
_JSON: Final = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Stage:
    """Where to send requests, where they go, and what the client of the client-side flows has."""

    proxy: str
    sandbox: str
    partner: str
    session: str = field(repr=False)
    key: PrivateKey


@dataclass(frozen=True, slots=True)
class Call:
    """A request without any authentication, as every tool can send it."""

    title: str
    method: str
    target: str
    body: str | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    verdict: str | None
    """The sandbox's, on what authenticates the request."""
    content: object

    @property
    def is_verified(self) -> bool:
        """Whether the request was authenticated rightly and did what it should."""
        return self.verdict == "verified" and self.status == 200


@asynccontextmanager
async def open_stage(observe: Callable[[Exchange], None]) -> AsyncIterator[Stage]:
    """Open all three parties; `observe` is told each exchange."""
    client = Client(f"DEMO-{secrets.token_hex(4)}", secrets.token_urlsafe(32), users={_USER: secrets.token_hex(16)})
    password, key = secrets.token_urlsafe(16), PrivateKey.new()
    async with serve(create_application([client])) as sandbox_port:
        sandbox = f"http://127.0.0.1:{sandbox_port}"
        async with serve(create_partner(sandbox, client, {CLIENT_SIDE: password})) as partner_port:
            partner, port = f"http://127.0.0.1:{partner_port}", _free_port()
            stage = Stage(f"http://127.0.0.1:{port}", sandbox, partner, await _log_in(partner, password), key)
            async with open_engine(build(_configuration(stage, client, port)), os.environ, observe):
                yield stage


async def send(session: aiohttp.ClientSession, stage: Stage, call: Call) -> Reply:
    """Send a request to the proxy."""
    headers = (_JSON if call.body else {}) | ({"Signer-Profile": call.profile} if call.profile else {})
    url = URL(stage.proxy + call.target, encoded=True)
    async with session.request(call.method, url, data=call.body, headers=headers) as response:
        return Reply(response.status, response.headers.get("Sandbox-Verdict"), await response.json(content_type=None))


async def _log_in(partner: str, password: str) -> str:
    async with aiohttp.ClientSession() as session:
        credentials = {"user": CLIENT_SIDE, "password": password}
        async with session.post(f"{partner}/login", json=credentials, raise_for_status=True) as response:
            return str((await response.json())["token"])


def _configuration(stage: Stage, client: Client, port: int) -> Configuration:
    """Return what a config file with these profiles would be loaded as."""
    signed = {
        "upstream": "sandbox",
        "scheme": "snaptrade-signature",
        "client_id": client.client_id,
        "consumer_key": client.consumer_key,
        "user_id": _USER,
        "user_secret": client.users[_USER],
        "access": "trade",
    }
    session = f"Bearer {stage.session}"
    client_side = {
        "upstream": "sandbox",
        "scheme": "snaptrade-jwt",
        "private_key": {"file": "bob.pem"},
        "token": {"url": f"{stage.partner}/snaptrade/token", "headers": {"Authorization": session}},
    }
    upstream = {"url": stage.sandbox, "port": port, "default_profile": SIGNED}
    profiles = {SIGNED: signed, CLIENT_SIDE: client_side}
    values = {(SIGNED, key): SecretStr(signed[key]) for key in ("client_id", "consumer_key", "user_secret")}
    values[CLIENT_SIDE, "token.headers.Authorization"] = SecretStr(session)
    settings = Settings.model_validate({"version": 1, "upstreams": {"sandbox": upstream}, "profiles": profiles})
    return Configuration(None, settings, values, frozenset(), (), keys={CLIENT_SIDE: stage.key})


def _free_port() -> int:
    """Return a port that nobody listens on, below those that the system gives to outgoing connections."""
    while True:
        port = 15_000 + secrets.randbelow(15_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
