"""By which names and addresses the proxy can be called: both loopback families, containers, mapped ports."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Sandbox, config
from tests.end_to_end.daemon import PATIENCE, Daemon, launched, started
from tests.end_to_end.recording import Recording

ALLOWED = 'allowed_hosts = ["signer-proxy:8080", "localhost:18080", "Signer.Internal"]'


@pytest.fixture(scope="module")
def daemon(sandbox: Sandbox, recorder: Recording, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Start a daemon that has further names."""
    with started(config(sandbox, recorder, ALLOWED), tmp_path_factory.mktemp("hosts")) as daemon:
        yield daemon


def curl(url: str, *arguments: str) -> str:
    """Call the proxy with curl; return the status and our code."""
    said = ("--output", "/dev/null", "--write-out", "%{http_code} %header{signer-error}")
    command = ["curl", "--silent", "--show-error", "--noproxy", "*", *said, *arguments, url]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout.strip()


@pytest.mark.parametrize(
    ("family", "host"),
    [("-4", "127.0.0.1"), ("-4", "localhost"), ("-4", "api.localhost"), ("-6", "[::1]"), ("-6", "localhost")],
)
def test_loopback(daemon: Daemon, upstream: Recording, family: str, host: str) -> None:
    """Every name of this machine is served, over either family."""
    assert curl(f"http://{host}:{daemon.port}/accounts", family) == "200"
    assert len(upstream.requests) == 1


MAPPED = {
    "container": ("http://signer-proxy:8080", "200"),
    "container-case": ("http://Signer-Proxy:8080", "200"),
    "mapped-port": ("http://localhost:18080", "200"),
    "default-port": ("http://signer.internal", "200"),
    "container-other-port": ("http://signer-proxy:8081", "403 guard-host"),
    "container-no-port": ("http://signer-proxy", "403 guard-host"),
    "other-mapped-port": ("http://localhost:18081", "403 guard-host"),
    "mapped-port-of-another-name": ("http://127.0.0.1:18080", "403 guard-host"),
    "below": ("http://x.signer-proxy:8080", "403 guard-host"),
}


@pytest.mark.parametrize(("url", "verdict"), MAPPED.values(), ids=MAPPED)
def test_mapped_port(daemon: Daemon, upstream: Recording, url: str, verdict: str) -> None:
    """A client that knows us by another name and port is served where `allowed_hosts` has just these."""
    assert curl(f"{url}/accounts", "--connect-to", f"::127.0.0.1:{daemon.port}") == verdict
    assert len(upstream.requests) == (verdict == "200")


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_other_machines(sandbox: Sandbox, recorder: Recording, upstream: Recording, tmp_path: Path, host: str) -> None:
    """A port that other machines reach needs the token and an allowed name: neither alone is enough."""
    text = config(sandbox, recorder, f'host = "{host}"\nclient_token = {{ env = "TOKEN" }}\n{ALLOWED}')
    token = ("--header", "Signer-Token: hush")
    with started(text, tmp_path, {"TOKEN": "hush"}) as daemon:
        address = "127.0.0.2" if host == "0.0.0.0" else "[::1]"
        mapped = ("--connect-to", f"::{address}:{daemon.port}")
        assert curl("http://signer-proxy:8080/accounts", *mapped) == "401 guard-token"
        assert curl(f"http://127.0.0.2:{daemon.port}/accounts", *mapped, *token) == "403 guard-host"
        assert upstream.requests == []
        assert curl("http://signer-proxy:8080/accounts", *mapped, *token) == "200"
        assert len(upstream.requests) == 1


def test_other_machines_without_a_token(sandbox: Sandbox, recorder: Recording, tmp_path: Path) -> None:
    """Such a config ends the daemon before it listens."""
    with launched(config(sandbox, recorder, 'host = "0.0.0.0"'), tmp_path) as daemon:
        assert daemon.wait() == 1
        assert "client_token" in daemon.output
