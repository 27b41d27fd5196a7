"""`make bench`: what the proxy costs, variants in turn and several times, as tables in Markdown."""

import argparse
import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import beside_rsa, inspector, start, throughput
from benchmarks.variants import Ports, running

RESULTS = Path(__file__).parent / "results"
TABLES: dict[str, Callable[[Ports, float, int], str]] = {
    "throughput": throughput.table,
    "beside-rsa": beside_rsa.table,
    "start": start.table,
    "inspector": inspector.table,
}


def main() -> None:
    """Measure, print the tables and write them to `benchmarks/results/`."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=TABLES, help="one table alone")
    options = parser.parse_args()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    note = f"{datetime.now(UTC):%Y-%m-%d}, {machine}; medians of {options.rounds} rounds of {options.seconds:g} s each."
    RESULTS.mkdir(exist_ok=True)
    with running() as ports:
        for name in [options.only] if options.only else TABLES:
            text = TABLES[name](ports, options.seconds, options.rounds)
            text += f"\n{note} Figures move from run to run: compare within one.\n"
            (RESULTS / f"{name}.md").write_text(text)
            print(text)


if __name__ == "__main__":
    main()
