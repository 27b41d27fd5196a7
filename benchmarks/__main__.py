"""`make bench`: requests a second and latency of each variant, in turn and several times, as a table in Markdown."""

import argparse
import asyncio
import os
import platform
import statistics
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.load import Measured, measure
from benchmarks.variants import running

CONNECTIONS = (1, 16, 64)


def main() -> None:
    """Measure, print the table and write it to `benchmarks/results/`."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    table = _table(options.seconds, options.rounds)
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "throughput.md").write_text(table)
    print(table)


def _table(seconds: float, rounds: int) -> str:
    found: dict[tuple[int, str], list[Measured]] = {}
    with running() as ports:
        for _ in range(rounds):
            for connections in CONNECTIONS:
                for name, port in ports.items():  # in turn, so that a slow moment hits all alike
                    found.setdefault((connections, name), []).append(asyncio.run(measure(port, connections, seconds)))
        names = list(ports)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    lines = [
        "# Throughput and latency",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {machine}; {rounds} rounds of {seconds:g} s each, medians.",
        "GET and POST in turn.",
        "Absolute figures are this machine's and move from run to run: compare within one run.",
        "",
        "| connections | variant | requests a second | × mitmdump | p50 ms | p99 ms |",
        "|---:|---|---:|---:|---:|---:|",
    ]
    for connections in CONNECTIONS:
        base = statistics.median(each.rate for each in found[connections, names[-1]])
        for name in names:
            all_of = found[connections, name]
            rate, p50, p99 = (
                statistics.median(getattr(each, key) for each in all_of) for key in ("rate", "p50", "p99")
            )
            lines.append(f"| {connections} | {name} | {rate:,.0f} | {rate / base:.2f} | {p50:.2f} | {p99:.1f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
