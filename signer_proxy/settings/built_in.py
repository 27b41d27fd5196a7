"""The config that needs no file: SnapTrade on port 8080, with the two environment variables that its tools know."""

from collections.abc import Mapping
from typing import Final

from signer_proxy.errors import ConfigError

NAME: Final = "built-in config"
VARIABLES: Final = ("SNAPTRADE_CLIENT_ID", "SNAPTRADE_CONSUMER_KEY")

# config/snaptrade.toml says the same; a test compares them.
BUILT_IN: Final[Mapping[str, object]] = {
    "version": 1,
    "upstreams": {"snaptrade": {"url": "https://api.snaptrade.com", "port": 8080, "default_profile": "partner"}},
    "profiles": {
        "partner": {
            "upstream": "snaptrade",
            "scheme": "snaptrade-signature",
            "client_id": {"env": VARIABLES[0]},
            "consumer_key": {"env": VARIABLES[1]},
        }
    },
}


def built_in(environ: Mapping[str, str]) -> Mapping[str, object]:
    """Return the built-in config where both variables are set; raises ConfigError."""
    missing = [name for name in VARIABLES if not environ.get(name)]
    if missing:
        raise ConfigError(
            f"no config was found, and {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set "
            f"(export {' and '.join(VARIABLES)}, or write a config at ./signer-proxy.toml; "
            "config/snaptrade.toml is one to begin with)"
        )
    return BUILT_IN
