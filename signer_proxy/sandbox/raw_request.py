"""Read a request as raw bytes, before any route sees it, and mark its answer: what every gate does."""

from collections.abc import Callable, Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send


async def read_body(receive: Receive, limit: int, too_large: Callable[[], Exception]) -> bytes | None:
    """Return the whole body, or None when the client goes away before its end; `limit` is in bytes."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > limit:
            raise too_large()
        if not message.get("more_body", False):
            return bytes(body)


def values(scope: Scope, name: bytes) -> list[bytes]:
    """Return the values of a header, whose name is in lower case, in their order."""
    return [value for key, value in scope["headers"] if key == name]


def marking(send: Send, marks: Mapping[str, str]) -> Send:
    """Return a `send` that puts `marks` among the headers of the answer."""

    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(marks)
        await send(message)

    return marked
