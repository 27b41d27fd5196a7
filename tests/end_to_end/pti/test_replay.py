"""mitmproxy's client replay of an exchange that had a token: it fetches a new one and never uses one again."""

import time
from collections.abc import Iterator
from typing import Final

import httpx
import pytest

from tests.end_to_end.daemon import PATIENCE, Daemon
from tests.end_to_end.pti.api import Api
from tests.end_to_end.pti.profiles import config, write_keys
from tests.end_to_end.test_hosted import PASSWORD, WEB_PORT, serving
from tests.end_to_end.wire import ask, request

AS_USER: Final = "Signer-Profile: token"


@pytest.fixture(scope="module")
def mitmweb(stand_in: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Start mitmweb with our script in front of the stand-in."""
    folder = tmp_path_factory.mktemp("mitmweb")
    write_keys(folder)
    with serving(config(stand_in.origin), folder, "mitmweb", *PASSWORD) as daemon:
        yield daemon


@pytest.fixture
def web(mitmweb: Daemon) -> Iterator[httpx.Client]:
    """Log in to mitmweb, with nothing in its view."""
    with httpx.Client(base_url=f"http://127.0.0.1:{WEB_PORT}", trust_env=False) as client:
        client.get("/", params={"token": "password"}).raise_for_status()
        client.cookies["_mitmproxy_xsrf"] = client.headers["X-XSRFToken"] = "ab" * 16
        client.post("/clear").raise_for_status()
        yield client


def replay(web: httpx.Client) -> None:
    """Replay the one flow in the view, and wait until that is done."""
    (flow,) = web.get("/flows").raise_for_status().json()
    web.post(f"/flows/{flow['id']}/replay").raise_for_status()
    end = time.monotonic() + PATIENCE
    while web.post("/commands/replay.client.count", json={"arguments": []}).raise_for_status().json() != {"value": 0}:
        assert time.monotonic() < end


@pytest.mark.parametrize("profile", ["token", "token-absolute"])
def test_new_token(mitmweb: Daemon, web: httpx.Client, api: Api, profile: str) -> None:
    """Each replay asks for a token of its own and spends it, under a request id of its own."""
    assert ask(mitmweb.port, request(mitmweb.port, "GET", "/assets", f"Signer-Profile: {profile}")).status == 200
    replay(web)
    replay(web)
    assert [asked.target for asked in api.asked] == ["/v1/auth/jwt", "/v1/assets"] * 3
    assert [(asked.status, asked.verdict) for asked in api.asked] == [(200, "verified")] * 6
    assert [asked.one("x-pti-token") for asked in api.others] == api.issued
    assert len(set(api.issued)) == 3
    assert len({asked.one("x-pti-request-id") for asked in api.asked}) == 6


def test_signed_anew(mitmweb: Daemon, web: httpx.Client, api: Api) -> None:
    """A replay of a signed request is signed anew, under a new request id."""
    assert ask(mitmweb.port, request(mitmweb.port, "POST", "/nothing", body=b"{}")).status == 404
    replay(web)
    assert [(asked.status, asked.verdict) for asked in api.asked] == [(404, "verified")] * 2
    assert len({asked.one("x-pti-request-id") for asked in api.asked}) == 2


def test_request_id_of_the_client(mitmweb: Daemon, web: httpx.Client, api: Api) -> None:
    """A request id of the client's stays in the replay, so that a transaction is not made twice: the API refuses."""
    raw = request(mitmweb.port, "GET", "/assets", AS_USER, "x-pti-request-id: replayed-id")
    assert ask(mitmweb.port, raw).status == 200
    replay(web)
    assert [asked.one("x-pti-request-id") for asked in api.others] == ["replayed-id"] * 2
    assert [asked.status for asked in api.others] == [200, 409]


def test_view_holds_no_token(mitmweb: Daemon, web: httpx.Client, api: Api) -> None:
    """What mitmweb shows and exports of an exchange has neither the token nor a signature."""
    assert ask(mitmweb.port, request(mitmweb.port, "GET", "/assets", AS_USER)).status == 200
    shown = web.get("/flows/dump").raise_for_status().content + web.get("/flows").raise_for_status().content
    secrets = [*api.issued, *(value for asked in api.asked for value in asked.all("x-pti-signature"))]
    assert len(secrets) == 2
    assert [secret for secret in secrets if secret.encode() in shown] == []
