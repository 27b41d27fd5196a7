"""One line an exchange, and no more in it than a person at a terminal may see."""

import re

import pytest

from tests.end_to_end.daemon import Daemon
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import ask, request
from tests.faulty_upstream import saying

TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"


def told(daemon: Daemon, send: bytes, method: str = "GET") -> str:
    """Send a request, and return the line that tells of it, which is the only one."""
    before = len(daemon.lines)
    ask(daemon.port, send, method)
    line = daemon.wait_for(r"\d+ms", since=before)
    assert len(daemon.lines) == before + 1
    return line


def test_exchange(daemon: Daemon, upstream: Recording) -> None:
    """Method, host, path, profile, scheme, status, milliseconds and the upstream's request id, and no query."""
    upstream.begin(saying(b"HTTP/1.1 202 Accepted\r\nX-Request-ID: id-of-the-api\r\nContent-Length: 0\r\n\r\n"))
    line = told(daemon, request(daemon.port, "POST", "/accounts/1?secret=2", body=b"{}"))
    host = re.escape(upstream.origin.removeprefix("http://"))
    assert re.fullmatch(rf"{TIME} POST {host}/accounts/1 partner snaptrade-signature 202 \d+ms id-of-the-api", line)


def test_refusal(daemon: Daemon) -> None:
    """A refused request has its line, with the code."""
    line = told(daemon, request(daemon.port, "GET", "/accounts?secret=2", "Origin: null"))
    assert re.fullmatch(rf"{TIME} GET /accounts 403 guard-origin \d+ms", line)


def test_failure(daemon: Daemon, upstream: Recording) -> None:
    """A failure at the upstream has its line, with profile, status and code."""
    upstream.begin(saying(b"garbage\r\n\r\n"))
    line = told(daemon, request(daemon.port, "GET", "/accounts"))
    assert re.search(r"/accounts partner snaptrade-signature 502 upstream-broke \d+ms$", line)


def test_unreadable_request(daemon: Daemon) -> None:
    """What never became a request has a line without method and path."""
    assert re.fullmatch(rf"{TIME} - - 400 bad-request 0ms", told(daemon, b"garbage?secret=2\r\n\r\n"))


TARGETS = {
    "escape-sequence": ("/\x1b[31mred", "/%1B[31mred"),
    "utf-8": ("/é", "/%C3%A9"),
    "hash": ("/a#secret", "/a"),
    "long": ("/" + "a" * 5000, "/" + "a" * 199),
}


@pytest.mark.parametrize(("target", "shown"), TARGETS.values(), ids=TARGETS)
def test_path_is_safe_to_show(daemon: Daemon, upstream: Recording, target: str, shown: str) -> None:
    """A path cannot break the line, the terminal or the patience of who reads it."""
    upstream.begin(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    line = told(daemon, request(daemon.port, "GET", target))
    assert line.isascii()
    assert line.isprintable()
    assert f"{shown} " in line


def test_request_id_is_safe_to_show(daemon: Daemon, upstream: Recording) -> None:
    """The upstream's request id cannot break them, either."""
    upstream.begin(saying(b"HTTP/1.1 200 OK\r\nX-Request-ID: a\x1b[31m b\xff\r\nContent-Length: 0\r\n\r\n"))
    line = told(daemon, request(daemon.port, "GET", "/accounts"))
    assert line.isascii()
    assert line.isprintable()


@pytest.mark.parametrize("method", ["\x1b[31mGET", "BREW", "secret"])
def test_unknown_method_is_not_shown(daemon: Daemon, method: str) -> None:
    """What stands in a method's place and is none could be anything, and is not shown."""
    line = told(daemon, request(daemon.port, method, "/accounts"))
    assert re.fullmatch(rf"{TIME} - /accounts 400 bad-request \d+ms", line)
