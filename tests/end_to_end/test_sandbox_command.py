"""`signer-proxy sandbox`: the API's stand-in as a process of its own."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from signer_proxy.schemes.snaptrade_signature import sign_base
from tests.end_to_end.daemon import PROGRAM, Daemon, free_port, launched
from tests.end_to_end.wire import Reply, ask, request

CONFIG = """
version = 1
[upstreams.api]
url = "https://api.example.com"
port = 8080
[profiles.mine]
upstream = "api"
scheme = "snaptrade-signature"
client_id = "MINE"
consumer_key = "my-consumer-key"
account = "personal"
"""
BUILT_IN = ("SANDBOX-PARTNER", b"made-up-consumer-key-of-the-sandbox")


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[tuple[Daemon, int]]:
    """Start a sandbox, and yield it with its port."""
    with launched(CONFIG, folder, {"HOME": str(folder)}, (PROGRAM, "sandbox", *arguments), naming=()) as sandbox:
        line = sandbox.wait_for(r"^http://127\.0\.0\.1:\d+$")
        yield sandbox, int(line.rpartition(":")[2])


def asked(port: int, client_id: str, key: bytes) -> Reply:
    """Ask as a client would that signs itself."""
    query = f"clientId={client_id}&timestamp={int(time.time())}"
    base = json.dumps({"content": None, "path": "/accounts", "query": query}, separators=(",", ":"), sort_keys=True)
    return ask(port, request(port, "GET", f"/accounts?{query}", f"Signature: {sign_base(key, base.encode())}"))


def test_built_in_client(tmp_path: Path) -> None:
    """Without a config it knows the client of sandbox.toml, and nobody else."""
    with running(tmp_path, "--port", "0") as (sandbox, port):
        sandbox.wait_for("knows the commercial client SANDBOX-PARTNER")
        assert asked(port, *BUILT_IN).all("Sandbox-Verdict") != ["refused"]
        assert asked(port, "MINE", b"my-consumer-key").status == 401
        assert "made-up-consumer-key" not in sandbox.output


def test_clients_of_a_config(tmp_path: Path) -> None:
    """With a config it knows the clients of its profiles, and nobody else."""
    with running(tmp_path, "--port", "0", "--config", "signer-proxy.toml") as (sandbox, port):
        sandbox.wait_for("knows the personal client MINE")
        assert asked(port, "MINE", b"my-consumer-key").status == 200
        assert asked(port, "MINE", b"another-consumer-key").status == 401
        assert asked(port, *BUILT_IN).status == 401


def test_port(tmp_path: Path) -> None:
    """It listens where it is told to."""
    wanted = free_port()
    with running(tmp_path, "--port", str(wanted)) as (_, port):
        assert port == wanted
        assert asked(port, *BUILT_IN).all("Sandbox-Verdict") == ["verified"]


def test_port_in_use(tmp_path: Path) -> None:
    """A port that is in use ends it with exit code 1 and one line."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        with launched(CONFIG, tmp_path, {}, (PROGRAM, "sandbox", "--port", port), naming=()) as sandbox:
            assert sandbox.wait() == 1
            assert len(sandbox.lines) == 1
            assert f"cannot listen on 127.0.0.1 port {port}" in sandbox.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_end(tmp_path: Path, number: signal.Signals) -> None:
    """A signal ends it with exit code 0."""
    with running(tmp_path, "--port", "0") as (sandbox, _):
        assert sandbox.stop(number) == 0
        assert "Traceback" not in sandbox.output
