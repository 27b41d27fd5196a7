"""The daemon that runs on a command's config."""

import os
from pathlib import Path

from signer_proxy.cli.failure import Failure
from signer_proxy.control import Control, find
from signer_proxy.settings import whereabouts


def running(path: Path | None) -> Control:
    """Return the daemon that runs on the config at `path`, or where one is found. Raises Failure, StartError."""
    config = whereabouts.find(path, os.environ, Path.cwd())
    control = find(config, os.environ)
    if control is None:
        name = config or "the built-in config"
        raise Failure(f"{name}: no daemon runs on this config (start one with `signer-proxy run`)")
    return control
