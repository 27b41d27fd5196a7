"""Nothing that is secret is ever in the audit, or in what the daemon says for programs, however odd requests are."""

from pathlib import Path
from typing import Final

import pytest

from tests.end_to_end.auditing import AUDIT
from tests.end_to_end.conftest import Sandbox, config
from tests.end_to_end.daemon import NAME, started
from tests.end_to_end.recording import Recording
from tests.end_to_end.test_no_secrets import KINDS, talk

NAMES: Final = {"query-name"}
"""What the audit tells, by design: names of what was added."""


@pytest.fixture(scope="module")
def written(sandbox: Sandbox, recorder: Recording, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Hold the session of odd requests, and return the audit and all that was said."""
    folder: Path = tmp_path_factory.mktemp("secrets")
    text = config(sandbox, recorder, f'max_body = "64 KiB"\n[audit]\nfile = "{AUDIT}"')
    with started(text, folder, naming=("--config", NAME, "--json")) as daemon:
        before = len(daemon.lines)
        talk(daemon, recorder)
        assert daemon.stop() == 0
    return "\n".join([(folder / AUDIT).read_text("utf-8"), *daemon.lines[before:]])


@pytest.mark.parametrize("secret", [secret for kind, secret in KINDS.items() if kind not in NAMES])
def test_kind(written: str, secret: str) -> None:
    """No such thing is written."""
    assert secret not in written


def test_there_was_something_to_tell(written: str) -> None:
    """The session did go through both."""
    for word in ('"PATCH"', "302", "upstream-broke", "bad-request", "not-signable", "guard-origin", "body-too-large"):
        assert written.count(word) >= 2
