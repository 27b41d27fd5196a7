"""The Chromium of this machine, without a window and without what it does on its own over the network."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

_ARGUMENTS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """Open a browser with further command line `arguments`; the thread can run no event loop until it is closed."""
    program = shutil.which("chromium")
    assert program is not None, "chromium is missing: install it with .ci/tools"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*_ARGUMENTS, *arguments])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """Open a page in a browser that knows nothing yet."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(url)
        yield page
