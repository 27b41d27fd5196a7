"""Nothing that is secret is ever in what the daemon shows of itself, however odd the requests are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.end_to_end.admin.watched import watched
from tests.end_to_end.conftest import Sandbox, config
from tests.end_to_end.recording import Recording
from tests.end_to_end.test_no_secrets import KINDS, talk

SECRETS = {name: secret for name, secret in KINDS.items() if name not in ("query-name", "query-sign", "host-asked-for")}
"""Less what is no secret here: the names of what was added, and a host that the guard refused."""


@dataclass(frozen=True, slots=True)
class Session:
    """All that was shown, by where, and all that was sent upstream."""

    shown: dict[str, str]
    sent: list[bytes]


@pytest.fixture(scope="module")
def session(sandbox: Sandbox, recorder: Recording, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Hold a session of odd requests, and look at all there is to see."""
    text = config(sandbox, recorder, 'max_body = "64 KiB"\nadmin_port = ADMIN')
    with watched(text, tmp_path_factory.mktemp("session")) as running:
        sent = talk(running.daemon, recorder)
        shown = {path: running.get(path).body.decode() for path in ("/status.json", "/metrics", "/", "/page.js")}
        shown |= {"status": running.call("status").stdout.decode(), "--json": str(running.control.status())}
        yield Session(shown, sent)


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_kind(session: Session, secret: str) -> None:
    """No such thing is shown."""
    assert [where for where, text in session.shown.items() if secret in text] == []


def test_signatures(session: Session) -> None:
    """Nor are our own signatures."""
    signatures = {found[1].decode() for raw in session.sent if (found := re.search(rb"\nSignature: (\S+)", raw))}
    assert len(signatures) >= 3
    assert [each for each in signatures if each[:12] in str(session.shown)] == []


def test_there_was_something_to_tell(session: Session) -> None:
    """The session was seen: its requests, refusals and failures are there."""
    for word in ("PATCH", "302", "upstream-broke", "bad-request", "not-signable", "guard-origin", "body-too-large"):
        assert word in session.shown["/status.json"]
