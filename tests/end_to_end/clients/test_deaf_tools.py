"""Tools that ignore the variables which name a proxy, as the table of recipes says, shown on this machine alone."""

import dataclasses
import re
from pathlib import Path

import pytest

from tests.end_to_end.clients.conftest import RECIPES, Desk, write_config
from tests.end_to_end.daemon import NAME, free_port
from tests.recipes.tool import TOOLS, Tool
from tests.recipes.way import REVERSE

TOOLS_BY_NAME = {tool.name: tool for tool in TOOLS}
DEAF = [tool for tool in TOOLS if "exec" not in tool.ways]
OWN_PORTS = re.compile(r"http://127\.0\.0\.1:808[02]\b")


@pytest.fixture
def near_desk(desk: Desk, tmp_path: Path) -> Desk:
    """Return a desk whose config has the sandbox on this machine for its upstream, with no daemon that runs."""
    ports = {port: str(free_port()) for port in desk.ports}
    environ = {**desk.environ, "SIGNER_PROXY_CONFIG": str(tmp_path / NAME)}
    near = dataclasses.replace(desk, folder=tmp_path, ports=ports, environ=environ)
    config = (RECIPES / "sandbox.toml").read_text("utf-8")
    write_config(tmp_path, near.moved(config.replace("8090", str(desk.hosts.port))))
    return near


def verdicts(tool: Tool, desk: Desk) -> set[str | None]:
    """Run a tool under `exec` against the upstream's URL, and return the verdicts on what arrived."""
    script = OWN_PORTS.sub(f"http://127.0.0.1:{desk.hosts.port}", tool.script(REVERSE))
    (desk.folder / "script.sh").write_text(script, "utf-8")
    said = desk.type("signer-proxy exec -- sh script.sh || true")
    assert desk.hosts.arrivals, said
    return {arrival.verdict for arrival in desk.hosts.arrivals}


def test_others_are_signed(near_desk: Desk) -> None:
    """What honours the variables is verified, so that what is refused below is refused for want of that."""
    assert verdicts(TOOLS_BY_NAME["curl"], near_desk) == {"verified"}


@pytest.mark.parametrize("tool", DEAF, ids=lambda tool: tool.name)
def test_deaf_tools_go_straight(tool: Tool, near_desk: Desk) -> None:
    """What ignores them comes to the API past the proxy, signed with a key that nobody knows."""
    assert tool.variables.startswith("ignored")
    assert verdicts(tool, near_desk) == {"refused"}
