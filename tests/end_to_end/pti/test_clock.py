"""A clock that is an hour off: the API refuses, and the proxy says why."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.background import Background
from tests.end_to_end.daemon import Daemon, started
from tests.end_to_end.pti.api import Api, open_api
from tests.end_to_end.pti.profiles import config, write_keys
from tests.end_to_end.wire import ask, request

HOUR = 3600.0


@pytest.fixture(scope="module", params=[HOUR, -HOUR], ids=["behind", "ahead"])
def off(
    request: pytest.FixtureRequest, background: Background, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Daemon, Api]]:
    """Start a daemon whose clock is an hour off that of the stand-in behind it."""
    folder: Path = tmp_path_factory.mktemp("clock")
    write_keys(folder)
    with open_api(background, ahead=request.param) as api, started(config(api.origin), folder) as daemon:
        yield daemon, api


def test_signed(off: tuple[Daemon, Api]) -> None:
    """The API's refusal of a signed request comes with the warning that the clocks differ."""
    daemon, _ = off
    reply = ask(daemon.port, request(daemon.port, "GET", "/assets"))
    assert (reply.status, reply.all("Signer-Warning")) == (401, ["clock-skew"])
    assert json.loads(reply.body)["sandbox"]["reason"] == "stale-date"


def test_token(off: tuple[Daemon, Api]) -> None:
    """A token call that is refused for the clock says by how many seconds it is off."""
    daemon, api = off
    api.asked.clear()
    reply = ask(daemon.port, request(daemon.port, "GET", "/assets", "Signer-Profile: token"))
    assert (reply.status, reply.code, api.others) == (503, "token-unavailable", [])
    detail = reply.problem["detail"]
    assert "answered with 401, 'Unauthorized: the Date of the request is out of range'" in detail
    assert re.search(r"\(this machine's clock is (3599|3600|3601) s off the API's\)$", detail)
