"""What axe-core finds on a page: faults that shut out people who use it by keyboard, screen reader or large print."""

from pathlib import Path

from playwright.sync_api import Page

_PACKAGE = Path(__file__).with_name("node_modules") / "axe-core"


def faults(page: Page, within: str | None = None) -> list[str]:
    """Return each fault, and where it is; of a whole page, or of what a selector finds there."""
    assert _PACKAGE.is_dir(), "axe-core is not installed (run: .ci/tools)"
    page.evaluate((_PACKAGE / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("within => axe.run(within ?? document)", within)
    return [f"{fault['id']}: {node['html']}" for fault in found["violations"] for node in fault["nodes"]]
