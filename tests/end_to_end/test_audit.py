"""The audit of the real daemon: every exchange has its line, and an order has one before it is received."""

import re
import signal
from pathlib import Path
from typing import Final

import pytest

from signer_proxy.audit.line import KEYS
from tests.end_to_end.auditing import ORDER, config, lines, told
from tests.end_to_end.background import Background
from tests.end_to_end.conftest import SANDBOX_CLIENT, Sandbox
from tests.end_to_end.daemon import started
from tests.end_to_end.holding import Holding
from tests.end_to_end.pti import profiles as pti
from tests.end_to_end.pti.api import open_api
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import ask, connected, request
from tests.faulty_upstream import saying

TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
TOKEN: Final = b'{"accessToken": "a.b.c"}'
REGISTERED: Final = b'{"userId": "bob", "userSecret": "told-user-secret"}'


def test_answered(sandbox: Sandbox, tmp_path: Path) -> None:
    """A line has all keys of the documentation, with what the client, we and the API made of the request."""
    user = ('user_id = "alice"', f'user_secret = "{SANDBOX_CLIENT.users["alice"]}"')
    text = config(sandbox.origin, *user).replace("CLIENT", SANDBOX_CLIENT.client_id)
    with (
        started(text.replace("api-consumer-key", SANDBOX_CLIENT.consumer_key), tmp_path) as daemon,
        connected(daemon.port) as client,
    ):
        reply = ask(daemon.port, request(daemon.port, "GET", "/accounts?clientId=MINE&x=1"))
        client.sendall(request(daemon.port, "POST", "/trade/impact", body=b"{}"))
        host, port = client.getsockname()
        client.recv(1)
        first, second = lines(tmp_path)
    assert list(first) == list(KEYS)
    assert TIME.fullmatch(first.pop("time"))
    assert first.pop("client").startswith("127.0.0.1:")
    total, upstream, token = (first.pop(key) for key in ("ms_total", "ms_upstream", "ms_token"))
    assert total > upstream > token >= 0
    assert first == {
        "kind": "request",
        "outcome": "answered",
        "code": None,
        "profile": "partner",
        "scheme": "snaptrade-signature",
        "access": "read",
        "method": "GET",
        "host": sandbox.origin.removeprefix("http://"),
        "path": "/accounts",
        "status": 200,
        "request_bytes": 0,
        "answer_bytes": len(reply.body),
        "upstream_request_id": reply.all("X-Request-ID")[0],
        "added": ["userId", "userSecret", "timestamp", "Signature"],
        "replaced": ["clientId"],
        "removed": [],
    }
    assert (second["request_bytes"], second["client"]) == (2, f"{host}:{port}")


def test_refused_and_failed(upstream: Recording, tmp_path: Path) -> None:
    """What we refuse and what breaks has its line, with the profile as soon as that is known."""
    cases = ("kind", "outcome", "code", "profile", "path", "status", "access")
    with started(config(upstream.origin, 'deny = ["GET /accounts"]'), tmp_path) as daemon:
        port = daemon.port
        ask(port, request(port, "GET", "/orders", "Origin: https://page.example"))
        ask(port, request(port, "GET", "/orders", "Signer-Profile: nobody"))
        ask(port, request(port, "GET", "/accounts"))
        ask(port, request(port, "POST", "/trade/place", body=b"no JSON"))
        upstream.begin(saying(b"garbage\r\n\r\n"))
        ask(port, request(port, "GET", "/orders"))
    assert told(tmp_path, *cases) == [
        ("request", "refused", "guard-origin", None, "/orders", 403, None),
        ("request", "refused", "unknown-profile", None, "/orders", 400, None),
        ("request", "refused", "access-denied", "partner", "/accounts", 403, "read"),
        ("request", "refused", "not-signable", "partner", "/trade/place", 422, "trade"),
        ("request", "failed", "upstream-broke", "partner", "/orders", 502, "read"),
    ]


def test_order_before_it_is_received(background: Background, upstream: Recording, tmp_path: Path) -> None:
    """When the API has an order its line is there, and stays there where the daemon is killed at that moment."""
    holding = Holding(background)
    upstream.begin(holding.serve)
    with started(config(upstream.origin), tmp_path) as daemon, connected(daemon.port) as client:
        client.sendall(request(daemon.port, *ORDER, body=b"{}"))
        holding.wait_for_request()
        before = lines(tmp_path)
        daemon.process.kill()
        daemon.wait()
    (line,) = before
    assert lines(tmp_path) == before
    assert (line["kind"], line["outcome"], line["path"], line["access"]) == ("sent", None, "/trade/place", "trade")
    assert (line["status"], line["answer_bytes"]) == (None, None)


def test_order_that_did_not_leave(upstream: Recording, tmp_path: Path) -> None:
    """An order that is refused, or finds no connection, never has a line that says it left."""
    with started(config("http://127.0.0.1:1"), tmp_path) as daemon:
        ask(daemon.port, request(daemon.port, *ORDER, body=b"no JSON"))
        ask(daemon.port, request(daemon.port, *ORDER, body=b"{}"))
    assert told(tmp_path, "kind", "code") == [("request", "not-signable"), ("request", "upstream-unreachable")]


def test_cut(background: Background, upstream: Recording, tmp_path: Path) -> None:
    """What the second signal cuts has its line, which says that it may have been received."""
    holding = Holding(background)
    upstream.begin(holding.serve)
    with started(config(upstream.origin), tmp_path) as daemon, connected(daemon.port) as client:
        client.sendall(request(daemon.port, *ORDER, body=b"{}"))
        holding.wait_for_request()
        daemon.process.send_signal(signal.SIGTERM)
        daemon.wait_for("stopping: requests under way have")
        assert daemon.stop() == 1
    cut = ("request", "failed", "upstream-broke", 502)
    assert told(tmp_path, "kind", "outcome", "code", "status") == [("sent", None, None, None), cut]


def test_client_that_leaves(background: Background, upstream: Recording, tmp_path: Path) -> None:
    """A client that leaves while we get a token has a line, and its request is not sent."""
    holding = Holding(background, b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(TOKEN), TOKEN))
    upstream.begin(holding.serve)
    pti.write_keys(tmp_path)
    parts = ["version = 1", '[audit]\nfile = "audit.jsonl"', pti.upstream(upstream.origin, "token")]
    parts += [pti.signing("signer"), pti.spending("token", "signer", pti.TRADE)]
    with started("\n".join(parts), tmp_path) as daemon:
        with connected(daemon.port) as client:
            client.sendall(request(daemon.port, "POST", "/transactions/x", body=b"{}"))
            holding.wait_for_request()
        ask(daemon.port, request(daemon.port, "GET", "/", "Origin: null"))  # once this is read, so is that it left
        holding.release()
        daemon.wait_for("client-gone")
    assert told(tmp_path, "kind", "outcome", "code", "status") == [
        ("request", "refused", "guard-origin", 403),
        ("token", "answered", None, 200),
        ("request", "failed", "client-gone", None),
    ]
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("number", [1, 50])
def test_kill(upstream: Recording, tmp_path: Path, number: int) -> None:
    """Whoever has an answer finds its line, even where the daemon is killed right behind it."""
    with started(config(upstream.origin), tmp_path) as daemon:
        for _ in range(number):
            assert ask(daemon.port, request(daemon.port, "GET", "/accounts")).status == 200
        daemon.process.kill()
        daemon.wait()
    assert told(tmp_path, "kind", "status") == [("request", 200)] * number


def test_our_own_calls(background: Background, tmp_path: Path) -> None:
    """A call of ours for a token has a line of its own, before the one of the request that it is for."""
    pti.write_keys(tmp_path)
    with open_api(background) as api:
        parts = ["version = 1", '[audit]\nfile = "audit.jsonl"', pti.upstream(api.origin, "token")]
        parts += [pti.signing("signer"), pti.spending("token", "signer")]
        with started("\n".join(parts), tmp_path) as daemon:
            assert ask(daemon.port, request(daemon.port, "GET", "/assets")).status == 200
            (token,) = api.issued
    asked = ("kind", "profile", "method", "path", "status")
    assert told(tmp_path, *asked) == [
        ("token", "signer", "POST", "/v1/auth/jwt", 200),
        ("request", "token", "GET", "/v1/assets", 200),
    ]
    (call, _), (_, ms_token) = told(tmp_path, "ms_total", "ms_token")
    assert 0 < call <= ms_token
    assert told(tmp_path, "client")[0] == (None,)
    assert token not in (tmp_path / "audit.jsonl").read_text()


def test_user_that_is_remembered(upstream: Recording, tmp_path: Path) -> None:
    """A userSecret that was kept has a line, without it."""
    upstream.begin(saying(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(REGISTERED), REGISTERED)))
    with started(config(upstream.origin, 'users = { file = "users.json" }'), tmp_path) as daemon:
        body = b'{"userId": "bob"}'
        assert ask(daemon.port, request(daemon.port, "POST", "/snapTrade/registerUser", body=body)).status == 200
    assert "told-user-secret" in (tmp_path / "users.json").read_text()
    assert told(tmp_path, "kind", "path") == [(kind, "/snapTrade/registerUser") for kind in ("user", "request")]
    assert "told-user-secret" not in (tmp_path / "audit.jsonl").read_text()
