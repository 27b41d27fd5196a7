"""curl, as it is installed: unsigned requests at the proxy, verified by the sandbox."""

import gzip
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.end_to_end.daemon import PATIENCE, Daemon


@dataclass(frozen=True, slots=True)
class Printed:
    """What curl got: the head, its names in lower case, and the body."""

    version: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> Any:  # noqa: ANN401 - JSON
        """The body, read as JSON."""
        return json.loads(self.body)


def curl(daemon: Daemon, path: str, *arguments: str | Path) -> Printed:
    """Call the sandbox by way of the daemon."""
    url = f"http://127.0.0.1:{daemon.ports['sandbox']}{path}"
    command = ["curl", "--silent", "--show-error", "--include", "--noproxy", "*", *arguments, url]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    while head.split(b" ")[1] == b"100":
        head, _, body = body.partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    version, status, *_ = line.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Printed(version, int(status), headers, body)


def test_get(daemon: Daemon) -> None:
    """A plain GET is signed for the profile's user, and verified."""
    printed = curl(daemon, "/accounts")
    assert (printed.status, printed.headers["sandbox-verdict"]) == (200, "verified")
    assert printed.headers["signer-profile"] == "verified"
    assert printed.content[0]["id"]


def test_post_json(daemon: Daemon) -> None:
    """A POST of JSON with text beyond ASCII, on which SDKs differ, is verified, and read as it was written."""
    body = '{"userId": "zoë-😀"}'
    printed = curl(daemon, "/snapTrade/registerUser", "--json", body)
    assert (printed.status, printed.headers["sandbox-verdict"]) == (200, "verified")
    assert printed.content["userId"] == "zoë-😀"
    assert printed.headers["signer-warning"] == "canonical-ambiguous"


def test_http2(daemon: Daemon) -> None:
    """HTTP/2 with prior knowledge is served as HTTP/2, and verified."""
    printed = curl(daemon, "/accounts", "--http2-prior-knowledge")
    assert (printed.version, printed.status) == ("HTTP/2", 200)
    assert printed.headers["sandbox-verdict"] == "verified"


def test_http2_post(daemon: Daemon) -> None:
    """A body over HTTP/2 is verified, too."""
    printed = curl(daemon, "/snapTrade/registerUser", "--http2-prior-knowledge", "--json", '{"userId": "second"}')
    assert (printed.version, printed.headers["sandbox-verdict"]) == ("HTTP/2", "verified")
    assert printed.content["userId"] == "second"


def test_upgrade_to_http2_is_left(daemon: Daemon) -> None:
    """An offer to upgrade to HTTP/2 is not taken, and the request is served all the same."""
    printed = curl(daemon, "/accounts", "--http2")
    assert (printed.version, printed.headers["sandbox-verdict"]) == ("HTTP/1.1", "verified")


def test_http1_0(daemon: Daemon) -> None:
    """HTTP/1.0 is served."""
    assert curl(daemon, "/accounts", "--http1.0").headers["sandbox-verdict"] == "verified"


def test_chunked_upload(daemon: Daemon) -> None:
    """A body in chunks is verified."""
    chunked = ("--header", "Transfer-Encoding: chunked")
    printed = curl(daemon, "/snapTrade/registerUser", *chunked, "--json", '{"userId": "in-chunks"}')
    assert (printed.status, printed.headers["sandbox-verdict"]) == (200, "verified")


def test_expect_continue(daemon: Daemon) -> None:
    """A client that waits to be asked for its body is asked."""
    waiting = ("--header", "Expect: 100-continue", "--expect100-timeout", "600")
    printed = curl(daemon, "/snapTrade/registerUser", *waiting, "--json", '{"userId": "waiting"}')
    assert (printed.status, printed.headers["sandbox-verdict"]) == (200, "verified")


def test_form_with_json(daemon: Daemon) -> None:
    """`curl -d` says that its JSON is a form: it is signed as what it is, with a warning."""
    printed = curl(daemon, "/snapTrade/registerUser", "--data", '{"userId": "form"}')
    assert printed.headers["sandbox-verdict"] == "verified"
    assert printed.headers["signer-warning"] == "content-type"


def test_packed_body(daemon: Daemon, tmp_path: Path) -> None:
    """A gzip body is signed by its content, sent packed and verified."""
    packed = tmp_path / "body.gz"
    packed.write_bytes(gzip.compress(b'{"userId": "packed"}'))
    arguments = ("--header", "Content-Encoding: gzip", "--header", "Content-Type: application/json")
    printed = curl(daemon, "/snapTrade/registerUser", *arguments, "--data-binary", f"@{packed}")
    assert printed.headers["sandbox-verdict"] == "verified"


def test_head(daemon: Daemon) -> None:
    """A HEAD request ends with its head."""
    printed = curl(daemon, "/accounts", "--head")
    assert (printed.headers["sandbox-verdict"], printed.body) == ("verified", b"")


def test_name(daemon: Daemon) -> None:
    """A name of this machine is as good as its address."""
    host = f"api.localhost:{daemon.ports['sandbox']}"
    assert curl(daemon, "/accounts", "--header", f"Host: {host}").headers["sandbox-verdict"] == "verified"
