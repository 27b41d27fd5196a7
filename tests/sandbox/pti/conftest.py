"""PTI's stand-in on a free port, and callers of it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from signer_proxy.sandbox.pti.application import create_pti
from tests.sandbox.calling import Clock
from tests.sandbox.conftest import Served
from tests.sandbox.pti.calling import CLIENT, OTHER, OTHERS, Caller


@pytest.fixture
async def pti(clock: Clock, served: Served) -> AsyncIterator[httpx.AsyncClient]:
    """Put a fresh stand-in behind the server and yield an HTTP client of it."""
    served.application = create_pti([CLIENT, OTHER], clock=clock)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}", trust_env=False, verify=False) as client:
        yield client


@pytest.fixture
def caller(pti: httpx.AsyncClient, clock: Clock) -> Caller:
    """Return a client that signs with its Ed25519 key."""
    return Caller(pti, clock)


@pytest.fixture
def other(pti: httpx.AsyncClient, clock: Clock) -> Caller:
    """Return another client."""
    return Caller(pti, clock, OTHER.client_id, OTHERS)
