"""The layers hold: imports go downwards, the core does no I/O, and only the engine knows mitmproxy."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import signer_proxy

ROOT = Path(signer_proxy.__file__).parent
FILES = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in ROOT.rglob("*.py")}
MODULES = {
    name.removesuffix("__init__").rstrip("."): ast.parse(file.read_text("utf-8")) for name, file in FILES.items()
}

CORE = [
    "access",
    "canonical_json",
    "changes",
    "clock",
    "content_coding",
    "crypto",
    "destination",
    "diagnosis",
    "errors",
    "exchange",
    "forwarding",
    "guard",
    "message",
    "operations",
    "problem",
    "proxy.opening",
    "proxy.passage",
    "query",
    "redaction",
    "rejection",
    "route",
    "schemes",
    "webhooks",
]
OUTSIDE = {
    "aiohttp",
    "asyncio",
    "logging",
    "mitmproxy",
    "os",
    "pathlib",
    "select",
    "socket",
    "subprocess",
    "threading",
    "time",
}
RUNTIME = ("exchange", "guard.guard", "proxy.passage", "rejection", "route")
"""What of the core is given a runtime."""
SIGNER = ("canonical_json", "crypto.jwk", "exchange", "query", "schemes")

# Areas from the top; each may import itself and those behind it, and what is named in none stands below them all.
LAYERS = [
    ("cli",),
    ("checks",),
    ("admin", "engines", "sandbox"),
    ("reload",),
    ("audit",),
    ("proxy",),
    ("exchange",),
    ("guard", "route"),
]


def within(module: str, area: str) -> bool:
    """Tell whether a module is `area` or stands below it."""
    return module == area or module.startswith(f"{area}.")


def layer(module: str) -> int:
    """Return a module's place in LAYERS, from the top."""
    return next((place for place, areas in enumerate(LAYERS) if any(within(module, a) for a in areas)), len(LAYERS))


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the full names of all that a module imports, at its top or later, and of what it may import from there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own(tree: ast.Module) -> set[str]:
    """Return the modules of this package that a module imports."""
    names = {name.removeprefix("signer_proxy.") for name in imported(tree) if name.startswith("signer_proxy.")}
    return {name for name in names if name in MODULES}


IMPORTS = {module: own(tree) - {module} for module, tree in MODULES.items()}
CORE_MODULES = [module for module in MODULES if any(within(module, area) for area in CORE)]


def reachable(start: str) -> set[str]:
    """Return what comes along when a module is imported."""
    found: set[str] = set()
    pending = [start]
    while pending:
        module = pending.pop()
        if module not in found:
            found.add(module)
            pending += IMPORTS[module]
    return found


def test_modules_are_found() -> None:
    """The checks below look at the package as it is, and every area that they name exists."""
    assert IMPORTS["exchange"] >= {"guard", "route", "access", "forwarding", "runtime"}
    named = [*CORE, *SIGNER, *(area for areas in LAYERS for area in areas)]
    assert [area for area in named if not any(within(module, area) for module in MODULES)] == []


def test_imports_make_no_circle() -> None:
    """No module needs itself, however far around."""
    assert list(TopologicalSorter(IMPORTS).static_order())


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_downwards(module: str) -> None:
    """A module imports from its own area or from lower layers: an engine knows no sandbox, the core no engine."""
    area = module.partition(".")[0]
    others = {name for name in IMPORTS[module] if not within(name, area)}
    highest_named = min(layer(module), len(LAYERS) - 1)
    assert {name for name in others if layer(name) <= highest_named} == set()


@pytest.mark.parametrize("module", CORE_MODULES)
def test_core_does_no_io(module: str) -> None:
    """The core takes bytes and frozen values and gives the same back: no network, files, clock, environment or log."""
    assert {name for name in imported(MODULES[module]) if name.partition(".")[0] in OUTSIDE} == set()


@pytest.mark.parametrize("module", CORE_MODULES)
def test_core_rests_on_the_core(module: str) -> None:
    """The core imports itself alone, but for the runtime that a few of it are given."""
    beyond = {name for name in IMPORTS[module] if name not in CORE_MODULES}
    assert beyond <= ({"runtime"} if module in RUNTIME else set())


@pytest.mark.parametrize("module", [module for module in MODULES if not within(module, "engines.mitmproxy")])
def test_only_its_engine_imports_mitmproxy(module: str) -> None:
    """Another engine can take mitmproxy's place, and commands that need no proxy do not wait for it."""
    assert {name for name in imported(MODULES[module]) if within(name, "mitmproxy")} == set()


@pytest.mark.parametrize("module", [module for module in MODULES if within(module, "sandbox")])
def test_sandbox_does_not_know_the_signer(module: str) -> None:
    """The sandbox's verdict is its own: no code that signs comes along, directly or by others."""
    assert {name for name in reachable(module) for area in SIGNER if within(name, area)} == set()


@pytest.mark.parametrize("module", [module for module in MODULES if not within(module, "cli")])
def test_only_the_cli_prints_or_exits(module: str) -> None:
    """Everything else returns, raises or logs; what `python -m` runs is a command line, too."""
    code = [
        part for part in MODULES[module].body if not (isinstance(part, ast.If) and "__main__" in ast.unparse(part.test))
    ]
    calls = [node for part in code for node in ast.walk(part) if isinstance(node, ast.Call)]
    forbidden = {"print", "input", "exit", "quit", "sys.exit", "SystemExit", "os._exit", "sys.stdout.write"}
    assert {ast.unparse(call.func) for call in calls} & forbidden == set()


IMPORTING = """
import sys
import {name}
print(*sorted({{module.partition(".")[0] for module in sys.modules}} & {heavy!r}), end="")
"""
HEAVY: dict[str, set[str]] = {
    "signer_proxy.cli.main": {"mitmproxy", "aiohttp", "starlette", "uvicorn"},
    "signer_proxy.cli.exec": {"mitmproxy", "aiohttp"},
    "signer_proxy.cli.sign": {"mitmproxy", "aiohttp", "starlette", "Crypto", "joserfc", "cryptography", "keyring"},
    "signer_proxy.cli.reload": {"mitmproxy", "aiohttp", "starlette", "pydantic", "rich"},
    "signer_proxy.cli.status": {"mitmproxy", "aiohttp", "starlette", "pydantic", "rich"},
    "signer_proxy.cli.diagnose": {"mitmproxy", "aiohttp", "starlette", "uvicorn", "keyring"},
    "signer_proxy.cli.log": {"mitmproxy", "aiohttp", "starlette", "uvicorn"},
    "signer_proxy.exchange": {"mitmproxy", "aiohttp"},
    "signer_proxy.sandbox.application": {"mitmproxy", "aiohttp"},
}


@pytest.mark.parametrize(("name", "heavy"), HEAVY.items())
def test_what_needs_no_proxy_does_not_import_it(name: str, heavy: set[str]) -> None:
    """Commands that need no proxy start without the time and memory that mitmproxy takes."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING.format(name=name, heavy=heavy)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
