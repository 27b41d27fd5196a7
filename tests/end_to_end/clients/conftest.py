"""A desk with every tool on it, a daemon before the APIs' real host names, and a copy of the recipes."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from starlette.types import ASGIApp

from signer_proxy.cli.sandbox_clients import clients_of, pti_clients_of
from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.pti.application import create_pti
from signer_proxy.settings.configuration import load
from tests.end_to_end.background import Background
from tests.end_to_end.clients.real_hosts import PTI, SNAPTRADE, RealHosts, real_hosts
from tests.end_to_end.daemon import NAME, PATIENCE, free_port, started
from tests.settings.writing import jwk

RECIPES: Final = Path(__file__).parents[3] / "docs" / "recipes"
PACKAGES: Final = Path(__file__).with_name("node_modules")
PORTS: Final = ("8080", "8082", "8888")
"""Those of the daemon, as the recipes name them."""

UPSTREAMS: Final = {"http://127.0.0.1:8090": f"https://{SNAPTRADE}", "http://127.0.0.1:8092/v1": f"https://{PTI}/v1"}
"""What the recipes' config has on this machine, and what it has for the real APIs."""


@dataclass(slots=True)
class Desk:
    """Where recipes are tried."""

    folder: Path
    ports: dict[str, str]
    hosts: RealHosts
    environ: dict[str, str] = field(repr=False)

    def moved(self, text: str) -> str:
        """Put the daemon's ports in the place of those that a text names."""
        return re.sub(rf"\b({'|'.join(PORTS)})\b", lambda found: self.ports[found[0]], text)

    def type(self, script: str) -> str:
        """Run a script as it is typed into a shell; return what it printed, once it has ended well."""
        done = subprocess.run(
            ["bash", "-euc", self.moved(script)],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=2 * PATIENCE,
            check=False,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.fixture(scope="session")
def hosts(background: Background, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealHosts]:
    """Open the APIs' hosts; their sandboxes know the clients of the recipes' config."""
    folder = tmp_path_factory.mktemp("hosts")
    write_config(folder, (RECIPES / "sandbox.toml").read_text("utf-8"))
    configuration = load(folder / NAME, {})

    def opened() -> dict[str, ASGIApp]:
        snaptrade = create_application(clients_of(configuration), limit_per_minute=None)
        return {SNAPTRADE: snaptrade, PTI: create_pti(pti_clients_of(configuration))}

    with background.opened(real_hosts(opened, folder)) as hosts:
        yield hosts


@pytest.fixture(scope="session")
def whole_desk(hosts: RealHosts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Start the daemon of the recipes' config beside a copy of the recipes."""
    assert PACKAGES.is_dir(), "the tools of npm are not installed (run: .ci/tools)"
    folder = tmp_path_factory.mktemp("desk") / "recipes"
    shutil.copytree(RECIPES, folder)
    (folder / "node_modules").symlink_to(PACKAGES)
    desk = Desk(folder, {port: str(free_port()) for port in PORTS}, hosts, {})
    for file in folder.rglob("*"):
        if file.suffix in (".json", ".bru", ".http") and PACKAGES not in file.resolve().parents:
            file.write_text(desk.moved(file.read_text("utf-8")), "utf-8")
    desk.environ |= {
        "PATH": f"{Path(sys.executable).parent}:{PACKAGES / '.bin'}:{os.environ['PATH']}",
        "HOME": str(folder.parent),
        "LANG": "C.UTF-8",
        "SIGNER_PROXY_CONFIG": str(folder / NAME),
    }
    config = (RECIPES / "sandbox.toml").read_text("utf-8")
    for here, there in UPSTREAMS.items():
        config = config.replace(here, there)
    write_config(folder, desk.moved(config))
    way_out = {"HTTPS_PROXY": hosts.proxy, "SSL_CERT_FILE": str(hosts.authority), "HOME": str(folder.parent)}
    with started((folder / NAME).read_text("utf-8"), folder, way_out):
        yield desk


@pytest.fixture
def desk(whole_desk: Desk) -> Desk:
    """Return the desk, before APIs that nobody has used."""
    whole_desk.hosts.begin()
    return whole_desk


def write_config(folder: Path, text: str) -> None:
    """Write a config and the key that it names."""
    (folder / NAME).write_text(text, "utf-8")
    (folder / "pti.jwk").write_text(jwk(), "utf-8")
    (folder / "pti.jwk").chmod(0o600)
