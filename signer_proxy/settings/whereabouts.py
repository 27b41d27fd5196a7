"""Where the config stands that a command works with."""

import os
from collections.abc import Mapping
from pathlib import Path

from signer_proxy.settings.home import config_home


def find(explicit: Path | None, environ: Mapping[str, str], cwd: Path) -> Path | None:
    """Return where the config stands, or None for the built-in one; what a user names is not looked for elsewhere."""
    named = explicit or environ.get("SIGNER_PROXY_CONFIG")
    if named:
        return cwd / named
    # A link that leads nowhere was found, too: to pass it by would be to use another config than the one that is meant.
    places = (cwd / "signer-proxy.toml", config_home(environ) / "config.toml")
    return next((place for place in places if os.path.lexists(place)), None)
