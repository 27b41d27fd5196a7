"""Requests a second and latency: the upstream alone, through us, and through mitmdump with the least that signs."""

import asyncio
import statistics

from benchmarks.load import Measured, measure
from benchmarks.variants import Ports

CONNECTIONS = (1, 16, 64)


def table(ports: Ports, seconds: float, rounds: int) -> str:
    """Measure each variant in turn, so that a slow moment hits all alike."""
    variants = {"direct": ports.direct, "signer-proxy": ports.ours, "mitmdump + signing": ports.mitmdump}
    found: dict[tuple[int, str], list[Measured]] = {}
    for _ in range(rounds):
        for connections in CONNECTIONS:
            for name, port in variants.items():
                measured = asyncio.run(measure(port, connections, seconds))
                found.setdefault((connections, name), []).append(measured)
    lines = [
        "# Throughput and latency, GET and POST in turn",
        "",
        "| connections | variant | requests a second | × mitmdump | p50 ms | p99 ms |",
        "|---:|---|---:|---:|---:|---:|",
    ]
    for connections in CONNECTIONS:
        base = statistics.median(each.rate for each in found[connections, "mitmdump + signing"])
        for name in variants:
            all_of = found[connections, name]
            rate, p50, p99 = (statistics.median(getattr(one, key) for one in all_of) for key in ("rate", "p50", "p99"))
            lines.append(f"| {connections} | {name} | {rate:,.0f} | {rate / base:.2f} | {p50:.2f} | {p99:.1f} |")
    return "\n".join(lines) + "\n"
