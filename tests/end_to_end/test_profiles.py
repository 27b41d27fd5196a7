"""Who a request is signed as: the profile that the client names, or the default, and what says so."""

import pytest

from tests.end_to_end.daemon import Daemon
from tests.end_to_end.recording import Recording
from tests.end_to_end.verdicts import assert_nothing_sent, assert_refused, assert_signed
from tests.end_to_end.wire import ask, request
from tests.faulty_upstream import saying


def test_default_profile(daemon: Daemon, upstream: Recording) -> None:
    """Without Signer-Profile the upstream's default profile signs, and the answer names it."""
    reply = ask(daemon.port, request(daemon.port, "GET", "/accounts"))
    assert reply.all("Signer-Profile") == ["partner"]
    assert_signed(upstream.requests[0], b"api-consumer-key")


@pytest.mark.parametrize("header", ["Signer-Profile: writer", "signer-profile:writer", "SIGNER-PROFILE:  writer "])
def test_named_profile(daemon: Daemon, upstream: Recording, header: str) -> None:
    """Signer-Profile picks another profile of the same upstream, with its credentials and its user."""
    reply = ask(daemon.port, request(daemon.port, "GET", "/accounts", header))
    assert reply.all("Signer-Profile") == ["writer"]
    assert upstream.requests[0].startswith(
        b"GET /accounts?userId=alice&userSecret=profile-user-secret&clientId=WRITER&timestamp="
    )
    assert b"signer-" not in upstream.requests[0].lower()
    assert_signed(upstream.requests[0], b"writer-consumer-key")


def test_profile_of_another_upstream(daemon: Daemon, upstream: Recording) -> None:
    """A profile signs for its own upstream and for no other."""
    reply = ask(daemon.port, request(daemon.port, "GET", "/accounts", "Signer-Profile: elsewhere"))
    assert_refused(reply, 400, "unknown-profile")
    assert "partner, writer" in reply.problem["detail"]
    assert_nothing_sent(daemon, upstream)


def test_upstream_without_default(daemon: Daemon, upstream: Recording) -> None:
    """Where an upstream has no default profile, the client must name one."""
    port = daemon.ports["second"]
    assert_refused(ask(port, request(port, "GET", "/accounts")), 400, "unknown-profile")
    assert ask(port, request(port, "GET", "/accounts", "Signer-Profile: elsewhere")).status == 200
    assert upstream.requests[0].startswith(b"GET /api/v1/accounts?clientId=ELSEWHERE&timestamp=")
    assert_signed(upstream.requests[0], b"elsewhere-consumer-key")


def test_answer_cannot_pose_as_ours(daemon: Daemon, upstream: Recording) -> None:
    """Headers of ours that an upstream sends do not pass."""
    theirs = b"Signer-Error: internal\r\nSigner-Profile: theirs\r\nsigner-warning: theirs\r\nSigner-X: 1\r\n"
    upstream.begin(saying(b"HTTP/1.1 200 OK\r\n" + theirs + b"Content-Length: 0\r\n\r\n"))
    reply = ask(daemon.port, request(daemon.port, "GET", "/accounts"))
    ours = [header for header in reply.headers if header[0].lower().startswith("signer-")]
    assert ours == [("Signer-Profile", "partner")]


def test_refusal_names_no_profile(daemon: Daemon, upstream: Recording) -> None:
    """An answer of ours to a request that was not signed names no profile."""
    reply = ask(daemon.port, request(daemon.port, "POST", "/accounts", body=b"{"))
    assert reply.all("Signer-Profile") == []
    assert_nothing_sent(daemon, upstream)


def test_content_type_warning(daemon: Daemon, upstream: Recording) -> None:
    """JSON under another name is signed, its Content-Type stays, and a warning says so."""
    form = "Content-Type: application/x-www-form-urlencoded"
    reply = ask(daemon.port, request(daemon.port, "POST", "/accounts", form, body=b'{"a": 1}'))
    assert reply.all("Signer-Warning") == ["content-type"]
    assert form.encode() in upstream.requests[0]
    assert_signed(upstream.requests[0], b"api-consumer-key", b'{"a":1}')


def test_clock_skew_warning(daemon: Daemon, upstream: Recording) -> None:
    """An upstream whose clock tells another time is let through with a warning."""
    dated = b"HTTP/1.1 200 OK\r\nDate: Wed, 15 Apr 2020 16:35:50 GMT\r\nContent-Length: 0\r\n\r\n"
    upstream.begin(saying(dated))
    assert ask(daemon.port, request(daemon.port, "GET", "/accounts")).all("Signer-Warning") == ["clock-skew"]
