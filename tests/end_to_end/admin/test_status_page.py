"""The status page in Chromium: it shows what happens as it happens, to everybody, and nothing that is secret."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, expect

from tests.end_to_end.admin.scene import open_scene, play, send
from tests.end_to_end.admin.watched import Watched
from tests.end_to_end.background import Background
from tests.end_to_end.chromium import chromium
from tests.end_to_end.client_side.parties import CONSUMER_KEY
from tests.end_to_end.daemon import PATIENCE, started
from tests.end_to_end.pages.accessible import faults

SIZES: dict[str, ViewportSize] = {
    "desk": {"width": 1280, "height": 860},
    "phone": {"width": 390, "height": 844},
    "zoom": {"width": 320, "height": 640},
}


@pytest.fixture(scope="module")
def scene(background: Background, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Start a daemon, and send it requests of all kinds."""
    with open_scene(background, tmp_path_factory.mktemp("scene")) as scene:
        play(scene)
        yield scene


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Open Chromium."""
    with chromium("--no-proxy-server") as browser:
        yield browser


def watch(page: Page, scene: Watched) -> list[str]:
    """Open the page and wait until it shows something; return where its errors go."""
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            errors.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(scene.url)
    expect(page.get_by_role("status").first).to_have_text("Live")
    expect(page.locator("#rows tr").first).to_be_visible()
    return errors


@pytest.fixture
def page(browser: Browser, scene: Watched) -> Iterator[Page]:
    """Open the page; nothing may be wrong with it in the end."""
    with browser.new_context() as context:
        page = context.new_page()
        errors = watch(page, scene)
        yield page
        assert errors == []


def test_what_is_shown(page: Page, scene: Watched) -> None:
    """Listeners, upstreams, profiles and rate limits are there, each by its name."""
    for place, texts in {
        "Listeners and upstreams": [f"http://127.0.0.1:{scene.daemon.port}", "as partner", scene.url.rstrip("/")],
        "Profiles": ["snaptrade-signature for api", "PARTNER", "DELETE /snapTrade/**", "SHA256:", "ends in 59 min"],
        "Rate limits": [" of 250 left"],
        "Last reload": ["None since the start."],
        "Requests since the start": ["answered", "refused", "failed", "held", "median"],
    }.items():
        for text in texts:
            expect(page.get_by_role("region", name=place)).to_contain_text(text)


def test_live(page: Page, scene: Watched) -> None:
    """An exchange appears without a reload of the page, first of all."""
    send(scene, "GET", "/this-very-moment?secret=value")
    first = page.locator("#rows tr").first
    expect(first).to_contain_text("GET /this-very-moment")
    expect(first).to_contain_text("404")


def test_countdown(page: Page) -> None:
    """The life of a token is seen to end, second by second."""
    meter = page.get_by_role("meter", name="Life left of the token of alice")
    before = float(str(meter.get_attribute("value") or meter.evaluate("meter => meter.value")))
    page.wait_for_function("before => document.querySelector('.life meter').value < before - 1", arg=before)
    assert meter.evaluate("meter => meter.max") == pytest.approx(3600, abs=2)


def test_detail(page: Page) -> None:
    """An exchange opens by keyboard alone, tells what was done to it, and gives the focus back."""
    button = page.get_by_role("button", name="POST /snapTrade/registerUser")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="POST /snapTrade/registerUser")
    for text in ("clientId, timestamp, Signature", "partner, snaptrade-signature", "write", "upstream", "our own"):
        expect(dialog).to_contain_text(text)
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(button).to_be_focused()


def test_selected_text(page: Page) -> None:
    """A request's button opens it whatever is selected; a click that ends a selection in its row does not."""
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#numbers'))")
    page.locator("#rows tr td.time").first.evaluate("cell => cell.click()")
    expect(page.get_by_role("dialog")).not_to_be_visible()
    page.locator("#rows button").first.evaluate("button => button.click()")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_without_scripts(browser: Browser, scene: Watched) -> None:
    """Without scripts the page says what it needs and where the same is told, and nothing that is not so."""
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(scene.url)
        expect(page.get_by_text("This page needs scripts")).to_be_visible()
        assert page.get_by_role("link").get_attribute("href") == "/status.json"
        for place in ("main", "#connection", ".skip"):
            expect(page.locator(place)).not_to_be_visible()


def test_filter(page: Page) -> None:
    """Words narrow the list, in any order."""
    page.get_by_label("Filter").fill("alice 403")
    expect(page.locator("#rows tr:visible")).to_have_count(1)
    expect(page.locator("#rows tr:visible")).to_contain_text("access-denied")
    page.get_by_label("Filter").fill("")
    expect(page.locator("#rows tr:visible")).not_to_have_count(1)


def test_focus_stays(page: Page, scene: Watched) -> None:
    """What comes in takes the focus from nobody."""
    button = page.get_by_role("button", name="POST /snapTrade/registerUser")
    button.focus()
    send(scene, "GET", "/while-somebody-reads")
    expect(page.locator("#rows")).to_contain_text("/while-somebody-reads")
    expect(button).to_be_focused()


def test_refused_reload(page: Page, scene: Watched) -> None:
    """A config that cannot be used is told on top of the page, until it is mended."""
    text = scene.daemon.config.read_text("utf-8")
    scene.daemon.config.write_text(text.replace('"snaptrade-jwt"', '"snaptrade-jw"'), "utf-8")
    banner = page.locator("#reload-refused")
    expect(banner).to_contain_text("The changed config was refused; the last good one stays in use.")
    expect(banner).to_contain_text('must have a known scheme, got "snaptrade-jw"')
    scene.daemon.config.write_text(text, "utf-8")
    expect(banner).to_be_empty()
    expect(page.get_by_role("region", name="Last reload")).to_contain_text("in use at")


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(browser: Browser, scene: Watched, scheme: str, size: ViewportSize) -> None:
    """Nobody is shut out, in neither scheme and at no size; nothing sticks out of the window."""
    with browser.new_context(viewport=size, color_scheme="dark" if scheme == "dark" else "light") as context:
        page = context.new_page()
        errors = watch(page, scene)
        assert faults(page) == []
        page.locator("#rows button").first.click()
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert errors == []


def test_no_secrets(page: Page) -> None:
    """No secret, query or signature is in the page, open or hidden."""
    page.locator("#rows button").first.click()
    html = page.content()
    for secret in (CONSUMER_KEY, "user-secret-of-alice", "secret=value", "userId=", "Bearer ", "-----BEGIN"):
        assert secret not in html
    assert not re.search(r"eyJ[A-Za-z0-9_-]{10}", html), "a token"


def test_nothing_from_elsewhere(page: Page, scene: Watched) -> None:
    """The page asks its own port and nobody else."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(page.get_by_role("status").first).to_have_text("Live")
    assert len(asked) >= 4
    assert [url for url in asked if not url.startswith(scene.url)] == []


def test_lost(browser: Browser, background: Background, tmp_path: Path) -> None:
    """A page says when the daemon is gone, and goes on by itself when it is there again."""
    with browser.new_context() as context:
        page = context.new_page()
        with open_scene(background, tmp_path) as scene:
            send(scene, "GET", "/accounts")
            watch(page, scene)
            text = scene.daemon.config.read_text("utf-8")
        connection = page.locator("#connection")
        expect(connection).to_have_text("The daemon does not answer; trying again …")
        with started(text, tmp_path, scene.environ):
            expect(connection).to_have_text("Live", timeout=PATIENCE * 1000)
