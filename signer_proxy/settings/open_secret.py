"""The warning about secrets that stand in the config itself: allowed, for the made-up ones of a sandbox."""

import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr

from signer_proxy.settings.config_problem import Problem
from signer_proxy.settings.draft import Draft
from signer_proxy.settings.private_file import closing, shared
from signer_proxy.settings.secret_reference import KINDS


def in_the_open(draft: Draft, path: Path | None, state: os.stat_result | None) -> Iterator[Problem]:
    """Yield a warning for each secret that stands in a config's text; a client id is none."""
    others = (
        f", and other users of this machine can read it ({closing(path)})" if path and state and shared(state) else ""
    )
    for profile, key, reference in draft.references():
        if key != "client_id" and isinstance(reference, SecretStr):
            yield Problem(("profiles", profile, key), f"stands in the config as plain text{others}; better {KINDS}")
