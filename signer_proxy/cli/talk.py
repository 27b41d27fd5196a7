"""What the daemon says: our own records, and nobody else's."""

import logging
import sys

from signer_proxy.cli.json_log import JsonLog
from signer_proxy.cli.terminal import Terminal


def talk(*, as_json: bool = False) -> None:
    """Write our records to stderr, or as JSON to stdout.

    Those of mitmproxy, aiohttp and asyncio hold URLs, and with them secrets.
    """
    ours = logging.getLogger("signer_proxy")
    ours.addHandler(_handler(as_json=as_json))
    ours.setLevel(logging.INFO)
    ours.propagate = False
    logging.getLogger().addHandler(logging.NullHandler())


def _handler(*, as_json: bool) -> logging.Handler:
    if as_json:
        out = logging.StreamHandler(sys.stdout)
        out.setFormatter(JsonLog())
        return out
    if sys.stderr.isatty():
        return Terminal()
    plain = logging.StreamHandler()
    plain.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    return plain
