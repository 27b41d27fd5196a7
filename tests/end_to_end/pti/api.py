"""PTI's stand-in on this machine, and what it was asked, noted as it came."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from signer_proxy.sandbox.pti.application import create_pti
from signer_proxy.sandbox.pti.clients import PtiClient
from signer_proxy.sandbox.server import serve
from tests.end_to_end.background import Background
from tests.end_to_end.daemon import PATIENCE
from tests.end_to_end.pti.profiles import CLIENT_ID, KEYS
from tests.jose_peer import public_jwk

TOKEN_CALL: Final = "/v1/auth/jwt"


@dataclass(slots=True)
class Asked:
    """One request, and what it was answered; `status` is None until then."""

    method: str
    target: str
    headers: list[tuple[str, str]] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    status: int | None = None
    verdict: str | None = None
    answer: bytes = field(default=b"", repr=False)

    def all(self, name: str) -> list[str]:
        """Return the values of every header called `name` (in lower case)."""
        return [value for key, value in self.headers if key == name]

    def one(self, name: str) -> str:
        """Return the value of a header that must be there once."""
        (value,) = self.all(name)
        return value

    @property
    def content(self) -> Any:  # noqa: ANN401 - JSON
        """The answer, read as JSON."""
        return json.loads(self.answer)

    @property
    def is_token_call(self) -> bool:
        """Whether a token was asked for."""
        return self.target == TOKEN_CALL


@dataclass(slots=True)
class Api:
    """ASGI middleware that notes every request to the stand-in; `gather` token calls are answered together."""

    background: Background
    application: ASGIApp = field(repr=False)
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    gather: int = 1
    _waiting: list[asyncio.Future[None]] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def others(self) -> list[Asked]:
        """What was asked but tokens."""
        return [asked for asked in self.asked if not asked.is_token_call]

    @property
    def token_calls(self) -> list[Asked]:
        """The calls for tokens."""
        return [asked for asked in self.asked if asked.is_token_call]

    @property
    def issued(self) -> list[str]:
        """The tokens that were handed out."""
        return [asked.content["accessToken"] for asked in self.token_calls if asked.status == 200]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note a request, and let it be answered."""
        query = scope["query_string"].decode("latin-1")
        target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        asked = Asked(scope["method"], target, headers)
        self.asked.append(asked)

        async def received() -> Message:
            message = await receive()
            asked.body += message.get("body", b"")
            return message

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                asked.status = message["status"]
                marks = [value.decode() for name, value in message["headers"] if name.lower() == b"sandbox-verdict"]
                asked.verdict = next(iter(marks), None)
            asked.answer += message.get("body", b"")
            await send(message)

        if asked.is_token_call:
            await self._gathered()
        await self.application(scope, received, answered)

    async def _gathered(self) -> None:
        """Wait until there are as many as are to be answered together."""
        here: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(here)
        if len(self._waiting) >= self.gather:
            self._release()
        await here

    def _release(self) -> None:
        for each in self._waiting:
            each.set_result(None)
        self._waiting.clear()

    def wait_for_token_calls(self, number: int) -> None:
        """Return when so many token calls wait for others."""
        end = time.monotonic() + PATIENCE
        while len(self._waiting) < number:
            assert time.monotonic() < end, self.asked

    @contextmanager
    def gathering(self, number: int) -> Iterator[None]:
        """Answer token calls when there are `number` of them, and the rest at the end."""
        self.gather = number
        try:
            yield
        finally:
            self.gather = 1
            self.background.loop.call_soon_threadsafe(self._release)


@contextmanager
def open_api(background: Background, *, ahead: float = 0.0) -> Iterator[Api]:
    """Open the stand-in, which knows the client by all of its keys; its clock is `ahead` of ours, in seconds."""
    client = PtiClient(CLIENT_ID, tuple(json.loads(public_jwk(key)) for key in KEYS.values()))
    api = Api(background, create_pti([client], clock=lambda: time.time() + ahead))

    @asynccontextmanager
    async def opened() -> AsyncIterator[None]:
        async with serve(api) as api.port:
            yield

    with background.opened(opened()):
        yield api
