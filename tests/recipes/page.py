"""Pages: text by hand, with regions that are written from the list of calls.

A region stands between two comments, `<!-- NAME -->` and `<!-- end of NAME -->`, which a reader of the page does not
see.
"""

import re
from typing import Final

from tests.recipes.tool import EVERY_WAY, TOOLS
from tests.recipes.way import WAYS

_REGION: Final = re.compile(r"^(<!-- (?!end of )(.+?) -->\n).*?^(<!-- end of \2 -->\n)", re.MULTILINE | re.DOTALL)


_HEAD: Final = "| tool | reverse port | forward port | `exec` | proxy variables |\n|---|---|---|---|---|\n"
# Pages make calls of their own, which tests.end_to_end.test_browser runs.
_BROWSER: Final = "| [a page in Chromium](../browsers.md) | ran | – | – | not run; the page needs `allowed_origins` |\n"


def regions() -> dict[str, str]:
    """Return what stands in each region, by its name."""
    scripts = {f"{tool.name}: {way}": f"```sh\n{tool.script(WAYS[way])}\n```\n" for tool in TOOLS for way in tool.ways}
    return {**scripts, "table": _table()}


def fill(text: str) -> str:
    """Return a page with its regions written anew. Raises KeyError for a region that has no content."""
    content = regions()
    return _REGION.sub(lambda found: f"{found[1]}\n{content[found[2]]}\n{found[3]}", text)


def without_regions(text: str) -> str:
    """Return a page without what is generated."""
    return _REGION.sub("", text)


def named(text: str) -> list[str]:
    """Return the names of a page's regions."""
    return [found[2] for found in _REGION.finditer(text)]


def _table() -> str:
    rows = [
        f"| [{tool.name}]({tool.page}) | "
        + " | ".join("ran" if way in tool.ways else "–" for way in EVERY_WAY)
        + f" | {tool.variables} |\n"
        for tool in TOOLS
    ]
    return _HEAD + "".join(rows) + _BROWSER
