"""A daemon whose inspector is open, shared by all tests that leave it as it was."""

from collections.abc import Iterator

import pytest

from signer_proxy.crypto.rsa_key import PrivateKey
from tests.end_to_end.inspector.stage import Stage, opened
from tests.end_to_end.recording import Recording


@pytest.fixture(scope="session")
def key() -> PrivateKey:
    """Return the key of the client-side user."""
    return PrivateKey.new()


@pytest.fixture(scope="session")
def open_stage(recorder: Recording, key: PrivateKey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Open the stage."""
    with opened(recorder, key, tmp_path_factory.mktemp("inspector"), 'save = "flows.mitm"') as stage:
        yield stage


@pytest.fixture
def stage(open_stage: Stage, upstream: Recording) -> Stage:
    """Return the stage, its recorder without anything on its record."""
    assert upstream is open_stage.recorder
    return open_stage
