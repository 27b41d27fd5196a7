"""Chromium with the explicit proxy as its own: a foreign page causes no request there either."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.end_to_end.chromium import chromium, opened
from tests.end_to_end.daemon import Daemon, free_port, started
from tests.end_to_end.page_server import page_server
from tests.end_to_end.test_browser_foreign import ELEMENT, FETCH

API = "http://api.vendor.invalid/accounts"
"""To a browser no trustworthy URL, so it sends no Sec-Fetch-Site there."""
SILENT = {
    "fetch": FETCH.format(options='{mode: "no-cors", referrerPolicy: "no-referrer"}'),
    "image": ELEMENT.format(tag="img", attribute="src", place="body"),
    "script": ELEMENT.format(tag="script", attribute="src", place="head"),
    "frame": ELEMENT.format(tag="iframe", attribute="src", place="body"),
}


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Start a daemon with a forward port, whose upstream is the API that nobody reaches."""
    text = f"""
        version = 1
        [proxy]
        forward_port = {free_port()}
        [upstreams.api]
        url = "https://api.vendor.invalid"
        port = {free_port()}
        default_profile = "partner"
        [profiles.partner]
        upstream = "api"
        scheme = "snaptrade-signature"
        client_id = "CLIENT"
        consumer_key = "api-consumer-key"
    """
    with started(text, tmp_path_factory.mktemp("forward")) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def browser(daemon: Daemon) -> Iterator[Browser]:
    """Open Chromium with the proxy for all but the pages of the tests."""
    line = daemon.wait_for("as an explicit proxy")
    address = line.split("listening on ")[1].split(" ")[0]
    with chromium(f"--proxy-server={address}", "--proxy-bypass-list=127.0.0.1") as browser:
        yield browser


@pytest.mark.parametrize("trick", SILENT.values(), ids=SILENT)
def test_foreign_page(browser: Browser, daemon: Daemon, trick: str) -> None:
    """What a page sends without saying which page it is ends at the guard."""
    since = len(daemon.lines)
    with page_server() as port, opened(browser, f"http://127.0.0.1:{port}") as page:
        page.evaluate(trick, API)
    daemon.wait_for(r"GET api\.vendor\.invalid:80/accounts 403 guard-origin", since=since)
    assert not any(" 502 " in line for line in daemon.lines[since:])
