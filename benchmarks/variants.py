"""What is compared: the upstream alone, through signer-proxy, and through mitmdump with the least that signs."""

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from signer_proxy.crypto.jwk import PtiKey

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
CONFIG = """\
version = 1
[upstreams.plain]
url = "http://127.0.0.1:{upstream}"
port = {port}
default_profile = "bench"
[profiles.bench]
upstream = "plain"
scheme = "snaptrade-signature"
client_id = "BENCH"
consumer_key = "made-up-key-of-the-benchmark"
[upstreams.pti]
url = "http://127.0.0.1:{upstream}/v1"
port = {pti}
default_profile = "pti"
[profiles.pti]
upstream = "pti"
scheme = "pti-signature"
client_id = "BENCH"
private_key = {{ file = "pti.jwk" }}
access = "trade"
"""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each variant listens."""

    direct: int
    ours: int
    ours_pti: int
    """The same daemon, signing with RSA-4096."""
    mitmdump: int


@contextmanager
def running() -> Iterator[Ports]:
    """Start everything."""
    ports = Ports(*(free_port() for _ in range(4)))
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "signer-proxy.toml")
        config.write_text(CONFIG.format(upstream=ports.direct, port=ports.ours, pti=ports.ours_pti))
        _make_key(Path(folder, "pti.jwk"))
        commands: dict[int, list[str | Path]] = {
            ports.direct: [sys.executable, "-m", "benchmarks.upstream", str(ports.direct)],
            ports.ours: [BIN / "signer-proxy", "run", "--config", config],
            ports.mitmdump: [
                BIN / "mitmdump",
                "--quiet",
                *("--mode", f"reverse:http://127.0.0.1:{ports.direct}@127.0.0.1:{ports.mitmdump}"),
                *("-s", HERE / "signing_addon.py"),
            ],
        }
        for port, command in commands.items():
            stack.callback(end_process, subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            wait_for(port)
        yield ports


def _make_key(path: Path) -> None:
    path.touch(0o600)
    path.write_text(json.dumps(PtiKey.new("rsa-4096").private_jwk()))


def end_process(process: subprocess.Popen[bytes]) -> None:
    """End a process at once."""
    process.kill()
    process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until somebody listens on a port."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing listens on port {port}")
