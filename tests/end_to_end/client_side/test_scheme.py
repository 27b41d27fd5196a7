"""A request with a token on the wire: the header is there, what must not go is gone, all else is kept."""

from collections.abc import Iterator
from typing import Final

import pytest

from signer_proxy.crypto.rsa_key import PrivateKey
from tests.end_to_end.client_side.profiles import envelope, jwt, upstream, write, write_key
from tests.end_to_end.daemon import Daemon, started
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import Reply, ask, request

TOKEN: Final = "made-up-token"
AUTHORIZATION: Final = f"Authorization: JWT {TOKEN}"


@pytest.fixture(scope="module")
def daemon(recorder: Recording, key: PrivateKey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Start a daemon with a profile that sends no clientId, which is the default, and one that does."""
    folder = tmp_path_factory.mktemp("scheme")
    write_key(folder, key)
    write(folder / "token.json", envelope(TOKEN, key.public))
    profiles = [
        jwt("plain", 'file = "token.json"', 'access = "trade"'),
        jwt("naming", 'file = "token.json"', 'client_id = "CLIENT"', "send_client_id = true"),
    ]
    with started("\n".join(["version = 1", upstream(recorder.origin, "plain"), *profiles]), folder) as daemon:
        yield daemon


def sent(daemon: Daemon, upstream: Recording, method: str, target: str, *headers: str, body: bytes = b"") -> bytes:
    """Send a request; return what came upstream."""
    reply: Reply = ask(daemon.port, request(daemon.port, method, target, *headers, body=body))
    assert reply.status == 200, reply
    (raw,) = upstream.requests
    return raw


TARGETS: Final = {
    "nothing of theirs": ("/accounts", "/accounts"),
    "raw bytes": ("/a%20b/%7e@:!?x=1%2F2&y=%zz+q&&=&z", "/a%20b/%7e@:!?x=1%2F2&y=%zz+q&&=&z"),
    "all of theirs": ("/accounts?clientId=C&a=1&timestamp=2&userId=alice&userSecret=s&b=2", "/accounts?a=1&b=2"),
    "theirs alone": ("/accounts?userId=alice&userSecret=s", "/accounts"),
    "theirs twice": ("/accounts?userId=alice&a=%2f&userId=bob", "/accounts?a=%2f"),
    "theirs in escapes": ("/accounts?user%49d=alice&a=1&%75serSecret=s", "/accounts?a=1"),
    "theirs without a value": ("/accounts?userId&a=1&timestamp=", "/accounts?a=1"),
    "another case is another name": ("/accounts?userid=alice&a=1", "/accounts?userid=alice&a=1"),
    "a bare question mark": ("/accounts?", "/accounts?"),
    "a second question mark": ("/accounts?a=1?userId=2&userId=alice", "/accounts?a=1?userId=2"),
}


@pytest.mark.parametrize(("target", "left"), TARGETS.values(), ids=TARGETS)
def test_target(daemon: Daemon, upstream: Recording, target: str, left: str) -> None:
    """The client's parameters of authentication are gone, and every other byte of the URL is kept."""
    raw = sent(daemon, upstream, "GET", target)
    assert raw.split(b" ")[1].decode() == left
    assert AUTHORIZATION in raw.decode().split("\r\n")


NAMED: Final = {
    "no query": ("/accounts", "/accounts?clientId=CLIENT"),
    "a query": ("/accounts?a=%20", "/accounts?a=%20&clientId=CLIENT"),
    "the client's own": ("/accounts?clientId=OTHER&a=1&userId=u", "/accounts?a=1&clientId=CLIENT"),
}


@pytest.mark.parametrize(("target", "left"), NAMED.values(), ids=NAMED)
def test_client_id(daemon: Daemon, upstream: Recording, target: str, left: str) -> None:
    """With send_client_id the profile's clientId stands at the end, and no other."""
    raw = sent(daemon, upstream, "GET", target, "Signer-Profile: naming")
    assert raw.split(b" ")[1].decode() == left


def test_headers(daemon: Daemon, upstream: Recording) -> None:
    """The client's Authorization and Signature are gone in any case, other headers stay as they are, in order."""
    others = ("X-B: 1", "x-a:  2 ", "X-B: 3", "Cookie: c=1", "User-Agent: tool")
    theirs = (
        "authorization: Bearer client-token",
        "SIGNATURE: c2ln",
        "Authorization: JWT client-jwt",
        "Signer-Token: t",
    )
    raw = sent(daemon, upstream, "GET", "/accounts", *theirs, *others)
    lines = raw.decode().rstrip("\r\n").split("\r\n")
    host = upstream.origin.partition("://")[2]
    assert lines[1:] == [f"Host: {host}", *(line.strip().replace(":  ", ": ") for line in others), AUTHORIZATION]


BODIES: Final = {
    "JSON as it stands": b'{ "b": 1.0, "a": "\\u00e9" }',
    "no JSON": b"\x00\xff plain",
    "a form": b"userId=alice&userSecret=s",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_body(daemon: Daemon, upstream: Recording, body: bytes) -> None:
    """A token covers no body: any bytes go out as they came."""
    raw = sent(daemon, upstream, "POST", "/trade/place", "Content-Type: application/x", body=body)
    assert raw.endswith(b"\r\n\r\n" + body)
    assert b"\r\nContent-Type: application/x\r\n" in raw


def test_access_holds(daemon: Daemon, upstream: Recording) -> None:
    """The rules of a profile hold for a token as well: no order leaves without access = "trade"."""
    order = request(daemon.port, "POST", "/trade/place", "Signer-Profile: naming", body=b"{}")
    assert ask(daemon.port, order).code == "access-denied"
    assert upstream.requests == []
