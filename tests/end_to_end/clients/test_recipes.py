"""Every tool, run as its recipe says: what left it unsigned arrives at the API signed."""

import re

import pytest

from tests.end_to_end.clients.conftest import Desk
from tests.end_to_end.clients.real_hosts import PTI, SNAPTRADE
from tests.recipes.tool import TOOLS, Tool
from tests.recipes.way import WAYS, Name

RECIPES = [pytest.param(tool, way, id=f"{tool.name}-{way}") for tool in TOOLS for way in tool.ways]
HOSTS = {"snaptrade": (SNAPTRADE, ""), "pti": (PTI, "/v1")}


@pytest.mark.parametrize(("tool", "way"), RECIPES)
def test_recipe(tool: Tool, way: Name, desk: Desk) -> None:
    """The calls arrive once each, in order, from this very tool, verified; what they are answered is printed."""
    said = desk.type(tool.script(WAYS[way]))
    calls = tool.calls(WAYS[way])
    arrived = [(each.host, each.method, each.path, each.content, each.status) for each in desk.hosts.arrivals]
    assert arrived == [
        (HOSTS[call.api][0], call.method, HOSTS[call.api][1] + call.path, call.content, call.status)
        for call in calls
        if call.is_sent
    ], said
    assert {each.verdict for each in desk.hosts.arrivals} == {"verified"}
    assert all(re.search(tool.agent, each.agent) for each in desk.hosts.arrivals), desk.hosts.arrivals
    assert "zoë" in said
    assert "Account not found" in said, said
    assert ("HTTP/2" in said) == ("HTTP/2" in tool.name)
    assert ("access-denied" in said) == any(not call.is_sent for call in calls), said
