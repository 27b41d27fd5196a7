"""APIs on this machine for the commands that call them, or whose output is typed and so calls them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.server import serve
from tests.end_to_end.background import Background
from tests.end_to_end.pti.api import Api, open_api


@pytest.fixture(scope="session")
def sandbox(background: Background) -> Iterator[str]:
    """Open SnapTrade's stand-in, and return its origin."""
    clients = [Client("PARTNER", "partner-key", users={"alice": "alice-secret"}), Client("MINE", "my-key", "personal")]

    @asynccontextmanager
    async def opened() -> AsyncIterator[str]:
        async with serve(create_application(clients, limit_per_minute=None)) as port:
            yield f"http://127.0.0.1:{port}"

    with background.opened(opened()) as origin:
        yield origin


@pytest.fixture(scope="session")
def stand_in(background: Background) -> Iterator[Api]:
    """Open PTI's stand-in."""
    with open_api(background) as api:
        yield api


@pytest.fixture
def pti(stand_in: Api) -> Api:
    """Return PTI's stand-in, with nothing on its record."""
    stand_in.asked.clear()
    return stand_in
