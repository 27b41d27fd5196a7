"""The keeper: one fetch for all, renewal ahead of the end, and a quick word when there is no token."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from time import time as real

import pytest

from signer_proxy.errors import TokenUnavailableError
from signer_proxy.tokens.access_token import Token
from signer_proxy.tokens.keeper import TokenKeeper
from signer_proxy.tokens.source import Source
from tests.tokens.fake_time import EPOCH, FakeTime, settle
from tests.tokens.jwt import jwt
from tests.tokens.scripted_source import DOWN, ScriptedSource

type Keep = Callable[[Source], TokenKeeper]


@pytest.fixture
def time() -> FakeTime:
    """Return a time that the test moves."""
    return FakeTime()


@pytest.fixture
async def keep(time: FakeTime) -> AsyncIterator[Keep]:
    """Return what makes a keeper, without jitter; after the test, nothing of it may be left."""
    keepers: list[TokenKeeper] = []

    def make(source: Source) -> TokenKeeper:
        keepers.append(
            TokenKeeper(
                source, "alice", clock=time.clock, monotonic=time.monotonic, sleep=time.sleep, jitter=lambda: 0.0
            )
        )
        return keepers[-1]

    yield make
    for keeper in keepers:
        await keeper.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


def living(time: FakeTime, seconds: float) -> Callable[[], str]:
    """Return a step that brings a new token with `seconds` to live."""
    return lambda: jwt(time.now + seconds)


async def unavailable(keeper: TokenKeeper) -> str:
    """Return why there is no token, which must be told at once."""
    with pytest.raises(TokenUnavailableError) as caught:
        await asyncio.wait_for(keeper.get(), 1.0)
    return str(caught.value)


async def test_one_fetch_for_all_who_wait(time: FakeTime, keep: Keep) -> None:
    """However many requests wait, the source is asked once, and all get the same token."""
    source = ScriptedSource(living(time, 300))
    source.hold()
    keeper = keep(source)
    waiting = [asyncio.create_task(keeper.get()) for _ in range(200)]
    await settle()
    source.release()
    tokens = await asyncio.gather(*waiting)
    assert len(set(map(id, tokens))) == 1
    assert source.fetches == 1


@pytest.mark.parametrize("leaving", [1, 3], ids=["one-of-three", "all"])
async def test_a_waiter_that_leaves_cancels_no_fetch(time: FakeTime, keep: Keep, leaving: int) -> None:
    """A client that goes away takes the token from nobody, and the fetch is not wasted."""
    source = ScriptedSource(living(time, 300))
    source.hold()
    keeper = keep(source)
    waiting = [asyncio.create_task(keeper.get()) for _ in range(3)]
    await settle()
    for task in waiting[:leaving]:
        task.cancel()
    await settle()
    source.release()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError] * leaving + [Token] * (3 - leaving)
    await keeper.get()
    assert source.fetches == 1


@pytest.mark.parametrize(
    ("life", "renewed_after"), [(2.0, 1.6), (100.0, 80.0), (300.0, 240.0), (600.0, 540.0), (86_400.0, 86_340.0)]
)
async def test_renewed_ahead_of_its_end(time: FakeTime, keep: Keep, life: float, renewed_after: float) -> None:
    """The next token is fetched when min(60 s, a fifth of its life) is left, and requests do not wait for it."""
    source = ScriptedSource(living(time, life))
    keeper = keep(source)
    first = await keeper.get()
    await time.advance(renewed_after - 0.01)
    assert (source.fetches, await keeper.get()) == (1, first)
    source.hold()
    await time.advance(0.02)
    assert (source.fetches, await keeper.get()) == (2, first)
    source.release()
    await settle()
    assert await keeper.get() != first
    assert source.fetches == 2


async def test_an_idle_profile_comes_to_rest(time: FakeTime, keep: Keep) -> None:
    """A token that nobody uses is renewed once at most, and the next request gets a fresh one."""
    source = ScriptedSource(living(time, 300))
    keeper = keep(source)
    old = await keeper.get()
    await time.advance(86_400)
    assert source.fetches == 2
    assert await keeper.get() != old
    assert source.fetches == 3


async def test_due_while_idle_is_renewed_by_the_next_request(time: FakeTime, keep: Keep) -> None:
    """A request that comes between the renewal's time and the token's end uses the old one, and starts the fetch."""
    source = ScriptedSource(living(time, 300))
    keeper = keep(source)
    await keeper.get()
    await time.advance(240 + 280)
    token = await keeper.get()
    assert token.expires == EPOCH + 240 + 300
    await settle()
    assert source.fetches == 3
    assert (await keeper.get()).expires == EPOCH + 520 + 300


async def test_without_an_end_it_is_used_until_refused(time: FakeTime, keep: Keep) -> None:
    """A token without `exp` is fetched once, and again when the API refuses it."""
    source = ScriptedSource("first", "second")
    keeper = keep(source)
    first = await keeper.get()
    for _ in range(10):
        await time.advance(86_400)
        assert await keeper.get() is first
    keeper.reject(first.text)
    assert (await keeper.get()).text == "second"
    assert source.fetches == 2


async def test_a_refused_token_is_fetched_once(time: FakeTime, keep: Keep) -> None:
    """Many refusals of one token, before and after the new one has come, cost one fetch."""
    source = ScriptedSource(living(time, 300))
    keeper = keep(source)
    first = await keeper.get()
    for _ in range(50):
        keeper.reject(first.text)
    tokens = await asyncio.gather(*(keeper.get() for _ in range(50)))
    keeper.reject(first.text)
    assert {*tokens, await keeper.get()} == {tokens[0]} != {first}
    assert source.fetches == 2


async def test_a_token_of_another_keeper_cannot_be_refused(time: FakeTime, keep: Keep) -> None:
    """A refusal counts for the token in use alone."""
    source = ScriptedSource(living(time, 300))
    keeper = keep(source)
    keeper.reject("early")
    first = await keeper.get()
    keeper.reject("foreign")
    assert await keeper.get() is first
    assert source.fetches == 1


async def test_the_same_token_again_is_not_asked_for_at_every_refusal(time: FakeTime, keep: Keep) -> None:
    """Where the source brings the refused token again, requests go on with it, and the source is asked ever less."""
    source = ScriptedSource("token")
    keeper = keep(source)
    fetched: list[int] = []
    for _ in range(8):
        for _ in range(20):
            keeper.reject((await keeper.get()).text)
        fetched.append(source.fetches)
        await time.advance(1.0)
    assert fetched == [2, 3, 4, 5, 5, 6, 6, 6]


async def test_a_renewal_that_brings_the_same_token_is_repeated_with_backoff(time: FakeTime, keep: Keep) -> None:
    """A source that has nothing newer is not asked in a busy loop, and its token is used until it ends."""
    text = jwt(EPOCH + 300)
    source = ScriptedSource(text)
    keeper = keep(source)
    for _ in range(298):
        assert (await keeper.get()).text == text
        await time.advance(1.0)
    assert 5 < source.fetches < 12
    await time.advance(2.0)
    assert "the token had ended 0 s before it came" in await unavailable(keeper)


async def test_a_failing_renewal_is_retried_while_the_old_token_is_used(time: FakeTime, keep: Keep) -> None:
    """Retries come after 0.25 s, doubled each time up to 30 s, and requests go on with the token that is there."""
    source = ScriptedSource(living(time, 600), DOWN)
    keeper = keep(source)
    first = await keeper.get()
    await time.advance(540)
    moments = [0.25, 0.75, 1.75, 3.75, 7.75, 15.75, 31.75]
    for number, moment in enumerate(moments, start=2):
        await time.advance(540 + moment - 0.01 - time.elapsed)
        assert (source.fetches, await keeper.get()) == (number, first)
        await time.advance(0.02)
        assert source.fetches == number + 1


async def test_after_its_end_the_last_reason_is_told_at_once(time: FakeTime, keep: Keep) -> None:
    """When the old token ends, no request waits, the source is asked no faster for that, and recovers by itself."""
    source = ScriptedSource(living(time, 100), DOWN)
    keeper = keep(source)
    await keeper.get()
    await time.advance(79)
    await keeper.get()
    await time.advance(20.5)
    before = source.fetches
    for _ in range(100):
        assert await unavailable(keeper) == "profile 'alice': no token: the partner is down"
    assert source.fetches == before
    source.steps = [living(time, 100)]
    await time.advance(30.0)
    assert source.fetches == before + 1
    assert await keeper.get()


async def test_the_first_request_waits_and_the_others_do_not(time: FakeTime, keep: Keep) -> None:
    """A source that hangs costs the first requests its timeout, and later ones nothing, also during a retry."""
    source = ScriptedSource(DOWN)
    source.hold()
    keeper = keep(source)
    first = [asyncio.create_task(keeper.get()) for _ in range(20)]
    await settle()
    source.release()
    results = await asyncio.gather(*first, return_exceptions=True)
    assert {type(result) for result in results} == {TokenUnavailableError}
    source.hold()
    await time.advance(0.25)
    assert (source.fetches, source.under_way) == (2, 1)
    for _ in range(100):
        assert await unavailable(keeper) == "profile 'alice': no token: the partner is down"
    source.steps = [living(time, 300)]
    source.release()
    await settle()
    assert await keeper.get()
    assert source.fetches == 2


async def test_a_failure_is_forgotten_when_nobody_asks(time: FakeTime, keep: Keep) -> None:
    """Retries end a minute after the last request, and the next one asks the source afresh."""
    source = ScriptedSource(DOWN)
    keeper = keep(source)
    await unavailable(keeper)
    await time.advance(600)
    before = source.fetches
    assert before < 12
    await time.advance(86_400)
    assert source.fetches == before
    source.steps = [living(time, 300)]
    assert await keeper.get()
    assert source.fetches == before + 1


async def test_a_refused_token_is_not_used_when_the_source_fails(time: FakeTime, keep: Keep) -> None:
    """What the API refused is no old token to go on with."""
    source = ScriptedSource(living(time, 300), DOWN)
    keeper = keep(source)
    keeper.reject((await keeper.get()).text)
    assert [await unavailable(keeper) for _ in range(5)] == ["profile 'alice': no token: the partner is down"] * 5
    assert source.fetches == 2


async def test_a_refusal_during_backoff_fetches_once(time: FakeTime, keep: Keep) -> None:
    """A token that is refused while its renewal fails is asked for once more, before requests are told."""
    source = ScriptedSource(living(time, 100), DOWN)
    keeper = keep(source)
    first = await keeper.get()
    await time.advance(90)
    before = source.fetches
    keeper.reject(first.text)
    for _ in range(5):
        await unavailable(keeper)
    assert source.fetches == before + 1


async def test_a_changed_source_is_asked_at_once(time: FakeTime, keep: Keep) -> None:
    """What is newer goes into the next request, also during backoff."""
    source = ScriptedSource(DOWN, "first", "second")
    keeper = keep(source)
    await unavailable(keeper)
    source.is_changed = True
    assert (await keeper.get()).text == "first"
    source.is_changed = True
    assert (await keeper.get()).text == "second"
    assert (await keeper.get()).text == "second"
    assert source.fetches == 3


async def test_a_change_during_a_fetch_is_asked_for_after_it(time: FakeTime, keep: Keep) -> None:
    """A fetch that began before the change does not hide it."""
    source = ScriptedSource("first", "second")
    source.hold()
    keeper = keep(source)
    early = asyncio.create_task(keeper.get())
    await settle()
    source.is_changed = True
    late = asyncio.create_task(keeper.get())
    await settle()
    source.release()
    assert ((await early).text, (await late).text) == ("first", "second")


async def test_a_broken_change_leaves_the_old_token_in_use(time: FakeTime, keep: Keep) -> None:
    """Whatever is put in a token's place, the old one is used until it ends."""
    source = ScriptedSource(living(time, 300), DOWN)
    keeper = keep(source)
    first = await keeper.get()
    source.is_changed = True
    assert await keeper.get() is first
    await time.advance(298)
    assert await keeper.get() is first
    await time.advance(2)
    assert "the partner is down" in await unavailable(keeper)


ENDED: dict[str, tuple[float, str]] = {
    "now": (0.0, "the token had ended 0 s before it came"),
    "long-ago": (-3600.0, "the token had ended 3600 s before it came"),
}


@pytest.mark.parametrize(("life", "reason"), ENDED.values(), ids=ENDED)
async def test_a_token_that_has_ended_is_not_used(time: FakeTime, keep: Keep, life: float, reason: str) -> None:
    """A token that comes too late is a failure of its source, with the clock as a way out."""
    source = ScriptedSource(living(time, life))
    keeper = keep(source)
    assert reason in await unavailable(keeper)
    assert "(get a new one; is the clock right?)" in await unavailable(keeper)
    assert source.fetches == 1


async def test_no_request_leaves_in_the_last_moment(time: FakeTime, keep: Keep) -> None:
    """A token is not sent when it would end on the way, a second before its end at the latest."""
    source = ScriptedSource(living(time, 300), DOWN)
    keeper = keep(source)
    first = await keeper.get()
    await time.advance(298.9)
    assert await keeper.get() is first
    await time.advance(0.2)
    await unavailable(keeper)


async def test_a_clock_that_jumps_is_seen(time: FakeTime, keep: Keep) -> None:
    """After the machine slept, when no timer has run, a token that ended meanwhile is not used."""
    source = ScriptedSource(living(time, 300))
    keeper = keep(source)
    first = await keeper.get()
    time.now += 3600
    assert await keeper.get() != first
    assert source.fetches == 2


async def test_whatever_a_source_does_is_told_and_retried(time: FakeTime, keep: Keep) -> None:
    """A source that fails in a way of its own is named by kind alone, and asked again."""
    source = ScriptedSource(KeyError("secret-session"), "token")
    keeper = keep(source)
    assert await unavailable(keeper) == "profile 'alice': no token: its source failed with KeyError"
    await time.advance(0.25)
    assert (await keeper.get()).text == "token"


async def test_a_token_that_no_header_can_carry(time: FakeTime, keep: Keep) -> None:
    """An envelope that holds something else is told, without what it holds."""
    source = ScriptedSource('{"token": "secret value"}')
    assert await unavailable(keep(source)) == (
        "profile 'alice': no token: the token must be one word of ASCII, which a header can carry, got other signs "
        "(seal the token, and nothing else)"
    )


async def test_jitter_shortens_a_wait_by_half_at_most(time: FakeTime) -> None:
    """Several daemons do not ask in step."""
    source = ScriptedSource(DOWN)
    keeper = TokenKeeper(
        source, "alice", clock=time.clock, monotonic=time.monotonic, sleep=time.sleep, jitter=lambda: 1.0
    )
    await unavailable(keeper)
    await time.advance(0.126)
    await keeper.close()
    assert source.fetches == 2


async def test_closing_ends_everything(time: FakeTime, keep: Keep) -> None:
    """Those who wait are told, and nothing is fetched any more."""
    source = ScriptedSource(living(time, 300))
    source.hold()
    keeper = keep(source)
    waiting = [asyncio.create_task(keeper.get()) for _ in range(5)]
    await settle()
    await keeper.close()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    text = "profile 'alice': no token: its source was closed (try again)"
    assert [str(result) for result in results] == [text] * 5
    assert await unavailable(keeper) == text
    assert (source.fetches, source.under_way) == (1, 0)


@pytest.mark.parametrize(
    ("step", "result"),
    [("token", "token"), (DOWN, "profile 'alice': no token: the partner is down")],
    ids=["brings a token", "fails"],
)
async def test_retiring_waits_for_those_who_wait(
    time: FakeTime, keep: Keep, step: str | Exception, result: str
) -> None:
    """The fetch under way is the last, and whoever waits gets what it brings."""
    source = ScriptedSource(step)
    source.hold()
    keeper = keep(source)
    waiting = [asyncio.create_task(keeper.get()) for _ in range(5)]
    await settle()
    retiring = asyncio.create_task(keeper.retire())
    await settle()
    assert not retiring.done()
    source.release()
    got = await asyncio.gather(*waiting, return_exceptions=True)
    assert [each.text if isinstance(each, Token) else str(each) for each in got] == [result] * 5
    await retiring
    await time.advance(600)
    assert source.fetches == 1


async def test_retiring_ends_the_renewal(time: FakeTime, keep: Keep) -> None:
    """A keeper that nobody waits for is at its end at once."""
    source = ScriptedSource(living(time, 300))
    keeper = keep(source)
    await keeper.get()
    await keeper.retire()
    await time.advance(290)
    assert source.fetches == 1


async def test_a_closed_keeper_gives_away_the_token_it_has(time: FakeTime, keep: Keep) -> None:
    """Requests under way end with what they began with; the renewal does not come any more."""
    source = ScriptedSource(living(time, 300))
    keeper = keep(source)
    first = await keeper.get()
    await keeper.close()
    source.is_changed = True
    assert await keeper.get() is first
    await time.advance(290)
    assert (await keeper.get(), source.fetches) == (first, 1)


async def test_short_lives_under_load(time: FakeTime, keep: Keep) -> None:
    """Tokens of 2 s, 200 requests a second, 20 s, a source that takes its time: none fails, one fetch a renewal."""
    source = ScriptedSource(living(time, 2.0))
    keeper = keep(source)
    used: set[str] = set()
    for tick in range(20 * 200):
        if tick % 10:
            source.hold()  # a fetch takes up to 50 ms
        else:
            source.release()
        token = await asyncio.wait_for(keeper.get(), 1.0)
        assert token.expires is not None
        assert token.expires > time.now
        used.add(token.text)
        await time.advance(1 / 200)
    assert source.most_under_way == 1
    assert 12 <= source.fetches <= 13
    assert len(used) >= source.fetches - 1


async def test_a_source_that_fails_now_and_then_under_load(time: FakeTime, keep: Keep) -> None:
    """With tokens of 2 s, a failure in each renewal is mended before a request sees it."""
    source = ScriptedSource(*(step for _ in range(20) for step in (living(time, 2.0), DOWN)))
    keeper = keep(source)
    for _ in range(20 * 50):
        token = await keeper.get()
        assert token.expires is not None
        assert token.expires > time.now
        await time.advance(1 / 50)
    assert 20 < source.fetches < 30


async def test_with_the_real_clocks() -> None:
    """With the clocks and the jitter as the daemon has them, renewals come by themselves."""
    source = ScriptedSource(lambda: jwt(real() + 0.25))
    keeper = TokenKeeper(source, "alice")
    used: set[str] = set()
    async with asyncio.timeout(10.0):
        while len(used) < 4:
            used.add((await keeper.get()).text)
            await asyncio.sleep(0)
    await keeper.close()
    assert source.most_under_way == 1


async def test_logs_say_each_reason_once_and_no_secret(
    time: FakeTime, keep: Keep, caplog: pytest.LogCaptureFixture
) -> None:
    """A source that is down for long is one line, its return another; tokens and plaintext are in none."""
    caplog.set_level(logging.DEBUG, "signer_proxy")
    source = ScriptedSource(jwt(EPOCH + 100, sub="secret"), DOWN)
    keeper = keep(source)
    await keeper.get()
    await time.advance(98)
    await keeper.get()
    await time.advance(30)
    await unavailable(keeper)
    source.steps = ["secret value", "secret-token"]
    await time.advance(100)
    assert (await keeper.get()).text == "secret-token"
    assert [record.getMessage() for record in caplog.records] == [
        "profile alice: no new token: the partner is down",
        "profile alice: no new token: the token must be one word of ASCII, which a header can carry, got other signs "
        "(seal the token, and nothing else)",
        "profile alice: a token is there again",
    ]
