"""The warning about secrets that stand in the config itself: allowed, for the made-up ones of a sandbox."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from signer_proxy.settings.config_problem import Problem
from signer_proxy.settings.draft import Draft, Place
from signer_proxy.settings.private_file import closing, shared
from signer_proxy.settings.secret_reference import KINDS

_PUBLIC_HEADERS: Final = frozenset({"accept", "content-type", "user-agent"})


def in_the_open(draft: Draft, path: Path | None, state: os.stat_result | None) -> Iterator[Problem]:
    """Yield a warning for each secret that stands in a config's text; client ids are none."""
    others = (
        f", and other users of this machine can read it ({closing(path)})" if path and state and shared(state) else ""
    )
    for place, reference in draft.references():
        if isinstance(reference, SecretStr) and not _is_public(place):
            yield Problem(place.path, f"stands in the config as plain text{others}; better {KINDS}")


def _is_public(place: Place) -> bool:
    match place.way:
        case ("client_id",):
            return True
        case ("token", "headers", name):
            return name.lower() in _PUBLIC_HEADERS
        case _:
            return False
