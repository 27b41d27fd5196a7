"""A daemon that is watched, for all tests that leave it as it was."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.admin.watched import Watched, watched
from tests.end_to_end.conftest import Sandbox, config
from tests.end_to_end.recording import Recording


@pytest.fixture(scope="session")
def running(sandbox: Sandbox, recorder: Recording, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Start a daemon in front of `api` and `sandbox`."""
    text = config(sandbox, recorder, 'max_body = "64 KiB"\nadmin_port = ADMIN')
    with watched(text, tmp_path_factory.mktemp("admin")) as running:
        yield running
