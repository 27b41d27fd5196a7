"""Memory with the inspector on, at the start and over 50,000 requests, and what it costs in requests a second."""

import asyncio
import re
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.load import measure
from benchmarks.variants import BIN, Ports, end_process, free_port, wait_for

REQUESTS: Final = 50_000
KEEP: Final = 1000
CONNECTIONS: Final = 16
CONFIG: Final = """\
version = 1
[inspect]
web_port = {web_port}
keep = {keep}
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


def table(ports: Ports, seconds: float, rounds: int) -> str:
    """Measure both daemons in turn, then the memory of the one with the inspector."""
    with _daemon(ports.direct, "--web") as (port, process), _daemon(ports.direct) as (plain_port, plain):
        memory = {"after start": (_mebibytes(process), _mebibytes(plain))}
        asyncio.run(_send(port, 2 * KEEP))
        asyncio.run(_send(plain_port, 2 * KEEP))
        memory[f"after {2 * KEEP:,} requests, {KEEP:,} kept"] = _mebibytes(process), _mebibytes(plain)
        rates: dict[int, list[float]] = {port: [], plain_port: []}
        for _ in range(rounds):
            for each in rates:
                rates[each].append(asyncio.run(measure(each, CONNECTIONS, seconds)).rate)
        for each in rates:
            asyncio.run(_send(each, REQUESTS))
        memory[f"after {REQUESTS:,} more"] = _mebibytes(process), _mebibytes(plain)
    lines = [
        "# Memory with the inspector on, and off",
        "",
        "| MiB, resident | `run --web` | `run` |",
        "|---|---:|---:|",
        *(f"| {name} | {web:.0f} | {without:.0f} |" for name, (web, without) in memory.items()),
        "",
        f"| {CONNECTIONS} connections | `run --web` | `run` |",
        "|---|---:|---:|",
        f"| requests a second | {' | '.join(f'{statistics.median(each):,.0f}' for each in rates.values())} |",
    ]
    return "\n".join(lines) + "\n"


@contextmanager
def _daemon(upstream: int, *flags: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "signer-proxy.toml")
        config.write_text(CONFIG.format(upstream=upstream, port=port, web_port=free_port(), keep=KEEP))
        command: list[str | Path] = [BIN / "signer-proxy", "run", *flags, "--config", config]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(port)
            yield port, process
        finally:
            end_process(process)


async def _send(port: int, count: int) -> None:
    await asyncio.gather(*(_connection(port, count // CONNECTIONS) for _ in range(CONNECTIONS)))


async def _connection(port: int, count: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(count):
        writer.write(b"GET /accounts?userId=alice HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % port)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200"), answer
        length = re.search(rb"(?i)content-length: (\d+)", answer)
        assert length is not None
        await reader.readexactly(int(length[1]))
    writer.close()


def _mebibytes(process: subprocess.Popen[bytes]) -> float:
    done = subprocess.run(["ps", "-o", "rss=", "-p", str(process.pid)], check=True, capture_output=True)
    return int(done.stdout) / 1024
