"""Chromium, and pages that the config does not allow: they read nothing and cause no request upstream."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Frame, Page, Route

from tests.end_to_end.chromium import chromium, opened
from tests.end_to_end.conftest import Sandbox, config
from tests.end_to_end.daemon import Daemon, started
from tests.end_to_end.page_server import page_server
from tests.end_to_end.recording import Recording
from tests.end_to_end.verdicts import assert_nothing_sent
from tests.faulty_upstream import saying

REBOUND = "evil.example"
SECRET = "read-by-a-page"
# As careless as an API could be.
FROM_API = (
    b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Type: text/html\r\nContent-Length: 14\r\n\r\n"
    + SECRET.encode()
)

ELEMENT = """url => new Promise(resolve => {{
    const element = Object.assign(document.createElement("{tag}"), {{{attribute}: url}})
    element.onload = () => resolve("loaded: " + (element.contentDocument?.body.innerText ?? ""))
    element.onerror = () => resolve("refused")
    document.{place}.append(element)
}})"""
FETCH = """url => fetch(url, {options}).then(
    async answer => answer.type + await answer.text(), () => "refused"
)"""
FORM = """url => new Promise(resolve => {{
    const name = "inside" + document.forms.length
    const frame = Object.assign(document.createElement("iframe"), {{name}})
    document.body.append(frame)
    const form = Object.assign(document.createElement("form"), {{action: url, method: "{method}", target: name}})
    form.enctype = "text/plain"
    form.innerHTML = '<input name=\\'{{"trade_id": "\\' value=\\'"}}\\'>'
    document.body.append(form)
    frame.onload = () => resolve("loaded: " + (frame.contentDocument?.body.innerText ?? ""))
    form.submit()
}})"""

TRICKS = {
    "fetch-cors": FETCH.format(options="{}"),
    "fetch-cors-credentials": FETCH.format(options='{credentials: "include"}'),
    "fetch-cors-preflight": FETCH.format(options='{headers: {"Signer-Profile": "partner"}}'),
    "fetch-cors-post": FETCH.format(options='{method: "POST", body: "{}"}'),
    "fetch-cors-post-json": FETCH.format(
        options='{method: "POST", headers: {"Content-Type": "application/json"}, body: "{}"}'
    ),
    "fetch-cors-delete": FETCH.format(options='{method: "DELETE"}'),
    "fetch-no-cors": FETCH.format(options='{mode: "no-cors"}'),
    "fetch-no-cors-post": FETCH.format(options='{mode: "no-cors", method: "POST", body: "{}"}'),
    "fetch-no-referrer": FETCH.format(options='{mode: "no-cors", referrerPolicy: "no-referrer"}'),
    "form-get": FORM.format(method="get"),
    "form-post": FORM.format(method="post"),
    "image": ELEMENT.format(tag="img", attribute="src", place="body"),
    "script": ELEMENT.format(tag="script", attribute="src", place="head"),
    "style": ELEMENT.format(tag="link", attribute='rel: "stylesheet", href', place="head"),
    "frame": ELEMENT.format(tag="iframe", attribute="src", place="body"),
    "object": ELEMENT.format(tag="object", attribute="data", place="body"),
    "beacon": "url => String(navigator.sendBeacon(url, '{}'))",
    "event-source": "url => new Promise(done => { new EventSource(url).onerror = () => done('refused') })",
    "web-socket": "url => new Promise(done => { new WebSocket(url.replace('http', 'ws')).onerror = () => done('') })",
}
STARTS = ("http://127.0.0.1:{other}", "http://localhost:{allowed}", f"http://{REBOUND}:{{other}}")
"""Another port of the allowed page's host, another name of the allowed page's server, a page from far away."""


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    """Serve the allowed page and another."""
    with page_server() as allowed, page_server() as other:
        yield {"allowed": allowed, "other": other}


@pytest.fixture(scope="module")
def daemon(
    sandbox: Sandbox, recorder: Recording, ports: dict[str, int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Daemon]:
    """Start a daemon that the allowed page may call."""
    text = config(sandbox, recorder, f'allowed_origins = ["http://127.0.0.1:{ports["allowed"]}"]')
    with started(text, tmp_path_factory.mktemp("foreign")) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def browser(daemon: Daemon) -> Iterator[Browser]:
    """Open Chromium, to which a foreign name is an address of this machine, and the daemon as far away as any server.

    What browsers do of their own to keep pages from this machine (Local Network Access) plays no part then.
    """
    like_any_other = f"--ip-address-space-overrides=127.0.0.1:{daemon.port}=public"
    with chromium("--no-proxy-server", f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1", like_any_other) as browser:
        yield browser


@pytest.fixture
def upstream(upstream: Recording) -> Recording:
    """Let the upstream answer as no API should."""
    upstream.begin(saying(FROM_API))
    return upstream


def assert_refused(said: object, daemon: Daemon, upstream: Recording, since: int, code: str = "guard-origin") -> None:
    """Check that a page's request came to the daemon and no further, and that the page read nothing."""
    daemon.wait_for(rf" 403 {code} ", since=since)
    assert SECRET not in str(said)
    assert_nothing_sent(daemon, upstream)


@pytest.fixture(scope="module")
def foreign(browser: Browser, ports: dict[str, int]) -> Iterator[dict[str, Page]]:
    """Open a page at each start, for all tricks."""
    with ExitStack() as stack:
        yield {start: stack.enter_context(opened(browser, start.format(**ports))) for start in STARTS}


@pytest.mark.parametrize("start", STARTS, ids=["same-site", "other-name", "other-site"])
@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_foreign_page(foreign: dict[str, Page], daemon: Daemon, upstream: Recording, start: str, trick: str) -> None:
    """Whatever a foreign page lets its browser send ends at the guard."""
    since = len(daemon.lines)
    said = foreign[start].evaluate(trick, f"http://127.0.0.1:{daemon.port}/accounts")
    assert_refused(said, daemon, upstream, since)


@pytest.fixture(scope="module")
def frame(browser: Browser, ports: dict[str, int]) -> Iterator[Frame]:
    """Open a sandboxed frame in an allowed page."""
    with opened(browser, f"http://127.0.0.1:{ports['allowed']}") as page:
        yield sandboxed(page)


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_sandboxed_frame_in_an_allowed_page(frame: Frame, daemon: Daemon, upstream: Recording, trick: str) -> None:
    """A frame whose origin is `null` is not the page that it stands in."""
    since = len(daemon.lines)
    said = frame.evaluate(trick, f"http://127.0.0.1:{daemon.port}/accounts")
    assert_refused(said, daemon, upstream, since)


def sandboxed(page: Page) -> Frame:
    """Put a frame into a page that may run scripts and no more."""
    element = page.evaluate_handle("""() => {
        const frame = document.createElement("iframe")
        frame.sandbox = "allow-scripts allow-forms"
        frame.srcdoc = "<!doctype html><title>inside</title><body>"
        return new Promise(done => { frame.onload = () => done(frame); document.body.append(frame) })
    }""").as_element()
    assert element is not None
    frame = element.content_frame()
    assert frame is not None
    return frame


@pytest.mark.parametrize("start", STARTS, ids=["same-site", "other-name", "other-site"])
def test_link_of_a_foreign_page(
    browser: Browser, daemon: Daemon, upstream: Recording, ports: dict[str, int], start: str
) -> None:
    """A page cannot send its visitor here either."""
    since = len(daemon.lines)
    with opened(browser, start.format(**ports)) as page:
        page.evaluate("url => { location = url }", f"http://127.0.0.1:{daemon.port}/accounts")
        page.wait_for_url("**/accounts")
        assert_refused(page.content(), daemon, upstream, since)


def test_rebound_name(browser: Browser, daemon: Daemon, upstream: Recording) -> None:
    """A page whose own name was rebound to this machine is same-origin to its browser, and still refused by Host."""
    since = len(daemon.lines)
    home = f"http://{REBOUND}:{daemon.port}"

    def before_rebinding(route: Route) -> None:
        route.fulfill(body="<!doctype html><title>a page</title>", content_type="text/html")

    with browser.new_context() as context:
        page = context.new_page()
        page.route(f"{home}/", before_rebinding)
        page.goto(f"{home}/")
        for trick in ("fetch-cors", "fetch-cors-preflight", "fetch-cors-post-json"):
            said = page.evaluate(TRICKS[trick], f"{home}/accounts")
            assert "guard-host" in said
            assert_refused(said, daemon, upstream, since, "guard-host")
            since = len(daemon.lines)
            upstream.begin(saying(FROM_API))


def test_address_bar(browser: Browser, daemon: Daemon, upstream: Recording) -> None:
    """What a person types is no page's request."""
    with opened(browser, f"http://127.0.0.1:{daemon.port}/accounts") as page:
        assert SECRET in page.content()
    assert b"GET /accounts?" in upstream.requests[0]
