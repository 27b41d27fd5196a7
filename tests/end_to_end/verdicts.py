"""What the tests of refused and of signed requests look for."""

from signer_proxy.schemes.snaptrade_signature import sign_base
from tests.end_to_end.daemon import Daemon
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import Reply, ask, request


def assert_refused(reply: Reply, status: int, code: str) -> None:
    """Check that an answer is ours, with this status and code, and whole."""
    assert (reply.status, reply.code) == (status, code), reply
    assert reply.problem["detail"]


def assert_nothing_sent(daemon: Daemon, upstream: Recording) -> None:
    """Check that the upstream has seen no byte, and that the daemon serves the next request."""
    assert upstream.requests == []
    assert ask(daemon.port, request(daemon.port, "GET", "/next")).status == 200
    assert len(upstream.requests) == 1


def assert_signed(raw: bytes, key: bytes, content: bytes = b"null") -> None:
    """Check the signature of a request as the upstream got it; `content` is its body in canonical form."""
    path, _, query = raw.split(b" ", 2)[1].partition(b"?")
    base = b'{"content":%b,"path":"%b","query":"%b"}' % (content, path, query)
    assert f"\r\nSignature: {sign_base(key, base)}\r\n".encode() in raw
