"""The demo's stage: both APIs and a Partner as sandboxes, a daemon in front of them, free ports and made-up keys."""

import os
import secrets
import socket
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import aiohttp
from pydantic import SecretStr
from yarl import URL

from signer_proxy.assembly import build
from signer_proxy.crypto.jwk import PtiKey
from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.engines.mitmproxy.engine import open_engine
from signer_proxy.proxy.course import Exchange
from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.partner.application import create_partner
from signer_proxy.sandbox.pti.application import create_pti
from signer_proxy.sandbox.pti.clients import PtiClient
from signer_proxy.sandbox.server import serve
from signer_proxy.settings.configuration import Configuration
from signer_proxy.settings.schema import Settings

if TYPE_CHECKING:  # it brings a web server along
    from signer_proxy.engines.mitmproxy.inspector.inspector import Inspector

SIGNED: Final = "partner"
CLIENT_SIDE: Final = "bob"
PTI: Final = "pti"
PTI_TOKEN: Final = "pti-user"
"""The profiles: with the consumer key, with a private key alone, with PTI's signatures, with its single-use tokens."""

_USER: Final = "alice"
_JSON: Final = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Stage:
    """Where to send requests, where they go, and what the client of the client-side flows has."""

    proxy: str
    pti_proxy: str
    sandbox: str
    pti_sandbox: str
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
    is_pti: bool = False


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
        return self.verdict == "verified" and self.status in (200, 201)


@asynccontextmanager
async def open_stage(observe: Callable[[Exchange], None], inspector: "Inspector | None" = None) -> AsyncIterator[Stage]:
    """Open all parties; `observe` is told each exchange."""
    client = Client(f"DEMO-{secrets.token_hex(4)}", secrets.token_urlsafe(32), users={_USER: secrets.token_hex(16)})
    password, key, pti_key, pti_id = secrets.token_urlsafe(16), PrivateKey.new(), PtiKey.new("ed25519"), uuid.uuid4()
    pti_client = PtiClient(str(pti_id), (pti_key.public_jwk(),))
    async with AsyncExitStack() as stack:
        sandbox = _url(await stack.enter_async_context(serve(create_application([client]))))
        pti_sandbox = _url(await stack.enter_async_context(serve(create_pti([pti_client]))))
        backend = create_partner(sandbox, client, {CLIENT_SIDE: password})
        partner = _url(await stack.enter_async_context(serve(backend)))
        session, ports = await _log_in(partner, password), (free_port(), free_port())
        stage = Stage(_url(ports[0]), _url(ports[1]), sandbox, pti_sandbox, partner, session, key)
        configuration = _configuration(stage, client, pti_client, pti_key, ports)
        runtime = build(configuration)
        if inspector is not None:
            runtime = replace(runtime, inspection=inspector.settings)
        await stack.enter_async_context(open_engine(runtime, os.environ, observe, inspector))
        yield stage


async def send(session: aiohttp.ClientSession, stage: Stage, call: Call) -> Reply:
    """Send a request to the proxy."""
    headers = (_JSON if call.body else {}) | ({"Signer-Profile": call.profile} if call.profile else {})
    url = URL((stage.pti_proxy if call.is_pti else stage.proxy) + call.target, encoded=True)
    async with session.request(call.method, url, data=call.body, headers=headers) as response:
        return Reply(response.status, response.headers.get("Sandbox-Verdict"), await response.json(content_type=None))


async def _log_in(partner: str, password: str) -> str:
    async with aiohttp.ClientSession() as session:
        credentials = {"user": CLIENT_SIDE, "password": password}
        async with session.post(f"{partner}/login", json=credentials, raise_for_status=True) as response:
            return str((await response.json())["token"])


def _configuration(
    stage: Stage, client: Client, pti_client: PtiClient, pti_key: PtiKey, ports: tuple[int, int]
) -> Configuration:
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
    pti = {
        "upstream": "pti",
        "scheme": "pti-signature",
        "client_id": pti_client.client_id,
        "private_key": {"file": "pti.jwk"},
    }
    pti_token = {"upstream": "pti", "scheme": "pti-token", "issuer": PTI}
    upstreams = {
        "sandbox": {"url": stage.sandbox, "port": ports[0], "default_profile": SIGNED},
        "pti": {"url": f"{stage.pti_sandbox}/v1", "port": ports[1], "default_profile": PTI},
    }
    profiles = {SIGNED: signed, CLIENT_SIDE: client_side, PTI: pti, PTI_TOKEN: pti_token}
    values = {(SIGNED, key): SecretStr(signed[key]) for key in ("client_id", "consumer_key", "user_secret")}
    values[CLIENT_SIDE, "token.headers.Authorization"] = SecretStr(session)
    values[PTI, "client_id"] = SecretStr(pti_client.client_id)
    settings = Settings.model_validate({"version": 1, "upstreams": upstreams, "profiles": profiles})
    keys = {CLIENT_SIDE: stage.key}
    return Configuration(None, settings, values, frozenset(), (), keys=keys, pti_keys={PTI: pti_key})


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def free_port() -> int:
    """Return a port that nobody listens on, below those that the system gives to outgoing connections."""
    while True:
        port = 15_000 + secrets.randbelow(15_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
