"""A Partner that is slow, down or confused: requests are told at once, and the old token serves as long as it can."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Final

import pytest

from signer_proxy.crypto.rsa_key import PrivateKey
from tests.end_to_end.background import Background
from tests.end_to_end.client_side.parties import TOKEN_PATH, Parties, open_parties
from tests.end_to_end.client_side.profiles import jwt, of_partner, signed, upstream, write_key
from tests.end_to_end.daemon import PATIENCE, Daemon, free_port, started
from tests.end_to_end.wire import Reply, ask, connected, read, request

TROUBLES: Final = {
    "down": ("is_down", "must answer 200, got 503 Service Unavailable"),
    "HTML": ("is_html", "must hold JSON, got a page of HTML"),
    "someone else's envelope": ("mixes_up", "encryptedSharedKey does not open with the private key SHA256:"),
}


@pytest.fixture(scope="module")
def parties(background: Background, key: PrivateKey) -> Iterator[Parties]:
    """Open both parties."""
    with open_parties(background, "alice", key=key) as parties:
        yield parties


@pytest.fixture(scope="module")
def daemon(parties: Parties, key: PrivateKey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Start a daemon with a profile for each test, so that none has a token yet."""
    folder = tmp_path_factory.mktemp("trouble")
    write_key(folder, key)
    source = of_partner(parties, parties.log_in("alice"))
    names = [trouble for trouble, _ in TROUBLES.values()]
    profiles = [jwt(name, source.replace(TOKEN_PATH, f"{TOKEN_PATH}?{name}")) for name in (*names, "slow")]
    profiles += [
        signed("signed", 'user_id = "alice"', f'user_secret = "{parties.users["alice"]}"'),
        jwt("nobody", f'url = "http://127.0.0.1:{free_port()}/token"'),
        jwt("logged-out", f'url = "{parties.token_url}", headers = {{ Authorization = "Bearer no-session" }}'),
        jwt("elsewhere", source.replace(" }", ' }, path = "data.envelope"')),
    ]
    with started("\n".join(["version = 1", upstream(parties.api_origin, "signed"), *profiles]), folder) as daemon:
        yield daemon


def called(daemon: Daemon, profile: str) -> Reply:
    """Ask for the accounts."""
    return ask(daemon.port, request(daemon.port, "GET", "/accounts", f"Signer-Profile: {profile}"))


def fetches(parties: Parties, profile: str) -> int:
    """Return how often the Partner was asked for a profile's token."""
    return sum(asked.query == profile for asked in parties.partner.of(TOKEN_PATH))


def recovers(daemon: Daemon, profile: str) -> None:
    """Check that requests succeed again after a while, without a restart."""
    end = monotonic() + PATIENCE
    while (reply := called(daemon, profile)).status != 200:
        assert reply.code == "token-unavailable"
        assert monotonic() < end, reply


@pytest.mark.parametrize(("trouble", "reason"), TROUBLES.values(), ids=TROUBLES)
def test_trouble(daemon: Daemon, parties: Parties, trouble: str, reason: str) -> None:
    """Without a token the request is told why, the next ones at once and without asking; then all is well again."""
    before = len(parties.api.asked)
    setattr(parties.behaviour, trouble, True)
    try:
        reply = called(daemon, trouble)
        assert (reply.status, reply.code) == (503, "token-unavailable")
        assert reason in reply.problem["detail"]
        before_more = fetches(parties, trouble)
        replies = [called(daemon, trouble) for _ in range(30)]
        assert {(each.status, each.body) for each in replies} == {(503, reply.body)}
        assert fetches(parties, trouble) - before_more < 10  # those of the timer, which stands back further each time
    finally:
        setattr(parties.behaviour, trouble, False)
    assert parties.api.of("/accounts", since=before) == []
    recovers(daemon, trouble)


CONFIGURED: Final = {
    "no connection": ("nobody", "no connection: Connection refused (nothing was sent)"),
    "no session": ("logged-out", "got 401 Unauthorized (are its headers and credentials right?)"),
    "another place in the answer": ("elsewhere", "must hold an envelope at path 'data.envelope', got nothing"),
}


@pytest.mark.parametrize(("profile", "reason"), CONFIGURED.values(), ids=CONFIGURED)
def test_wrong_config(daemon: Daemon, profile: str, reason: str) -> None:
    """What the config gets wrong about the Partner is said, and what the request should have been is not sent."""
    reply = called(daemon, profile)
    assert (reply.status, reply.code) == (503, "token-unavailable")
    assert reason in reply.problem["detail"]


def test_slow(daemon: Daemon, parties: Parties) -> None:
    """However many requests wait for a slow Partner, it is asked once, and all of them are served."""
    with ExitStack() as stack:
        with parties.holding_back():
            waiting = [stack.enter_context(connected(daemon.port)) for _ in range(20)]
            for connection in waiting:
                connection.sendall(request(daemon.port, "GET", "/accounts", "Signer-Profile: slow"))
            while not fetches(parties, "slow"):  # and meanwhile who needs no token waits for nobody
                assert called(daemon, "signed").status == 200
        assert [read(connection).status for connection in waiting] == [200] * 20
    assert fetches(parties, "slow") == 1


def test_the_old_token_serves_until_it_ends(background: Background, key: PrivateKey, tmp_path: Path) -> None:
    """A renewal that fails fails no request while the old token is valid; then requests are told, until all is well."""
    write_key(tmp_path, key)
    with open_parties(background, "alice", key=key, token_life=4) as parties:
        source = of_partner(parties, parties.log_in("alice"))
        config = "\n".join(["version = 1", upstream(parties.api_origin, "alice"), jwt("alice", source)])
        with started(config, tmp_path) as daemon:
            assert called(daemon, "alice").status == 200
            parties.behaviour.is_down = True
            served_after_failure = 0
            end = monotonic() + PATIENCE
            while (reply := called(daemon, "alice")).status == 200:
                served_after_failure += parties.fetches > 1
                assert monotonic() < end
            assert served_after_failure > 0
            assert reply.code == "token-unavailable"
            assert "503 Service Unavailable" in json.loads(reply.body)["detail"]
            assert {asked.status for asked in parties.api.of("/accounts")} == {200}
            parties.behaviour.is_down = False
            recovers(daemon, "alice")
            daemon.wait_for("profile alice: no new token")
            daemon.wait_for("profile alice: a token is there again")
