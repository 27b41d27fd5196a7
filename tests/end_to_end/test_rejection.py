"""A 401 of the API to what we signed is told with what we can know, beside the exchange's own line."""

from tests.end_to_end.daemon import Daemon
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import ask, request
from tests.faulty_upstream import saying

REFUSED = (
    b"HTTP/1.1 401 Unauthorized\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\nContent-Type: application/json\r\n"
    b'Content-Length: 16\r\n\r\n{"code": "1076"}'
)


def test_rejection(daemon: Daemon, upstream: Recording) -> None:
    """Clock, key and account are named; the answer is the API's own, and no part of the query is in the log."""
    upstream.begin(saying(REFUSED))
    before = len(daemon.lines)
    answer = ask(daemon.port, request(daemon.port, "GET", "/accounts?userSecret=hush-hush"), "GET")
    line = daemon.wait_for("did not accept", since=before)
    assert "profile 'partner'" in line
    assert "s off the API's" in line
    assert "consumer key is most likely not that of this client id" in line
    assert "account = 'commercial'" in line
    assert answer.body == b'{"code": "1076"}'
    assert "hush-hush" not in daemon.output
