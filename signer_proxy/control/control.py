"""Talk to the running daemon over its socket: HTTP, one call a connection."""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, override

from signer_proxy.control.lease import Lease
from signer_proxy.control.place import check_directory, socket_path

_PATIENCE: Final = 10.0
"""Seconds for an answer that needs no thought."""
_RELOAD_PATIENCE: Final = 300.0
"""Seconds for a reload, which asks programs and the keyring for secrets."""


class ControlError(Exception):
    """The daemon gave no answer, or one that is a refusal; its text is for people."""


@dataclass(frozen=True, slots=True)
class Control:
    """The daemon behind a socket."""

    socket: Path

    def status(self, patience: float = _PATIENCE) -> dict[str, Any]:
        """Return the document that `/status.json` is, within `patience` seconds. Raises ControlError."""
        with self._asked("GET", "/status.json", patience) as response:
            return _document(response)

    def har(self) -> dict[str, Any]:
        """Return what the inspector keeps, as HAR. Raises ControlError."""
        with self._asked("GET", "/har", _RELOAD_PATIENCE) as response:
            return _document(response)

    def inspector(self) -> str:
        """Return the URL that opens the inspector's page, with the password in it. Raises ControlError."""
        with self._asked("GET", "/inspector", _PATIENCE) as response:
            return str(_document(response)["url"])

    def reload(self) -> tuple[str, ...]:
        """Have the config and every secret read anew; return why it was refused, nothing where it is in use now.

        Raises ControlError.
        """
        with self._asked("POST", "/reload", _RELOAD_PATIENCE) as response:
            return tuple(_document(response)["problems"])

    @contextmanager
    def lease(self) -> Iterator[Lease]:
        """Have a forward port of our own until the end of the block; it takes other hosts through untouched.

        Raises ControlError.
        """
        with self._asked("POST", "/lease", _PATIENCE) as response:
            yield _lease(response)

    @contextmanager
    def _asked(self, method: str, path: str, patience: float) -> Iterator[http.client.HTTPResponse]:
        with closing(_Connection(self.socket, patience)) as connection:
            try:
                connection.request(method, path)
                response = connection.getresponse()
            except TimeoutError as e:
                raise ControlError(
                    f"the daemon behind {self.socket} gave no answer within {patience:g} s (is it stopped, or busy?)"
                ) from e
            except (OSError, http.client.HTTPException) as e:
                raise ControlError(f"the daemon behind {self.socket} gave no answer: {_why(e)} (is it ending?)") from e
            with closing(response):
                if response.status != http.HTTPStatus.OK:
                    raise ControlError(_document(response).get("detail", f"the daemon answered {response.status}"))
                yield response


def find(config: Path | None, environ: Mapping[str, str]) -> Control | None:
    """Return the daemon that runs on a config, None where none does; a config of None is the built-in one.

    Raises StartError where the socket's directory is not ours alone.
    """
    path = socket_path(config, environ)
    try:
        check_directory(path.parent)
        with closing(_Connection(path, _PATIENCE)) as connection:
            connection.connect()
    except OSError:  # no such socket, or one that a killed daemon left behind
        return None
    return Control(path)


class _Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    @override
    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def _document(response: http.client.HTTPResponse) -> dict[str, Any]:
    try:
        found = json.loads(response.read())
    except (OSError, ValueError, http.client.HTTPException) as e:
        raise ControlError(f"the daemon's answer cannot be read: {_why(e)} (is it of another version?)") from e
    return found if isinstance(found, dict) else {}


def _lease(response: http.client.HTTPResponse) -> Lease:
    try:
        return Lease.read(response.readline())
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException) as e:
        # What was read could hold the token, and a parser quotes what it read.
        raise ControlError(f"the daemon gave no port: {_why(e)} (is it ending, or of another version?)") from (
            e if isinstance(e, OSError) else None
        )


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
