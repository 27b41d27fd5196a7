"""The stage on which commands run, made once."""

import shutil
from collections.abc import Iterator

import pytest

from signer_proxy.authority.authority import Authority
from tests.end_to_end.background import Background
from tests.end_to_end.conftest import Sandbox
from tests.end_to_end.exec.stage import API, FOREIGN, Stage, api_behind_a_proxy, foreign_host, set_up


@pytest.fixture(scope="session")
def _stage(background: Background, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("exec")
    authority = Authority(folder / "authority")
    with (
        background.opened(api_behind_a_proxy(sandbox.port, authority, folder)) as proxy,
        foreign_host(authority, folder) as foreign,
    ):
        authorities = folder / "authorities.pem"
        authorities.write_text("".join(authority.certificate(host).read_text() for host in (API, FOREIGN)))
        yield set_up(folder, proxy, foreign, authorities)


@pytest.fixture
def stage(_stage: Stage) -> Iterator[Stage]:
    """Return the stage with empty records; after a test nothing lies about."""
    _stage.proxy.asked.clear()
    _stage.foreign.heads.clear()
    yield _stage
    left = _stage.leftovers()
    for each in left:  # else the tests that follow would fail, too
        shutil.rmtree(each)
    assert left == []
