"""The picture of the inspector in the docs: `python -m tests.end_to_end.inspector.picture` takes it anew."""

import tempfile
from pathlib import Path
from typing import Final

from signer_proxy.crypto.rsa_key import PrivateKey
from tests.end_to_end.background import Background
from tests.end_to_end.chromium import chromium
from tests.end_to_end.inspector.stage import JSON, Stage, opened
from tests.end_to_end.recording import recording_upstream

PICTURE: Final = Path(__file__).parents[3] / "docs" / "images" / "inspector.png"


def play(stage: Stage) -> None:
    """Make the exchanges that are on it."""
    stage.call("partner", "GET", "/accounts")
    stage.call("bob", "GET", "/accounts")
    stage.call("pti-signed", "GET", "/v1/users")
    stage.call("pti-token", "GET", "/v1/users")
    stage.call("raw-reader", "POST", "/trade/place", JSON, body=b"{}")
    stage.call("partner", "POST", "/symbols?userId=alice", JSON, body='{"substring": "Nestlé"}'.encode())


def take_picture(background: Background, folder: Path) -> None:
    """Take the picture."""
    with (
        background.opened(recording_upstream(background)) as recorder,
        opened(recorder, PrivateKey.new(), folder) as stage,
        chromium("--no-proxy-server") as browser,
    ):
        play(stage)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        page.goto(stage.ui.url)
        page.locator(".flow-table tbody tr", has_text="/symbols").click()
        page.get_by_text("The exact string").wait_for()
        page.screenshot(path=PICTURE)


if __name__ == "__main__":
    background = Background()
    try:
        with tempfile.TemporaryDirectory() as folder:
            take_picture(background, Path(folder))
    finally:
        background.close()
