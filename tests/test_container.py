"""Dockerfile and compose.yaml keep what docs/service.md says of them, as far as that shows without Docker."""

import json
import socket
import subprocess
import sys
import threading
import tomllib
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from dockerfile_parse import DockerfileParser

from signer_proxy.settings.configuration import load
from tests.settings.writing import write

ROOT = Path(__file__).parents[1]


@pytest.fixture(name="steps", scope="module")
def dockerfile_steps() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions with their values."""
    parser = DockerfileParser(path=str(ROOT / "Dockerfile"), cache_content=True)
    return [(step["instruction"], step["value"]) for step in parser.structure if step["instruction"] != "COMMENT"]


@pytest.fixture(name="service", scope="module")
def compose_service() -> dict[str, Any]:
    """Return the one service of compose.yaml."""
    (service,) = composed()["services"].values()
    found: dict[str, Any] = service
    return found


def composed() -> dict[str, Any]:
    """Return compose.yaml."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return found


def values(steps: list[tuple[str, str]], instruction: str) -> list[str]:
    """Return the values of one kind of instruction."""
    return [value for name, value in steps if name == instruction]


def test_user(steps: list[tuple[str, str]]) -> None:
    """The daemon runs as a number that is not root's, and stops by the signal that it knows."""
    (user,) = values(steps, "USER")
    assert all(int(number) > 0 for number in user.split(":"))
    assert values(steps, "STOPSIGNAL") == ["SIGTERM"]
    assert (values(steps, "ENTRYPOINT"), values(steps, "CMD")) == (['["signer-proxy"]'], ['["run"]'])


def test_locked(steps: list[tuple[str, str]]) -> None:
    """All that is installed from a registry is checked by its hash, and no registry is named."""
    installed = [part for run in values(steps, "RUN") for part in run.split("&&") if "install" in part]
    assert [part for part in installed if "--require-hashes" not in part and "--no-deps" not in part] == []
    assert [run for run in values(steps, "RUN") if "://" in run or "index" in run] == []
    assert "--require-hashes" in "".join(installed)


def test_stages(steps: list[tuple[str, str]]) -> None:
    """The last stage takes the environment from the first one, and no file of the checkout."""
    last = max(place for place, (instruction, _) in enumerate(steps) if instruction == "FROM")
    assert values(steps[last:], "COPY") == ["--from=build /opt/signer-proxy /opt/signer-proxy"]
    assert values(steps[last:], "RUN") == []


def test_copied_is_there(steps: list[tuple[str, str]]) -> None:
    """What the first stage copies exists, .dockerignore lets it through, and nothing else."""
    copied = {name for value in values(steps, "COPY") if "--from" not in value for name in value.split()[:-1]}
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {line.removeprefix("!") for line in lines if line.startswith("!")} == copied
    assert "*" in lines
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_health(steps: list[tuple[str, str]]) -> None:
    """The health check asks the admin port that the container's config opens, which stays inside."""
    (check,) = values(steps, "HEALTHCHECK")
    config = tomllib.loads((ROOT / "config" / "container.toml").read_text("utf-8"))
    program, *_, code = json.loads(check[check.index("[") :])
    assert program == "python"
    compile(code, "HEALTHCHECK", "exec")
    assert f"http://127.0.0.1:{config['proxy']['admin_port']}/healthz" in code
    ports = {upstream["port"] for upstream in config["upstreams"].values()}
    assert {int(port) for value in values(steps, "EXPOSE") for port in value.split()} == ports


def test_health_behind_a_proxy(steps: list[tuple[str, str]], tmp_path: Path) -> None:
    """The proxy that the environment names for the API, which cannot reach our port, is not asked."""
    (check,) = values(steps, "HEALTHCHECK")
    code: str = json.loads(check[check.index("[") :])[-1]
    write(tmp_path / "healthz", "")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with socket.socket() as closed, ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        closed.bind(("127.0.0.1", 0))
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            done = subprocess.run(
                [sys.executable, "-c", code.replace(":8079/", f":{server.server_port}/")],
                env={name: f"http://127.0.0.1:{closed.getsockname()[1]}" for name in ("http_proxy", "HTTP_PROXY")},
                capture_output=True,
                check=False,
            )
        finally:
            server.shutdown()
            serving.join()
    assert done.returncode == 0, done.stderr.decode()


def test_ports(service: dict[str, Any]) -> None:
    """Only this machine reaches the ports that are mapped, and the admin port is not one of them."""
    assert [port for port in service["ports"] if not port.startswith("127.0.0.1:")] == []
    assert [port for port in service["ports"] if "8079" in port] == []


def test_hardening(service: dict[str, Any]) -> None:
    """Nothing can be written but what is gone with the container, and no right can be had."""
    assert service["read_only"] is True
    assert {place.partition(":")[0] for place in service["tmpfs"]} == {"/tmp", "/state"}
    assert (service["cap_drop"], service["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    assert all(volume.endswith(":ro") for volume in service["volumes"])
    assert "privileged" not in service


def test_secrets(service: dict[str, Any], tmp_path: Path) -> None:
    """The container's config finds each secret by its name, the environment holds none, and git sees none."""
    secrets = composed()["secrets"]
    assert set(secrets) == set(service["secrets"])
    for name in secrets:
        write(tmp_path / name, f"value-of-{name}")
    directory = service["environment"]["CREDENTIALS_DIRECTORY"]
    assert directory == "/run/secrets"
    configuration = load(ROOT / "config" / "container.toml", {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    found = {secret.get_secret_value() for secret in configuration.secrets.values()}
    assert found == {f"value-of-{name}" for name in secrets}
    assert {Path(secret["file"]).parent.name for secret in secrets.values()} == {"secrets"}
    assert "/secrets/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert set(service["environment"]) == {"CREDENTIALS_DIRECTORY"}
