"""The latency of a SnapTrade profile while another profile of the same daemon is busy: with HMAC, and with RSA-4096."""

import asyncio
import statistics

from benchmarks.load import Measured, measure
from benchmarks.variants import Ports

BUSY = 8
"""Connections that keep the daemon busy, beside one that is measured."""


def table(ports: Ports, seconds: float, rounds: int) -> str:
    """Measure alone, beside HMAC and beside RSA in turn: what RSA adds is the last against the second."""
    variants = {"alone": None, "beside HMAC": ports.ours, "beside RS512, RSA-4096": ports.ours_pti}
    found: dict[str, list[Measured]] = {}
    busy: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, port in variants.items():
            measured, load = asyncio.run(_both(ports.ours, port, seconds))
            found.setdefault(name, []).append(measured)
            busy.setdefault(name, []).append(load)
    lines = [
        "# Latency of a SnapTrade profile, one connection, while another profile signs at full speed",
        "",
        "| the daemon is | requests a second of the other | p50 ms | p99 ms | × beside HMAC, p50 |",
        "|---|---:|---:|---:|---:|",
    ]
    base = statistics.median(each.p50 for each in found["beside HMAC"])
    for name in variants:
        p50, p99 = (statistics.median(getattr(one, key) for one in found[name]) for key in ("p50", "p99"))
        lines.append(f"| {name} | {statistics.median(busy[name]):,.0f} | {p50:.2f} | {p99:.1f} | {p50 / base:.2f} |")
    return "\n".join(lines) + "\n"


async def _both(port: int, busy_port: int | None, seconds: float) -> tuple[Measured, float]:
    if busy_port is None:
        return await measure(port, 1, seconds), 0.0
    load = asyncio.create_task(measure(busy_port, BUSY, seconds))
    measured = await measure(port, 1, seconds)
    return measured, (await load).rate
