"""The page in a browser: exchanges appear, filters find them, replays are sent, and nothing secret is on it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.end_to_end.chromium import chromium
from tests.end_to_end.inspector.day import live
from tests.end_to_end.inspector.stage import JSON, Stage
from tests.end_to_end.inspector.test_redaction import seen
from tests.end_to_end.pages.accessible import faults

ROWS: Final = ".flow-table tbody tr"
SEARCH: Final = "input[placeholder='Search']"
FILTERS: Final = {
    "~comment pti-signature": ["/v1/users"],
    "~marked": ["/trade/place"],
    "~comment answered": ["/accounts", "/v1/users"],
}
MITMPROXYS: Final = {
    "button-name": "the button that closes an exchange is an icon",
    "color-contrast": "its small grey and coloured labels",
    "empty-table-header": "the columns of icons have no heading",
    "landmark-one-main": "the page has no <main>",
    "landmark-unique": "both rows of tabs are a <nav> without a name",
    "link-name": "the link that repeats a request is an icon",
    "page-has-heading-one": "the page has no <h1>",
    "region": "for want of a <main>, nothing is in a landmark",
    "scrollable-region-focusable": "the text of a view scrolls sideways, and cannot have the focus",
}
"""By axe-core's rule, why mitmproxy's page breaks it; none of it can be mended but in that page."""


@dataclass(slots=True)
class Opened:
    """The page, and all that has come to it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list, repr=False)

    def listen(self) -> None:
        """Note what the console says, and the messages of web sockets."""
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("websocket", lambda socket: self._listen_to(socket))

    def _listen_to(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.messages.append(str(frame)))


@pytest.fixture
def opened(stage: Stage) -> Iterator[Opened]:
    """Open the page, with nothing on it."""
    stage.ui.ask("POST", "/clear")
    with chromium() as browser, browser.new_context(viewport={"width": 1280, "height": 860}) as context:
        opened = Opened(context.new_page())
        opened.listen()
        opened.page.goto(stage.ui.url)
        expect(opened.page.get_by_text("mitmproxy 1")).to_be_visible()
        yield opened
        assert opened.complaints == []
        assert stage.ui.password not in opened.page.url


def test_exchanges_appear(stage: Stage, opened: Opened) -> None:
    """A request appears while the page is open, and its view shows the very string that was signed."""
    stage.call("raw-reader", "POST", "/symbols", JSON, body=b'{"substring": "NESN"}')
    row = opened.page.locator(ROWS, has_text="/symbols")
    expect(row).to_contain_text("raw-reader · snaptrade-signature · answered 200")
    row.click()
    shown = opened.page.locator(".contentview")
    expect(shown).to_contain_text(stage.ui.exact(stage.ui.last()))


def test_a_request_without_a_body(stage: Stage, opened: Opened) -> None:
    """A GET, too, shows how it was signed, and the page asks for that again when the request is done."""
    stage.call("partner", "GET", "/accounts")
    opened.page.locator(ROWS, has_text="/accounts").click()
    expect(opened.page.locator(".contentview")).to_contain_text("partner, snaptrade-signature, for upstream api")


def test_filters(stage: Stage, opened: Opened) -> None:
    """The filters of mitmproxy find exchanges by comment and by marker."""
    stage.call("partner", "GET", "/accounts")
    stage.call("pti-signed", "GET", "/v1/users")
    stage.call("raw-reader", "POST", "/trade/place", JSON, body=b"{}")
    rows = opened.page.locator(ROWS, has_text="·")
    expect(rows).to_have_count(3)
    for expression, paths in FILTERS.items():
        opened.page.locator(SEARCH).fill(expression)
        expect(rows).to_have_count(len(paths))
        for path in paths:
            expect(rows.filter(has_text=path)).to_be_visible()


def test_replay(stage: Stage, opened: Opened) -> None:
    """The page's replay is signed afresh: the API says so in a second exchange."""
    stage.call("partner", "GET", "/accounts")
    opened.page.locator(ROWS, has_text="/accounts").click()
    opened.page.get_by_text("Replay", exact=True).click()
    expect(opened.page.locator(ROWS, has_text="answered 200")).to_have_count(2)
    verdicts = [value for name, value in stage.ui.last()["response"]["headers"] if name == "sandbox-verdict"]
    assert verdicts == ["verified"]


def test_no_secret_in_the_page(stage: Stage, opened: Opened) -> None:
    """Neither the page, whichever exchange is opened, nor what comes to it holds a secret."""
    secrets = live(stage)
    rows = opened.page.locator(ROWS).filter(has_text="·")
    expect(rows).to_have_count(len(stage.ui.flows()))
    told: dict[str, str] = {}
    for number in range(rows.count()):
        rows.nth(number).click()
        for tab in ("Request", "Response"):
            opened.page.locator(".nav-tabs").last.get_by_text(tab, exact=True).click()
            expect(opened.page.locator(".contentview")).to_be_visible()
            told[f"{number} {tab}"] = opened.page.content()
    told["messages"] = "".join(opened.messages)
    assert "flows/add" in told["messages"]
    assert seen(secrets, told) == {}


def test_accessible(stage: Stage, opened: Opened) -> None:
    """What shuts somebody out is mitmproxy's own, and known; what our views show does not."""
    stage.call("partner", "POST", "/snapTrade/login")
    opened.page.locator(ROWS, has_text="answered 200").click()
    for tab, text in {"Request": "The exact string", "Response": "Opened with a key"}.items():
        opened.page.locator(".nav-tabs").last.get_by_text(tab, exact=True).click()
        expect(opened.page.locator(".contentview")).to_contain_text(text)
        found = faults(opened.page)
        assert [fault for fault in found if fault.partition(":")[0] not in MITMPROXYS] == []
        # It is mitmproxy's element that scrolls: `<pre>`, without what is in it.
        assert set(faults(opened.page, ".contentview")) <= {"scrollable-region-focusable: <pre>"}
