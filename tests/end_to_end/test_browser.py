"""Chromium, and a page whose origin the config allows: it asks and reads as if the proxy were its own server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.end_to_end.chromium import chromium, opened
from tests.end_to_end.conftest import Sandbox, config
from tests.end_to_end.daemon import Daemon, started
from tests.end_to_end.page_server import page_server
from tests.end_to_end.recording import Recording
from tests.faulty_upstream import saying

FETCH = """async ([url, options]) => {
    const answer = await fetch(url, options)
    return {status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text()}
}"""
FROM_API = (
    b"HTTP/1.1 200 OK\r\n"
    b"Access-Control-Allow-Origin: https://dashboard.example\r\nAccess-Control-Expose-Headers: X-A\r\n"
    b"X-Request-ID: 7\r\nContent-Length: 2\r\n\r\nok"
)


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """Serve the page."""
    with page_server() as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def daemon(
    sandbox: Sandbox, recorder: Recording, origin: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Daemon]:
    """Start a daemon that the page may call."""
    text = config(sandbox, recorder, f'allowed_origins = ["{origin}"]')
    with started(text, tmp_path_factory.mktemp("browser")) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Open Chromium."""
    with chromium("--no-proxy-server") as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    """Open the page."""
    with opened(browser, f"{origin}/") as page:
        yield page


def fetch(page: Page, port: int, path: str, **options: object) -> Any:  # noqa: ANN401 - JSON
    """Call the proxy from the page."""
    return page.evaluate(FETCH, [f"http://127.0.0.1:{port}{path}", options])


def test_page_reads_accounts(page: Page, daemon: Daemon) -> None:
    """A plain fetch, which needs no preflight, is signed and read, with every header of the answer."""
    answer = fetch(page, daemon.ports["sandbox"], "/accounts")
    assert (answer["status"], answer["headers"]["sandbox-verdict"]) == (200, "verified")
    assert answer["headers"]["signer-profile"] == "verified"
    assert '"id"' in answer["body"]


def test_page_reads_accounts_with_a_header_of_its_own(page: Page, daemon: Daemon) -> None:
    """A header that the browser asks about first is granted."""
    answer = fetch(page, daemon.ports["sandbox"], "/accounts", headers={"Signer-Profile": "verified"})
    assert (answer["status"], answer["headers"]["sandbox-verdict"]) == (200, "verified")


def test_page_posts_json(page: Page, daemon: Daemon) -> None:
    """A body of JSON, which the browser asks about first, is signed as it was sent."""
    headers = {"Content-Type": "application/json"}
    answer = fetch(
        page,
        daemon.ports["sandbox"],
        "/snapTrade/registerUser",
        method="POST",
        headers=headers,
        body='{"userId":"zoë-of-a-page"}',
    )
    assert (answer["status"], answer["headers"]["sandbox-verdict"]) == (200, "verified")
    assert "zoë-of-a-page" in answer["body"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_preflight_stays_here(page: Page, daemon: Daemon, upstream: Recording, method: str) -> None:
    """Upstream comes what the page sends, and never what its browser asks about it."""
    upstream.begin(saying(FROM_API))
    answer = fetch(page, daemon.port, "/accounts", method=method, headers={"X-Own": "1"})
    assert (answer["status"], answer["body"], answer["headers"]["x-request-id"]) == (200, "ok", "7")
    assert [request.split(b" ")[0].decode() for request in upstream.requests] == [method]
    assert b"\r\nsignature: " in upstream.requests[0].lower()
    assert b"access-control" not in upstream.requests[0].lower()


def test_page_reads_why_it_was_refused(page: Page, daemon: Daemon, upstream: Recording) -> None:
    """Answers of our own are for the page to read, too."""
    answer = fetch(page, daemon.port, "/accounts", method="POST", body="{")
    assert (answer["status"], answer["headers"]["signer-error"]) == (422, "not-signable")
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert upstream.requests == []


def test_localhost_may_be_called(page: Page, daemon: Daemon) -> None:
    """Names of this machine are as good as its address."""
    url = f"http://snaptrade.localhost:{daemon.ports['sandbox']}/accounts"
    assert page.evaluate(FETCH, [url, {"headers": {"X-Own": "1"}}])["status"] == 200


def test_page_sends_the_token(
    browser: Browser, sandbox: Sandbox, recorder: Recording, origin: str, upstream: Recording, tmp_path: Path
) -> None:
    """Where the config asks for a token, its preflight needs none, and the page itself does."""
    text = config(sandbox, recorder, f'allowed_origins = ["{origin}"]\nclient_token = {{ env = "TOKEN" }}')
    with started(text, tmp_path, {"TOKEN": "hush"}) as daemon, opened(browser, f"{origin}/") as page:
        refused = fetch(page, daemon.port, "/accounts", headers={"Signer-Token": "wrong"})
        assert (refused["status"], refused["headers"]["signer-error"]) == (401, "guard-token")
        assert upstream.requests == []
        assert fetch(page, daemon.port, "/accounts", headers={"Signer-Token": "hush"})["status"] == 200
        assert len(upstream.requests) == 1
        assert b"hush" not in upstream.requests[0]
        assert b"signer-token" not in upstream.requests[0].lower()
