"""A partner in front of a sandbox, each on a free port, and a client of it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
import pytest

from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.partner.application import create_partner
from signer_proxy.sandbox.partner.behaviour import Behaviour
from signer_proxy.sandbox.server import serve
from tests.sandbox.calling import OTHER, Clock
from tests.sandbox.conftest import Served

ACCOUNTS = {"bob": "bob-password", "zoë/ü": "päss"}


@pytest.fixture
def behaviour() -> Behaviour:
    """Return the partner's behaviour, for the test to change."""
    return Behaviour()


@pytest.fixture
async def api_url(clock: Clock, served: Served) -> str:
    """Put a fresh sandbox behind the server and return where it is."""
    served.application = create_application([OTHER], clock=clock)
    return f"http://127.0.0.1:{served.port}"


@asynccontextmanager
async def partner_of(
    client: Client,
    api_url: str,
    clock: Clock,
    accounts: Mapping[str, str] = ACCOUNTS,
    behaviour: Behaviour | None = None,
) -> AsyncIterator[httpx.AsyncClient]:
    """Serve a partner and yield an HTTP client of it."""
    partner = create_partner(api_url, client, accounts, clock=clock, behaviour=behaviour)
    async with (
        serve(partner) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, verify=False) as http,
    ):
        yield http


@pytest.fixture
async def backend(api_url: str, clock: Clock, behaviour: Behaviour) -> AsyncIterator[httpx.AsyncClient]:
    """Yield an HTTP client of a partner, nobody being logged in."""
    async with partner_of(OTHER, api_url, clock, behaviour=behaviour) as http:
        yield http


@pytest.fixture
async def bob(backend: httpx.AsyncClient) -> httpx.AsyncClient:
    """Return the client of the partner, logged in as bob."""
    return await logged_in(backend, "bob")


async def logged_in(backend: httpx.AsyncClient, user: str, password: str | None = None) -> httpx.AsyncClient:
    """Log in, and send the session with all later requests; the password is that of ACCOUNTS where none is given."""
    answer = await backend.post("/login", json={"user": user, "password": password or ACCOUNTS[user]})
    backend.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return backend


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Return status and word of a refusal, whose shape is checked on the way."""
    content = answer.json()
    assert content["why"].endswith(".")
    return answer.status_code, content["error"]
