"""How long a command takes from nothing to its end, beside the import alone of the vendor's SDK."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.variants import Ports

_PROGRAM = Path(sys.executable).with_name("signer-proxy")
_CONFIG = Path(__file__).parents[1] / "config" / "sandbox.toml"
_SDK = "import snaptrade_client"
_VARIANTS: dict[str, list[str | Path]] = {
    _SDK: [sys.executable, "-c", _SDK],
    "python, nothing else": [sys.executable, "-c", "pass"],
    "signer-proxy --help": [_PROGRAM, "--help"],
    "signer-proxy sign": [_PROGRAM, "sign", "GET", "/accounts", "--config", _CONFIG],
}


def table(_ports: Ports, seconds: float, rounds: int) -> str:
    """Measure each command in turn, for `seconds` in each round, so that a slow moment hits all alike."""
    wall: dict[str, list[float]] = {name: [] for name in _VARIANTS}
    processor: dict[str, list[float]] = {name: [] for name in _VARIANTS}
    for _ in range(rounds):
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            for name, command in _VARIANTS.items():
                took, used = _run(command)
                wall[name].append(took)
                processor[name].append(used)
    lines = [
        "# From nothing to the end of a command",
        "",
        "| process | ms | ms of processor | × the SDK's import | × of processor |",
        "|---|---:|---:|---:|---:|",
    ]
    base, base_used = statistics.median(wall[_SDK]), statistics.median(processor[_SDK])
    for name in _VARIANTS:
        took, used = statistics.median(wall[name]), statistics.median(processor[name])
        lines.append(
            f"| `{name}` | {took * 1000:.0f} | {used * 1000:.0f} | {took / base:.2f} | {used / base_used:.2f} |"
        )
    return "\n".join(lines) + "\n"


def _run(command: list[str | Path]) -> tuple[float, float]:
    """Return the seconds that a process took, and those that the processor spent on it."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return took, usage.ru_utime + usage.ru_stime
