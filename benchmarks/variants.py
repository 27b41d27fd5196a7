"""What is compared: the upstream alone, through signer-proxy, and through mitmdump with the least that signs."""

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

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
"""


@contextmanager
def running() -> Iterator[dict[str, int]]:
    """Start everything; give the port of each variant by its name."""
    upstream, ours, theirs = (_free_port() for _ in range(3))
    with ExitStack() as stack, tempfile.NamedTemporaryFile("w", suffix=".toml") as config:
        config.write(CONFIG.format(upstream=upstream, port=ours))
        config.flush()
        commands: dict[int, list[str | Path]] = {
            upstream: [sys.executable, "-m", "benchmarks.upstream", str(upstream)],
            ours: [BIN / "signer-proxy", "run", "--config", config.name],
            theirs: [
                BIN / "mitmdump",
                "--quiet",
                *("--mode", f"reverse:http://127.0.0.1:{upstream}@127.0.0.1:{theirs}"),
                *("-s", HERE / "signing_addon.py"),
            ],
        }
        for port, command in commands.items():
            stack.callback(_end, subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            _wait_for(port)
        yield {"direct": upstream, "signer-proxy": ours, "mitmdump + signing": theirs}


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing listens on port {port}")
