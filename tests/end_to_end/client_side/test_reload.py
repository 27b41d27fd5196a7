"""A changed config: tokens outlive what does not concern them, and no request gets the token of another config."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from signer_proxy.crypto.rsa_key import PrivateKey
from tests.end_to_end.background import Background
from tests.end_to_end.client_side.parties import Parties, open_parties
from tests.end_to_end.client_side.profiles import jwt, of_partner, signed, upstream, write, write_key
from tests.end_to_end.daemon import Daemon, started
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import Reply, ask, connected, read, request

IN_USE = "reload: the changed config is in use"
REFUSED = "reload: refused, the last good config stays in use"


@pytest.fixture(scope="module")
def parties(background: Background, key: PrivateKey) -> Iterator[Parties]:
    """Open both parties, with two users."""
    with open_parties(background, "alice", "bob", key=key) as parties:
        yield parties


@dataclass(frozen=True, slots=True)
class Served:
    """A daemon whose config changes."""

    daemon: Daemon

    def change(self, old: str, new: str) -> None:
        """Change the config, and wait until it is in use."""
        since, text = len(self.daemon.lines), self.daemon.config.read_text("utf-8")
        assert old in text
        write(self.daemon.config, text.replace(old, new))
        self.daemon.wait_for(IN_USE, since=since)

    def call(self, profile: str) -> Reply:
        """Ask for the accounts."""
        return ask(self.daemon.port, self.request(profile))

    def request(self, profile: str) -> bytes:
        """Return the request for the accounts."""
        return request(self.daemon.port, "GET", "/accounts", f"Signer-Profile: {profile}")


@pytest.fixture
def served(parties: Parties, key: PrivateKey, tmp_path: Path) -> Iterator[Served]:
    """Start a daemon whose tokens come from the Partner, and from a call of its own."""
    write_key(tmp_path, key)
    user = ('user_id = "alice"', f'user_secret = "{parties.users["alice"]}"')
    config = [
        "version = 1",
        upstream(parties.api_origin, "partner"),
        jwt("partner", of_partner(parties, parties.log_in("alice"))),
        jwt("call", 'profile = "signed"'),
        signed("signed", *user),
    ]
    with started("\n".join(config), tmp_path) as daemon:
        yield Served(daemon)


def account(reply: Reply) -> str:
    """Return the first account of an answer."""
    assert reply.status == 200, reply
    return str(json.loads(reply.body)[0]["id"])


def test_token_outlives_other_changes(served: Served, parties: Parties) -> None:
    """A change that does not concern where a token comes from leaves it in use."""
    assert served.call("partner").status == 200
    fetches = parties.fetches
    served.change("version = 1", 'version = 1\n[proxy]\nmax_body = "1 MiB"')
    assert served.call("partner").status == 200
    assert parties.fetches == fetches


def test_waiting_requests_are_served(served: Served, parties: Parties) -> None:
    """A request that waits for a token is served with it, though the config names another session by then."""
    fetches = parties.fetches
    with connected(served.daemon.port) as waiting:
        with parties.holding_back():
            waiting.sendall(served.request("partner"))
            while parties.fetches == fetches:
                assert served.call("signed").status == 200
            served.change('headers = { Authorization = "', 'headers = { Authorization = "no-')
        assert read(waiting).status == 200
    assert served.call("partner").code == "token-unavailable"  # the next one comes with the new session


def test_another_user(served: Served, parties: Parties) -> None:
    """Once the profile that signs is another user's, the profile that calls is so, too."""
    before = account(served.call("call"))
    served.change(parties.users["alice"], parties.users["bob"])
    served.change('user_id = "alice"', 'user_id = "bob"')
    after = account(served.call("call"))
    assert after == account(served.call("signed")) != before


def test_another_upstream(served: Served, parties: Parties, upstream: Recording) -> None:
    """A token that was fetched for one upstream never goes to another."""
    assert served.call("partner").status == 200
    old = parties.api.of("/accounts")[-1].headers["authorization"]
    served.change(parties.api_origin, upstream.origin)
    assert served.call("partner").status == 200
    assert len(upstream.requests) == 1
    assert b"\r\nAuthorization: JWT " in upstream.requests[0]
    assert old.encode() not in upstream.requests[0]


def test_broken_config(served: Served, parties: Parties) -> None:
    """A config that is refused leaves the tokens in use as well."""
    assert served.call("partner").status == 200
    fetches, since = parties.fetches, len(served.daemon.lines)
    write(served.daemon.config, "no config")
    served.daemon.wait_for(REFUSED, since=since)
    assert served.call("partner").status == 200
    assert parties.fetches == fetches
