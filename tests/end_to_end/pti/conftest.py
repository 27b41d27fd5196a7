"""PTI's stand-in and a daemon in front of it, shared by all tests that leave them as they were."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.background import Background
from tests.end_to_end.daemon import Daemon, started
from tests.end_to_end.pti.api import Api, open_api
from tests.end_to_end.pti.profiles import config, write_keys


@pytest.fixture(scope="session")
def stand_in(background: Background) -> Iterator[Api]:
    """Open the stand-in."""
    with open_api(background) as api:
        yield api


@pytest.fixture
def api(stand_in: Api) -> Api:
    """Return the stand-in, with nothing on its record."""
    stand_in.asked.clear()
    return stand_in


@pytest.fixture(scope="session")
def daemon(stand_in: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Start the daemon in front of the stand-in."""
    folder = tmp_path_factory.mktemp("pti")
    write_keys(folder)
    with started(config(stand_in.origin), folder) as daemon:
        yield daemon
