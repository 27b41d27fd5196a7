"""When pages are told: at once, after changes, together where there are many."""

import asyncio

from signer_proxy.admin.feed import Feed


async def test_at_once_and_after_a_change() -> None:
    """A page is told when it opens, and again when something has changed."""
    feed = Feed()
    times = feed.times()
    await anext(times)
    waiting = asyncio.ensure_future(anext(times))
    feed.changed()
    await asyncio.wait_for(waiting, 5)
    await times.aclose()


async def test_many_changes_are_one() -> None:
    """However often something changes while a page waits, it is told once."""
    feed = Feed()
    times = feed.times()
    await anext(times)
    for _ in range(1000):
        feed.changed()
    await asyncio.wait_for(anext(times), 5)
    following = asyncio.ensure_future(anext(times))
    done, _ = await asyncio.wait([following], timeout=0.5)
    assert not done
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


async def test_a_closed_page_is_forgotten() -> None:
    """A page that went away costs nothing any more."""
    feed = Feed()
    times = feed.times()
    await anext(times)
    await times.aclose()
    assert feed._pages == set()
