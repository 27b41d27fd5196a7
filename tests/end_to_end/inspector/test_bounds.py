"""What is kept is bounded by number and by size, and no request under way pays for it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from signer_proxy.crypto.rsa_key import PrivateKey
from tests.end_to_end.holding import Holding
from tests.end_to_end.inspector.stage import JSON, opened
from tests.end_to_end.recording import Recording
from tests.faulty_upstream import OK, saying


def test_the_number(recorder: Recording, key: PrivateKey, tmp_path: Path) -> None:
    """The oldest that are done go; one under way stays, is answered, and is shown with its answer."""
    with opened(recorder, key, tmp_path, "keep = 5") as stage, ThreadPoolExecutor() as threads:
        holding = Holding(recorder.background)
        recorder.begin(holding.serve)
        waiting = threads.submit(stage.call, "raw", "GET", "/accounts?n=held")
        holding.wait_for_request()
        for number in range(8):
            stage.call("partner", "GET", f"/accounts?n={number}")
        held, *others = stage.ui.flows()
        assert held["comment"] == "under way"
        assert "n=held" in held["request"]["path"]
        assert [flow["request"]["path"].split("&")[0][-1] for flow in others] == ["4", "5", "6", "7"]
        stage.ui.ask("DELETE", f"/flows/{held['id']}")
        stage.ui.ask("POST", "/clear")
        assert stage.ui.flows() == []
        holding.release()
        assert waiting.result(20).status == 200
        (shown,) = stage.ui.flows()
        assert shown["comment"] == "raw · snaptrade-signature · answered 200"


def test_the_size(recorder: Recording, key: PrivateKey, tmp_path: Path) -> None:
    """Bodies over 1 MiB are kept cut, which is said, and the oldest go for the newest; clients get all of it."""
    large = b'"' + b"x" * (3 << 20) + b'"'
    with opened(recorder, key, tmp_path, 'keep_bytes = "4 MiB"') as stage:
        recorder.begin(saying(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(large), large)))
        for _ in range(6):
            assert stage.call("raw", "GET", "/accounts").body == large
        last = stage.ui.last()
        flows = stage.ui.flows()
        assert (len(flows), flows[-1]) == (3, last)
        assert {flow["response"]["contentLength"] for flow in flows} == {1 << 20}
        assert flows[-1]["comment"].endswith("answered 200 · answer cut at 1 MiB")
        recorder.begin(saying(OK))
        body = b'{"note": "%b"}' % (b"n" * (2 << 20))
        assert stage.call("raw", "POST", "/symbols", JSON, body=body).status == 200
        (sent,) = recorder.requests
        assert sent.endswith(body)
        assert stage.ui.last()["comment"].endswith("answered 200 · request cut at 1 MiB")
        assert "of the request and the signed string, only the first MiB is kept" in stage.ui.view(stage.ui.last())


def test_refusals(recorder: Recording, key: PrivateKey, tmp_path: Path) -> None:
    """What was refused before its profile was known is kept within the same bounds."""
    with opened(recorder, key, tmp_path, "keep = 2") as stage:
        for number in range(4):
            stage.call("unknown", "GET", f"/{number}")
        assert [flow["request"]["path"] for flow in stage.ui.flows()] == ["/2", "/3"]
        assert {flow["comment"] for flow in stage.ui.flows()} == {"refused unknown-profile"}
