"""Envelopes in answers are opened on the way back, and headers are right for what is in them."""

import gzip
import json
from collections.abc import Iterator
from typing import Final

import pytest

from signer_proxy.crypto.envelope import is_envelope
from signer_proxy.crypto.rsa_key import PrivateKey
from tests.end_to_end.background import Background
from tests.end_to_end.client_side.curling import content, curl
from tests.end_to_end.client_side.parties import Parties, open_parties
from tests.end_to_end.client_side.profiles import envelope, jwt, signed, upstream, write_key
from tests.end_to_end.daemon import Daemon, started
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import Reply, ask, request
from tests.faulty_upstream import saying


@pytest.fixture(scope="module")
def parties(background: Background, key: PrivateKey) -> Iterator[Parties]:
    """Open both parties."""
    with open_parties(background, "alice", key=key) as parties:
        yield parties


@pytest.fixture(scope="module")
def daemon(
    parties: Parties, recorder: Recording, key: PrivateKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Daemon]:
    """Start a daemon whose signed profiles have no key, and the other profile of their upstream has one."""
    folder = tmp_path_factory.mktemp("answers")
    write_key(folder, key)
    user = ('user_id = "alice"', f'user_secret = "{parties.users["alice"]}"')
    keyed = jwt("keyed", 'file = "token.json"')
    config = [
        upstream(parties.api_origin, "partner"),
        signed("partner", *user),
        signed("sealed", *user, "decrypt = false"),
        keyed,
        upstream(recorder.origin, "answers", "raw"),
        signed("answers", api="raw"),
        signed("as-it-came", "decrypt = false", api="raw"),
        keyed.replace("keyed", "raw-keyed").replace('upstream = "api"', 'upstream = "raw"'),
        upstream(recorder.origin, "keyless", "other"),
        signed("keyless", api="other"),
    ]
    with started("\n".join(["version = 1", *config]), folder) as daemon:
        yield daemon


def test_login(daemon: Daemon) -> None:
    """A plain curl of the login endpoint prints the link itself."""
    reply = curl(f"http://127.0.0.1:{daemon.port}/snapTrade/login", "--request", "POST")
    assert content(reply)["redirectURI"].startswith("https://portal.sandbox.invalid/connect?token=")
    assert reply.all("Content-Type") == ["application/json"]
    assert reply.all("Content-Length") == [str(len(reply.body))]
    assert reply.all("Cache-Control") == ["no-store"]
    assert reply.all("Sandbox-Verdict") == ["verified"]
    assert reply.all("Signer-Profile") == ["partner"]
    assert reply.all("Signer-Warning") == []


def test_token(daemon: Daemon) -> None:
    """Text that is no JSON is told to be text."""
    reply = curl(f"http://127.0.0.1:{daemon.port}/snapTrade/encryptedJWT")
    assert reply.body.count(b".") == 2
    assert reply.all("Content-Type") == ["text/plain; charset=utf-8"]
    assert reply.all("Cache-Control") == ["no-store"]


def test_turned_off(daemon: Daemon) -> None:
    """With decrypt = false the envelope comes as the API made it."""
    reply = curl(f"http://127.0.0.1:{daemon.port}/snapTrade/encryptedJWT", "--header", "Signer-Profile: sealed")
    assert is_envelope(content(reply))
    assert reply.all("Signer-Warning") == []


def answered(
    daemon: Daemon, upstream: Recording, body: bytes, *headers: str, status: str = "200 OK", profile: str = "answers"
) -> Reply:
    """Return what becomes of an answer of the API's."""
    head = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}"]
    upstream.begin(saying("\r\n".join(head).encode() + b"\r\n\r\n" + body))
    port = daemon.ports["other" if profile == "keyless" else "raw"]
    return ask(port, request(port, "GET", "/accounts", f"Signer-Profile: {profile}"))


CODINGS: Final = {"gzip": ("gzip",), "plain": (), "an empty coding": ("identity",)}


@pytest.mark.parametrize("coding", CODINGS.values(), ids=CODINGS)
def test_headers(daemon: Daemon, upstream: Recording, key: PrivateKey, coding: tuple[str, ...]) -> None:
    """What described the sealed body goes, what forbids caching comes, and the rest stays, status included."""
    sealed = envelope('["plain", "ë"]', key.public)
    body = gzip.compress(sealed) if coding == ("gzip",) else sealed
    gone = ('ETag: "sealed"', "Cache-Control: max-age=60", "Expires: Thu, 01 Jan 2099 00:00:00 GMT")
    kept = ("X-Request-ID: r-1", "Set-Cookie: a=1", "Set-Cookie: b=2")
    codings = [f"Content-Encoding: {name}" for name in coding]
    reply = answered(daemon, upstream, body, "Content-Type: text/html", *gone, *codings, *kept, status="201 Created")
    assert (reply.status, reply.body.decode()) == (201, '["plain", "ë"]')
    assert sorted(reply.headers) == sorted(
        [
            ("X-Request-ID", "r-1"),
            ("Set-Cookie", "a=1"),
            ("Set-Cookie", "b=2"),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(reply.body))),
            ("Cache-Control", "no-store"),
            ("Signer-Profile", "answers"),
        ]
    )


TEXTS: Final = {
    "an object": ('{"a": 1}', "application/json"),
    "an array": ("[]", "application/json"),
    "a JSON string": ('"text"', "text/plain; charset=utf-8"),
    "a number": ("1", "text/plain; charset=utf-8"),
    "nothing": ("", "text/plain; charset=utf-8"),
    "beyond ASCII": ("grüße 🔑", "text/plain; charset=utf-8"),
}


@pytest.mark.parametrize(("text", "content_type"), TEXTS.values(), ids=TEXTS)
def test_type(daemon: Daemon, upstream: Recording, key: PrivateKey, text: str, content_type: str) -> None:
    """The type is that of the plaintext."""
    reply = answered(daemon, upstream, envelope(text, key.public), "Content-Type: application/json")
    assert (reply.body.decode(), reply.all("Content-Type")) == (text, [content_type])


def cut(sealed: bytes) -> bytes:
    """Take the tag out of an envelope."""
    value = json.loads(sealed)
    del value["encryptedMessageData"]["tag"]
    return json.dumps(value).encode()


def test_unreadable(daemon: Daemon, upstream: Recording, key: PrivateKey, stranger: PrivateKey) -> None:
    """An envelope that does not open passes as it came, byte for byte, with a warning."""
    for sealed in (envelope("theirs", stranger.public), cut(envelope("ours", key.public))):
        for body, coding in ((sealed, "identity"), (gzip.compress(sealed), "gzip")):
            theirs = ("Content-Type: text/x", f"Content-Encoding: {coding}", "Cache-Control: max-age=60", 'ETag: "e"')
            reply = answered(daemon, upstream, body, *theirs)
            assert (reply.status, reply.body) == (200, body)
            assert reply.all("Signer-Warning") == ["envelope-unreadable"]
            assert [f"{name}: {value}" for name, value in reply.headers if f"{name}: {value}" in theirs] == list(theirs)


PASSED: Final = {
    "no JSON": b"encryptedSharedKey",
    "half the shape": b'{"encryptedSharedKey": "a"}',
    "an envelope within": b'[{"encryptedSharedKey": "a", "encryptedMessageData": {}}]',
    "nothing": b"",
}


@pytest.mark.parametrize("body", PASSED.values(), ids=PASSED)
def test_no_envelope(daemon: Daemon, upstream: Recording, body: bytes) -> None:
    """What has not the shape of an envelope passes as it came, without a warning."""
    reply = answered(daemon, upstream, body, "Content-Type: text/x")
    assert (reply.body, reply.all("Content-Type"), reply.all("Signer-Warning")) == (body, ["text/x"], [])


@pytest.mark.parametrize("profile", ["as-it-came", "keyless"])
def test_nothing_to_open_with(daemon: Daemon, upstream: Recording, key: PrivateKey, profile: str) -> None:
    """Without a key on its upstream, and with decrypt = false, a profile leaves envelopes as they are."""
    sealed = envelope("ours", key.public)
    reply = answered(daemon, upstream, sealed, "Content-Type: application/json", profile=profile)
    assert (reply.body, reply.all("Signer-Warning")) == (sealed, [])
