"""A client has its requests a minute, and is told how it stands."""

import httpx
import pytest

from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.errors import ApiError
from signer_proxy.sandbox.limits import RateLimits, Standing
from signer_proxy.sandbox.server import serve
from tests.sandbox.calling import OTHER, PARTNER, Caller, Clock, reason

PATH = "/snapTrade/listUsers"


def standing(answer: httpx.Response) -> tuple[str, ...]:
    """Return the three headers that tell how a client stands."""
    return tuple(answer.headers[f"X-RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset"))


async def test_client_is_throttled_and_let_in_again(clock: Clock) -> None:
    """The third request of two in a minute gets 429 with Retry-After; other clients and the next minute do not."""
    async with (
        serve(create_application([PARTNER, OTHER], clock=clock, limit_per_minute=2)) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
    ):
        partner, other = Caller(http, clock, PARTNER), Caller(http, clock, OTHER)
        assert standing(await partner.call("GET", PATH)) == ("2", "1", "60")
        clock.now += 20.5
        assert standing(await partner.call("GET", PATH)) == ("2", "0", "40")
        refused = await partner.call("GET", PATH)
        assert reason(refused) == (429, "0000", "rate-limited")
        assert standing(refused) == ("2", "0", "40")
        assert refused.headers["Retry-After"] == "40"
        assert refused.headers["Sandbox-Verdict"] == "verified"
        assert (await other.call("GET", PATH)).status_code == 200
        clock.now += 40
        assert standing(await partner.call("GET", PATH)) == ("2", "1", "60")


async def test_limit_is_250_unless_said_otherwise(partner: Caller) -> None:
    """The API's own limit holds where none is given."""
    assert standing(await partner.call("GET", PATH)) == ("250", "249", "60")


async def test_unverified_requests_use_nothing_up(partner: Caller) -> None:
    """Who cannot sign cannot use up a client's requests."""
    refused = await partner.send("GET", f"{PATH}?{partner.query()}", headers={"Signature": "wrong"})
    assert standing(refused) == ("250", "250", "60")


async def test_without_a_limit_nobody_is_throttled(clock: Clock) -> None:
    """No limit means no headers about it either."""
    async with (
        serve(create_application([PARTNER], clock=clock, limit_per_minute=None)) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
    ):
        answers = [await Caller(http, clock, PARTNER).call("GET", PATH) for _ in range(300)]
    assert {answer.status_code for answer in answers} == {200}
    assert not [name for answer in answers for name in answer.headers if name.startswith("x-ratelimit")]


def test_window_begins_with_its_first_request() -> None:
    """A window lasts for 60 seconds from its first request, and a clock that was set back begins a new one."""
    limits = RateLimits(1)
    limits.count("a", 1000.9)
    assert limits.standing("a", 1060.8) == Standing(limit=1, remaining=0, reset=1)
    with pytest.raises(ApiError, match="in 1 seconds"):
        limits.count("a", 1060.8)
    limits.count("a", 1060.9)
    limits.count("a", 500.0)
    assert limits.standing("a", 500.0) == Standing(limit=1, remaining=0, reset=60)
