"""The API and the Partner on this machine, and the users that are registered there."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Final

from starlette.applications import Starlette

from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.partner.application import create_partner
from signer_proxy.sandbox.partner.behaviour import Behaviour
from signer_proxy.sandbox.server import serve
from tests.end_to_end.background import Background
from tests.end_to_end.client_side.noting import Noting
from tests.end_to_end.wire import ask, request

CLIENT_ID: Final = "PARTNER"
CONSUMER_KEY: Final = "consumer-key-of-the-partner"
TOKEN_PATH: Final = "/snaptrade/token"


@dataclass(slots=True)
class Parties:
    """Both parties; the Partner behaves as `behaviour` says."""

    background: Background
    users: dict[str, str] = field(repr=False)
    """The userSecret of each user that is registered from the start."""
    application: Starlette
    api: Noting
    partner: Noting
    behaviour: Behaviour
    api_port: int = 0
    partner_port: int = 0

    @property
    def api_origin(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def token_url(self) -> str:
        """Where the Partner hands out sealed tokens."""
        return f"http://127.0.0.1:{self.partner_port}{TOKEN_PATH}"

    @property
    def fetches(self) -> int:
        """How often the Partner was asked for a token."""
        return len(self.partner.of(TOKEN_PATH))

    def log_in(self, user: str) -> str:
        """Return the header that a client of the Partner sends once it is logged in."""
        body = json.dumps({"user": user, "password": f"{user}-password"}).encode()
        reply = ask(self.partner_port, request(self.partner_port, "POST", "/login", body=body))
        return f"Bearer {json.loads(reply.body)['token']}"

    def envelope(self, session: str) -> bytes:
        """Return a sealed token for whoever has the session."""
        asked = request(self.partner_port, "POST", TOKEN_PATH, f"Authorization: {session}")
        reply = ask(self.partner_port, asked)
        assert reply.status == 200, reply
        return reply.body

    def revoke(self, user: str) -> None:
        """Make the API refuse all tokens that a user has."""
        self.background.run(self._revoke(user))

    async def _revoke(self, user: str) -> None:
        self.application.state.revoke(CLIENT_ID, user)

    @contextmanager
    def holding_back(self) -> Iterator[None]:
        """Let the Partner answer nothing before the end of this."""
        ready = self.behaviour.is_ready = asyncio.Event()
        try:
            yield
        finally:
            self.background.loop.call_soon_threadsafe(ready.set)
            self.behaviour.is_ready = None


@contextmanager
def open_parties(
    background: Background,
    *users: str,
    key: PrivateKey,
    token_life: int | None = 300,
    limit_per_minute: int | None = None,
) -> Iterator[Parties]:
    """Open both parties, with users who have registered the public half of `key`; tokens live for some seconds."""
    secrets = {user: f"user-secret-of-{user}" for user in users}
    client = Client(CLIENT_ID, CONSUMER_KEY, users=secrets, public_keys=dict.fromkeys(users, key.public))
    application = create_application([client], limit_per_minute=limit_per_minute, token_life=token_life)
    parties = Parties(background, secrets, application, Noting(application), Noting(application), Behaviour())

    @asynccontextmanager
    async def opened() -> AsyncIterator[None]:
        async with serve(parties.api) as parties.api_port:
            accounts = {user: f"{user}-password" for user in users}
            backend = create_partner(parties.api_origin, client, accounts, behaviour=parties.behaviour)
            parties.partner = Noting(backend)
            async with serve(parties.partner) as parties.partner_port:
                yield

    with background.opened(opened()):
        yield parties
