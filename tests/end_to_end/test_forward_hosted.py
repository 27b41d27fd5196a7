"""The forward port inside mitmdump and mitmweb: the same as that of `signer-proxy run`, with our own authority."""

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.end_to_end.conftest import Sandbox
from tests.end_to_end.daemon import PATIENCE, free_port
from tests.end_to_end.forward import Forward, connect, curl, forward_config, get, said, tls_tunnel, tunnel
from tests.end_to_end.recording import Recording
from tests.end_to_end.test_hosted import HOSTS, PASSWORD, WEB_PORT, serving
from tests.end_to_end.verdicts import assert_refused, assert_signed
from tests.end_to_end.wire import ask


@pytest.fixture(scope="module", params=HOSTS)
def forward(
    request: pytest.FixtureRequest, sandbox: Sandbox, recorder: Recording, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Forward]:
    """Start mitmdump or mitmweb."""
    port, folder = free_port(), tmp_path_factory.mktemp("host")
    text = forward_config(recorder.origin, sandbox.origin, port)
    more = PASSWORD if request.param == "mitmweb" else []
    with serving(text, folder, request.param, *more) as daemon:
        daemon.wait_for(rf"listening at 127\.0\.0\.1:{port}\.")
        yield Forward(daemon, port, folder / ".local" / "state")


def test_curl(forward: Forward, sandbox: Sandbox) -> None:
    """http:// and https:// URLs are verified upstream."""
    assert "sandbox-verdict: verified" in curl(forward.port, f"{sandbox.origin}/accounts")[0]
    url = sandbox.origin.replace("http:", "https:")
    assert "sandbox-verdict: verified" in curl(forward.port, "--cacert", forward.authority, f"{url}/accounts")[0]


@pytest.mark.parametrize("forward", ["mitmweb"], indirect=True)
def test_replay(forward: Forward, upstream: Recording) -> None:
    """A request that came through a tunnel is replayed as any other, signed afresh."""
    place = upstream.origin.replace("http://127.0.0.1", "localhost")
    with httpx.Client(base_url=f"http://127.0.0.1:{WEB_PORT}", trust_env=False) as web:
        web.get("/", params={"token": "password"}).raise_for_status()
        web.cookies["_mitmproxy_xsrf"] = web.headers["X-XSRFToken"] = "ab" * 16
        web.post("/clear").raise_for_status()
        with tls_tunnel(forward, place) as inside:
            assert said(inside, get("/replayed", place)).status == 200
        (flow,) = web.get("/flows").raise_for_status().json()
        web.post(f"/flows/{flow['id']}/replay").raise_for_status()
    end = time.monotonic() + PATIENCE
    while len(upstream.requests) < 2:
        assert time.monotonic() < end, forward.daemon.output
    for raw in upstream.requests:
        assert_signed(raw, b"api-consumer-key")


def test_refused(forward: Forward, upstream: Recording) -> None:
    """Foreign hosts, and disagreement in a tunnel, stay here."""
    place = upstream.origin.replace("http://127.0.0.1", "localhost")
    for raw in (connect("example.com:443"), connect("localhost:1"), get("http://example.com/", "example.com")):
        assert_refused(ask(forward.port, raw), 421, "no-upstream")
    with tls_tunnel(forward, place, name="example.com", is_trusting=True) as inside:
        assert_refused(said(inside, get("/accounts", place)), 403, "guard-host")
    with tunnel(forward.port, place) as inside:
        assert_refused(said(inside, get("/accounts", "mitm.it")), 403, "guard-host")
        assert said(inside, get("/accounts", place)).status == 200
    assert len(upstream.requests) == 1
    assert_signed(upstream.requests[0], b"api-consumer-key")
