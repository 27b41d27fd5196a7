"""Upstreams for the tests that call the real program, in whatever folder they stand."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.background import Background
from tests.end_to_end.recording import Recording, recording_upstream
from tests.faulty_upstream import OK, saying


@pytest.fixture(scope="session")
def background() -> Iterator[Background]:
    """Run a loop in a thread."""
    background = Background()
    yield background
    background.close()


@pytest.fixture(scope="session")
def recorder(background: Background) -> Iterator[Recording]:
    """Open a recording upstream."""
    with background.opened(recording_upstream(background)) as recording:
        yield recording


@pytest.fixture
def upstream(recorder: Recording) -> Recording:
    """Return the recording upstream, with nothing on its record and OK for an answer."""
    recorder.begin(saying(OK))
    return recorder
