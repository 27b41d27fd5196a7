"""What an application was asked, and what it answered, noted as it goes."""

from dataclasses import dataclass, field
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(slots=True)
class Asked:
    """One request; `status` is None until it is answered."""

    method: str
    path: str
    query: str
    headers: dict[str, str] = field(repr=False)
    at: float
    """In the time of `perf_counter`."""
    status: int | None = None


@dataclass(slots=True)
class Noting:
    """ASGI middleware that notes every request to `application`."""

    application: ASGIApp
    asked: list[Asked] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note a request, and let it be answered."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        asked = Asked(scope["method"], scope["path"], scope["query_string"].decode(), headers, perf_counter())
        self.asked.append(asked)

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                asked.status = message["status"]
            await send(message)

        await self.application(scope, receive, noted)

    def of(self, path: str, since: int = 0) -> list[Asked]:
        """Return the requests for a path, from request number `since` on."""
        return [asked for asked in self.asked[since:] if asked.path == path]
