"""A daemon with something of everything to show: profiles of two schemes, a token, a rate limit, good and bad answers.

Run `python -m tests.end_to_end.admin.scene` to take the picture in docs/status.md anew.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from signer_proxy.crypto.rsa_key import PrivateKey
from tests.end_to_end.admin.watched import Watched, watched
from tests.end_to_end.background import Background
from tests.end_to_end.chromium import chromium
from tests.end_to_end.client_side.parties import open_parties
from tests.end_to_end.client_side.profiles import jwt, of_partner, signed, upstream, write_key
from tests.end_to_end.daemon import free_port
from tests.end_to_end.wire import Reply, ask, request

TOKEN_LIFE: Final = 3600
PICTURE: Final = Path(__file__).parents[3] / "docs" / "images" / "status.png"


@contextmanager
def open_scene(background: Background, folder: Path) -> Iterator[Watched]:
    """Start the daemon, before any request."""
    key = PrivateKey.new()
    write_key(folder, key)
    with open_parties(background, "alice", key=key, token_life=TOKEN_LIFE, limit_per_minute=250) as parties:
        config = [
            f"version = 1\n[proxy]\nadmin_port = ADMIN\nforward_port = {free_port()}",
            upstream(parties.api_origin, "partner"),
            signed("partner", 'access = "trade"', 'deny = ["DELETE /snapTrade/**"]'),
            jwt("alice", of_partner(parties, parties.log_in("alice")), 'access = "read"'),
        ]
        with watched("\n".join(config), folder) as running:
            yield running


def send(scene: Watched, method: str, target: str, *headers: str, body: bytes = b"") -> Reply:
    """Send a request through the daemon."""
    return ask(scene.daemon.port, request(scene.daemon.port, method, target, *headers, body=body))


def play(scene: Watched) -> None:
    """Send requests of all kinds."""
    for _ in range(4):
        send(scene, "GET", "/snapTrade/partners")
    send(scene, "POST", "/snapTrade/registerUser", body=b'{"userId": "carol"}')
    send(scene, "GET", "/accounts", "Signer-Profile: alice")
    send(scene, "POST", "/trade/place", "Signer-Profile: alice", body=b"{}")
    send(scene, "DELETE", "/snapTrade/deleteUser?userId=carol")
    send(scene, "GET", "/accounts", "Origin: https://evil.example")
    send(scene, "GET", "/accounts/917c8734-8470-4a3e-a18f-57c3f2ee6631/balances?userId=nobody")
    send(scene, "GET", "/accounts", "Signer-Profile: alice")


def take_picture(background: Background, folder: Path) -> None:
    """Take the picture."""
    with open_scene(background, folder) as scene, chromium("--no-proxy-server") as browser:
        play(scene)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        page.goto(scene.url)
        page.wait_for_selector("#rows tr")
        PICTURE.parent.mkdir(exist_ok=True)
        page.screenshot(path=PICTURE)


if __name__ == "__main__":
    background = Background()
    try:
        with tempfile.TemporaryDirectory() as folder:
            take_picture(background, Path(folder))
    finally:
        background.close()
