"""A sandbox on a free port, and callers of it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from queue import Queue
from threading import Thread

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.server import serve
from tests.sandbox.calling import ALICE, OTHER, PARTNER, PERSONAL, Caller, Clock


@dataclass(slots=True)
class Served:
    """One server for all tests, since stopping one takes a moment; each test puts a fresh application behind it."""

    application: ASGIApp
    port: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        await self.application(scope, receive, send)


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """Run a server in a thread, whose event loop outlives those of the tests."""
    served, running = Served(create_application([])), Queue[tuple[asyncio.AbstractEventLoop, asyncio.Event]]()

    async def run() -> None:
        stop = asyncio.Event()
        async with serve(served) as served.port:
            running.put((asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = Thread(target=asyncio.run, args=(run(),))
    thread.start()
    loop, stop = running.get(timeout=10)
    yield served
    loop.call_soon_threadsafe(stop.set)
    thread.join()


@pytest.fixture(scope="session")
def private_key() -> PrivateKey:
    """Return a key of a user's; one for all tests, as making one takes a moment."""
    return PrivateKey.new()


@pytest.fixture
def clock() -> Clock:
    """Return the clock of sandbox and callers."""
    return Clock()


@pytest.fixture
async def http(clock: Clock, served: Served) -> AsyncIterator[httpx.AsyncClient]:
    """Put a fresh sandbox behind the server and yield an HTTP client of it."""
    served.application = create_application([PARTNER, OTHER, PERSONAL], clock=clock)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}", trust_env=False, verify=False) as client:
        yield client


@pytest.fixture
def partner(http: httpx.AsyncClient, clock: Clock) -> Caller:
    """Return a commercial client that names no user."""
    return Caller(http, clock, PARTNER)


@pytest.fixture
def alice(http: httpx.AsyncClient, clock: Clock) -> Caller:
    """Return the same client on behalf of a user who is there from the start."""
    return Caller(http, clock, PARTNER, ALICE)


@pytest.fixture
def other(http: httpx.AsyncClient, clock: Clock) -> Caller:
    """Return a second commercial client."""
    return Caller(http, clock, OTHER)


@pytest.fixture
def personal(http: httpx.AsyncClient, clock: Clock) -> Caller:
    """Return a client with a personal key."""
    return Caller(http, clock, PERSONAL)
