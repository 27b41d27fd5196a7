"""A client that writes bytes as they are, and reads the answer to them."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any

from tests.end_to_end.daemon import PATIENCE


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, its headers in order."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Return the values of every header called `name`."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def code(self) -> str | None:
        """Our code, None for an answer of the upstream's."""
        return next(iter(self.all("Signer-Error")), None)

    @property
    def problem(self) -> dict[str, Any]:
        """The problem of an answer of ours, checked for its form on the way."""
        assert self.all("Content-Type") == ["application/problem+json"], self
        content = json.loads(self.body)
        assert set(content) == {"type", "title", "status", "detail"}
        assert (content["type"], content["status"]) == (f"urn:signer-proxy:{self.code}", self.status)
        assert content["title"]
        assert content["detail"]
        return dict(content)


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    """Connect to a port of this machine."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        yield connection


def read(connection: socket.socket, method: str = "GET") -> Reply:
    """Read one answer."""
    with HTTPResponse(connection, method=method) as response:
        response.begin()
        return Reply(response.status, response.getheaders(), response.read())


def ask(port: int, request: bytes, method: str = "GET") -> Reply:
    """Send bytes on a connection of their own and read the answer."""
    with connected(port) as connection:
        connection.sendall(request)
        return read(connection, method)


def request(port: int, method: str, target: str | bytes, *headers: str | bytes, body: bytes = b"") -> bytes:
    """Return a request's bytes: `headers` are lines behind Host; a body gets its Content-Length."""
    lines = [_raw(method) + b" " + _raw(target) + b" HTTP/1.1", b"Host: 127.0.0.1:%d" % port, *map(_raw, headers)]
    if body:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*lines, b"", body])


def _raw(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
