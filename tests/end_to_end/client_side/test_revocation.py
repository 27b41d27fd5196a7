"""A token that the API refuses is stale: fetched once more, and a request that only reads is sent once more."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from signer_proxy.crypto.rsa_key import PrivateKey
from tests.end_to_end.background import Background
from tests.end_to_end.client_side.parties import Parties, open_parties
from tests.end_to_end.client_side.profiles import envelope, jwt, of_partner, upstream, write, write_key
from tests.end_to_end.daemon import Daemon, started
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import Reply, ask, request
from tests.faulty_upstream import saying

TRADE: Final = 'access = "trade"'
NO: Final = b"HTTP/1.1 401 Unauthorized\r\nX-Refusal: theirs\r\nContent-Length: 2\r\n\r\nno"


@pytest.fixture(scope="module", params=[None, 300], ids=["no exp", "exp"])
def parties(background: Background, key: PrivateKey, request: pytest.FixtureRequest) -> Iterator[Parties]:
    """Open both parties; tokens tell when they end, or do not."""
    with open_parties(background, "alice", key=key, token_life=request.param) as parties:
        yield parties


@pytest.fixture(scope="module")
def daemon(
    parties: Parties, recorder: Recording, key: PrivateKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Daemon]:
    """Start a daemon; upstream `no` is an API that is asked with tokens from the Partner, and from a file."""
    folder = tmp_path_factory.mktemp("revocation")
    write_key(folder, key)
    write(folder / "token.json", envelope("token-of-the-file", key.public))
    source = of_partner(parties, parties.log_in("alice"))
    profiles = [jwt("alice", source), jwt("fresh", source, TRADE), jwt("same", 'file = "token.json"')]
    config = [
        upstream(parties.api_origin, "alice"),
        upstream(recorder.origin, "fresh", "no"),
        profiles[0],
        *(profile.replace('upstream = "api"', 'upstream = "no"') for profile in profiles[1:]),
    ]
    with started("\n".join(["version = 1", *config]), folder) as daemon:
        yield daemon


def called(daemon: Daemon, method: str, target: str, *headers: str, body: bytes = b"", api: str = "api") -> Reply:
    """Call an upstream by way of the daemon."""
    port = daemon.ports[api]
    return ask(port, request(port, method, target, *headers, body=body), method)


def revoked(daemon: Daemon, parties: Parties) -> tuple[int, int]:
    """Have a token in use, and revoke it; return how often the API and the Partner were asked so far."""
    assert called(daemon, "GET", "/accounts").status == 200
    parties.revoke("alice")
    return len(parties.api.of("/accounts")), parties.fetches


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_is_repeated(daemon: Daemon, parties: Parties, method: str) -> None:
    """A GET or HEAD is refused, one token is fetched, and the request succeeds with it."""
    asked, fetches = revoked(daemon, parties)
    assert called(daemon, method, "/accounts").status == 200
    repeated = parties.api.of("/accounts")[asked:]
    assert [each.status for each in repeated] == [401, 200]
    assert repeated[0].headers["authorization"] != repeated[1].headers["authorization"]
    assert parties.fetches == fetches + 1


def test_other_requests_are_not(daemon: Daemon, parties: Parties) -> None:
    """A POST gets the API's answer as it is, at once; the next request has the one new token."""
    _, fetches = revoked(daemon, parties)
    before = len(parties.api.of("/symbols"))
    refused = called(daemon, "POST", "/symbols", body=b'{"substring": "A"}')
    assert (refused.status, refused.code, refused.all("Sandbox-Verdict")) == (401, None, ["refused"])
    assert b"revoked" in refused.body
    assert (len(parties.api.of("/symbols")), parties.fetches) == (before + 1, fetches)
    assert called(daemon, "POST", "/symbols", body=b'{"substring": "A"}').status == 200
    assert (len(parties.api.of("/symbols")), parties.fetches) == (before + 2, fetches + 1)


def test_many_at_once(daemon: Daemon, parties: Parties) -> None:
    """However many requests meet the refusal, one token is fetched, and each of them succeeds."""
    _, fetches = revoked(daemon, parties)
    with ThreadPoolExecutor(40) as threads:
        replies = list(threads.map(lambda _: called(daemon, "GET", "/accounts"), range(40)))
    assert [reply.status for reply in replies] == [200] * 40
    assert parties.fetches == fetches + 1


ALWAYS: Final = {
    "GET with a new token": ("GET", "fresh", 2),
    "HEAD with a new token": ("HEAD", "fresh", 2),
    "POST": ("POST", "fresh", 1),
    "DELETE": ("DELETE", "fresh", 1),
    "GET where the source has the same token": ("GET", "same", 1),
}


@pytest.mark.parametrize(("method", "profile", "times"), ALWAYS.values(), ids=ALWAYS)
def test_never_more_than_one_repeat(daemon: Daemon, upstream: Recording, method: str, profile: str, times: int) -> None:
    """An API that refuses every token is asked twice at most, and its last answer comes back."""
    upstream.begin(saying(NO.removesuffix(b"no") if method == "HEAD" else NO))
    reply = called(daemon, method, "/connections", f"Signer-Profile: {profile}", api="no")
    assert (reply.status, reply.all("X-Refusal")) == (401, ["theirs"])
    assert len(upstream.requests) == times
    assert len({line for raw in upstream.requests for line in raw.split(b"\r\n") if line.startswith(b"Auth")}) == times


def test_nothing_else_is_repeated(daemon: Daemon, upstream: Recording) -> None:
    """Only a 401 is about the token: a GET that is answered with another refusal goes out once."""
    upstream.begin(saying(NO.replace(b"401 Unauthorized", b"403 Forbidden")))
    assert called(daemon, "GET", "/accounts", api="no").status == 403
    assert len(upstream.requests) == 1
