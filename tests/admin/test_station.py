"""What the daemon is asked to do: done to its end whoever hangs up, and nothing begun once it is ending."""

import asyncio
from typing import Any, cast

import pytest

from signer_proxy.admin.monitor import Monitor
from signer_proxy.admin.station import Engine, Station
from signer_proxy.errors import ShuttingDownError


class Listening:
    """An engine that listens, and is asked for nothing else here."""

    proxy: Any = None

    def is_listening(self) -> bool:
        """Say so."""
        return True


@pytest.fixture
def station() -> Station:
    """Return a station of a daemon that runs."""
    return Station(Monitor(), cast(Engine, Listening()))


class Work:
    """Something that goes on until a test lets it end."""

    def __init__(self) -> None:
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()
        self.end = ""

    async def __call__(self) -> None:
        """Do it."""
        self.begun.set()
        try:
            await self.may_end.wait()
            self.end = "done"
        except asyncio.CancelledError:
            self.end = "broken off"
            raise


async def test_who_hangs_up(station: Station) -> None:
    """What was begun goes on when nobody waits for it any more: half a reload would be neither config."""
    work = Work()
    asking = asyncio.create_task(station.do(work))
    await work.begun.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    work.may_end.set()
    await asyncio.gather(*station._working)
    assert work.end == "done"


async def test_stop(station: Station) -> None:
    """The end breaks off what was begun, and begins nothing more."""
    work = Work()
    asking = asyncio.create_task(station.do(work))
    await work.begun.wait()
    assert station.is_ready()
    station.stop()
    await asyncio.gather(asking, return_exceptions=True)
    assert (work.end, station.is_ready()) == ("broken off", False)
    with pytest.raises(ShuttingDownError):
        await station.do(work)
    with pytest.raises(ShuttingDownError):
        station.lease()
