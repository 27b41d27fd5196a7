"""What the daemon says on stderr: our own records, and nobody else's."""

import logging


def talk() -> None:
    """Write our records to stderr; those of mitmproxy, aiohttp and asyncio hold URLs, and with them secrets."""
    out = logging.StreamHandler()
    out.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    ours = logging.getLogger("signer_proxy")
    ours.addHandler(out)
    ours.setLevel(logging.INFO)
    ours.propagate = False
    logging.getLogger().addHandler(logging.NullHandler())
