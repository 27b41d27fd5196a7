"""Upstreams on this machine and a daemon in front of them, shared by all tests that leave it as it was."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.server import serve
from tests.end_to_end.background import Background
from tests.end_to_end.daemon import Daemon, free_port, started
from tests.end_to_end.recording import Recording

SANDBOX_CLIENT = Client("PARTNER", "sandbox-consumer-key", users={"alice": "alice-secret"})


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The stand-in for the API, without its limit of requests, and the one client that it knows."""

    port: int
    client: Client = field(default=SANDBOX_CLIENT)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="session")
def sandbox(background: Background) -> Iterator[Sandbox]:
    """Open a sandbox."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Sandbox]:
        async with serve(create_application([SANDBOX_CLIENT], limit_per_minute=None)) as port:
            yield Sandbox(port)

    with background.opened(opened()) as sandbox:
        yield sandbox


def config(sandbox: Sandbox, recorder: Recording, proxy: str = 'max_body = "64 KiB"') -> str:
    """Return a config: upstream `api` records, `second` is the same one by another name, `sandbox` verifies."""
    return f"""
        version = 1
        [proxy]
        {proxy}
        [upstreams.api]
        url = "{recorder.origin}"
        port = {free_port()}
        default_profile = "partner"
        [upstreams.second]
        url = "{recorder.origin}/api/v1"
        port = {free_port()}
        [upstreams.sandbox]
        url = "{sandbox.origin}"
        port = {free_port()}
        default_profile = "verified"
        [profiles.partner]
        upstream = "api"
        scheme = "snaptrade-signature"
        client_id = "CLIENT"
        consumer_key = "api-consumer-key"
        access = "trade"
        [profiles.writer]
        upstream = "api"
        scheme = "snaptrade-signature"
        client_id = "WRITER"
        consumer_key = "writer-consumer-key"
        user_id = "alice"
        user_secret = "profile-user-secret"
        [profiles.elsewhere]
        upstream = "second"
        scheme = "snaptrade-signature"
        client_id = "ELSEWHERE"
        consumer_key = "elsewhere-consumer-key"
        [profiles.verified]
        upstream = "sandbox"
        scheme = "snaptrade-signature"
        client_id = "{sandbox.client.client_id}"
        consumer_key = "{sandbox.client.consumer_key}"
        user_id = "alice"
        user_secret = "{sandbox.client.users["alice"]}"
        access = "trade"
    """


@pytest.fixture(scope="session")
def daemon(sandbox: Sandbox, recorder: Recording, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Start the daemon in front of `api`, `second` and `sandbox`."""
    with started(config(sandbox, recorder), tmp_path_factory.mktemp("daemon")) as daemon:
        yield daemon
