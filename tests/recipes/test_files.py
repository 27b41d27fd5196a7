"""What is generated is what lies there, and holds plain requests alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from signer_proxy.operations import pti, snaptrade
from signer_proxy.operations.operation import Access
from tests.recipes import page, postman
from tests.recipes.__main__ import FOLDER, written
from tests.recipes.calls import CALLS, Call
from tests.recipes.tool import TOOLS, Tool

PAGES = sorted(FOLDER.glob("*.md"))
OPERATIONS = {"snaptrade": snaptrade.OPERATIONS, "pti": pti.OPERATIONS}


@pytest.mark.parametrize("file", written(), ids=lambda file: file.name)
def test_regenerating_changes_nothing(file: Path) -> None:
    """`make recipes` was run after the last change of the list of calls."""
    assert file.read_text("utf-8") == written()[file]


@pytest.mark.parametrize("folder", ["postman", "bruno"])
def test_nothing_else_lies_there(folder: str) -> None:
    """A call that left the list left the collections, too."""
    assert {file for file in (FOLDER / folder).rglob("*") if file.is_file()} <= set(written())


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_pages(tool: Tool) -> None:
    """A tool's page shows what is run on each of its ways."""
    shown = page.named((FOLDER / tool.page).read_text("utf-8"))
    assert {f"{tool.name}: {way}" for way in tool.ways} <= set(shown)


def test_every_region_stands_once() -> None:
    """Nothing is generated that no page shows, and nothing is shown twice."""
    shown = [name for file in PAGES for name in page.named(file.read_text("utf-8"))]
    assert sorted(shown) == sorted(page.regions())


def test_collection_has_no_script() -> None:
    """Postman signs nothing: no script runs before or after a request, and no header or variable holds a key."""
    collection: dict[str, Any] = json.loads(written()[FOLDER / postman.COLLECTION])
    assert set(collection) == {"info", "item"}
    assert all(set(item) == {"name", "request"} for item in collection["item"])
    assert all(item["request"]["header"] == [] for item in collection["item"])
    assert len(collection["item"]) == len(CALLS)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.title)
def test_calls_are_operations(call: Call) -> None:
    """A call of the list is an operation of the API's description, and only what moves money is not sent."""
    operation = OPERATIONS[call.api].find(call.method, call.path)
    assert operation is not None
    assert call.is_sent == (operation.access <= Access.WRITE)
