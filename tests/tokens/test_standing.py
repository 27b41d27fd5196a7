"""How a token stands, as whoever watches is told: without asking for one, and without the token."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from signer_proxy.errors import TokenUnavailableError
from signer_proxy.tokens.keeper import TokenKeeper
from signer_proxy.tokens.standing import Standing
from tests.tokens.fake_time import FakeTime
from tests.tokens.jwt import jwt
from tests.tokens.scripted_source import DOWN, ScriptedSource

LIFE = 300


@pytest.fixture
def time() -> FakeTime:
    """Return a time that the test moves."""
    return FakeTime()


@pytest.fixture
def source(time: FakeTime) -> ScriptedSource:
    """Return a source that brings a token once, and nothing from then on."""
    return ScriptedSource(lambda: jwt(time.now + LIFE), DOWN)


@pytest.fixture
async def keeper(time: FakeTime, source: ScriptedSource) -> AsyncIterator[TokenKeeper]:
    """Return a keeper that nobody has asked yet."""
    keeper = TokenKeeper(source, "alice", clock=time.clock, monotonic=time.monotonic, sleep=time.sleep)
    yield keeper
    await keeper.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_nobody_asked(keeper: TokenKeeper, source: ScriptedSource) -> None:
    """Before the first request there is none, and to look asks for none."""
    assert keeper.standing() == Standing("none")
    assert source.fetches == 0


async def test_good(keeper: TokenKeeper, time: FakeTime) -> None:
    """A token tells since when it is there, and when it ends; itself is not told."""
    token = await keeper.get()
    assert keeper.standing() == Standing("good", time.now, time.now + LIFE)
    assert token.text not in repr(keeper.standing())


async def test_refused(keeper: TokenKeeper) -> None:
    """One that the API refused is not good any more."""
    keeper.reject((await keeper.get()).text)
    assert keeper.standing().state == "refused"


async def test_missing(time: FakeTime) -> None:
    """Where a source brings none, it tells why."""
    keeper = TokenKeeper(ScriptedSource(DOWN), "alice", clock=time.clock, monotonic=time.monotonic, sleep=time.sleep)
    with pytest.raises(TokenUnavailableError) as caught:
        await keeper.get()
    assert keeper.standing().state == "missing"
    assert keeper.standing().reason in str(caught.value)
    assert keeper.standing().reason
    await keeper.close()
