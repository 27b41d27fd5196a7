"""A start that cannot be: exit code 1, a clear line for each thing that is wrong, and no port open."""

import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.daemon import PATIENCE, PROGRAM, free_port, launched

VARIABLES = {"SNAPTRADE_CLIENT_ID": "CLIENT", "SNAPTRADE_CONSUMER_KEY": "planted-secret"}


@dataclass(frozen=True, slots=True)
class End:
    """How a command ended."""

    code: int
    out: str
    lines: list[str]
    """Of stderr."""


def run(folder: Path, *arguments: str | Path, environ: Mapping[str, str] | None = None) -> End:
    """Run the program in `folder` until it ends."""
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(folder), **(environ or {})}
    command = [PROGRAM, *arguments]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=PATIENCE)
    return End(done.returncode, done.stdout, done.stderr.splitlines())


def assert_ended(end: End, *problems: str) -> None:
    """Check that each problem has its line on stderr, and that there is nothing else."""
    assert (end.code, end.out) == (1, "")
    assert len(end.lines) == len(problems), end.lines
    for line, problem in zip(end.lines, problems, strict=True):
        assert line.startswith("signer-proxy: "), line
        assert problem in line
    assert "planted-secret" not in "".join(end.lines)


def config(port: int, key: str = '{ command = ["echo", "planted-secret"] }', more: str = "") -> str:
    """Return a config."""
    return f"""
        version = 1
        [upstreams.api]
        url = "https://api.example.com"
        port = {port}
        default_profile = "partner"
        [profiles.partner]
        upstream = "api"
        scheme = "snaptrade-signature"
        client_id = "CLIENT"
        consumer_key = {key}
        {more}
    """


WRONG = {
    "no-toml": ("version =", ["must be TOML, got a mistake"]),
    "version": (config(8080).replace("version = 1", "version = 2"), ["version"]),
    "unknown-key": (config(8080, more='acess = "read"'), ["access"]),
    "variable-missing": (config(8080, '{ env = "NOBODY_SET_ME" }'), ["environment variable NOBODY_SET_ME is not set"]),
    "file-missing": (config(8080, '{ file = "nowhere.key" }'), ["nowhere.key does not exist"]),
    "file-of-others": (
        config(8080, '{ file = "open.key" }'),
        ["open.key must be closed to other users, got mode 0644"],
    ),
    "command-failing": (config(8080, '{ command = ["false"] }'), ["false"]),
    "two-things": (config(0, '{ file = "nowhere.key" }'), ["upstreams.api.port", "nowhere.key does not exist"]),
}


@pytest.mark.parametrize(("text", "problems"), WRONG.values(), ids=WRONG)
def test_wrong_config(tmp_path: Path, text: str, problems: list[str]) -> None:
    """A config that is wrong ends the start with a line for each thing that is."""
    (tmp_path / "signer-proxy.toml").write_text(text, "utf-8")
    (tmp_path / "open.key").write_text("planted-secret", "utf-8")
    (tmp_path / "open.key").chmod(0o644)
    assert_ended(run(tmp_path, "run"), *problems)


def test_named_config_that_is_not_there(tmp_path: Path) -> None:
    """A config that is named is not looked for elsewhere."""
    (tmp_path / "signer-proxy.toml").write_text(config(free_port()), "utf-8")
    assert_ended(run(tmp_path, "run", "--config", "other.toml", environ=VARIABLES), "other.toml does not exist")


def test_no_config(tmp_path: Path) -> None:
    """Without a config and without the two variables the line names both ways out."""
    assert_ended(run(tmp_path, "run"), "no config was found, and SNAPTRADE_CLIENT_ID and SNAPTRADE_CONSUMER_KEY")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_port_in_use(tmp_path: Path, host: str) -> None:
    """A port that is in use, on either address, is named."""
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as other:
        port = other.getsockname()[1]
        (tmp_path / "signer-proxy.toml").write_text(config(port), "utf-8")
        end = run(tmp_path, "run")
    assert_ended(end, f"cannot listen on {host} port {port}: it is in use (stop what listens there, or change")


def test_no_config_but_variables(tmp_path: Path) -> None:
    """With the two variables no config is needed: port 8080 is SnapTrade's."""
    folder = tmp_path / "empty"
    folder.mkdir()
    command = ("/usr/bin/env", "-C", folder, PROGRAM, "run")
    with launched("", tmp_path, {**VARIABLES, "HOME": str(folder)}, command, naming=()) as daemon:
        # Whoever has the port on this machine, it is the one that is asked for.
        line = daemon.wait_for(r"listening on|signer-proxy: ")
        assert "listening on http://127.0.0.1:8080 for snaptrade at https://api.snaptrade.com" in line or (
            "port 8080: it is in use" in line
        )


USAGE = {
    "unknown-command": ["rum"],
    "unknown-option": ["run", "--nope"],
    "option-without-value": ["run", "--config"],
    "too-many-arguments": ["run", "signer-proxy.toml"],
    "no-port": ["sandbox", "--port", "http"],
    "port-too-high": ["sandbox", "--port", "65536"],
}


@pytest.mark.parametrize("arguments", USAGE.values(), ids=USAGE)
def test_wrong_usage(tmp_path: Path, arguments: list[str]) -> None:
    """Wrong usage ends with exit code 2 and says on stderr what is wrong."""
    end = run(tmp_path, *arguments)
    assert (end.code, end.out) == (2, "")
    assert end.lines[-1].startswith("Error: ")


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["run", "--help"], ["demo", "-h"], ["sandbox", "--help"]])
def test_help(tmp_path: Path, arguments: list[str]) -> None:
    """Help goes to stdout."""
    end = run(tmp_path, *arguments)
    assert (end.code, end.lines) == (0, [])
    assert end.out.startswith("Usage: signer-proxy")
