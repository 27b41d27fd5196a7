"""The web UI's event log: our own records, since those of mitmproxy and of web servers hold URLs."""

import logging
from typing import Final

from mitmproxy.addons.eventstore import EventStore

_KEPT: Final = 1000
_OURS: Final = "signer_proxy"


class Events(EventStore):
    """mitmproxy's store of records, with ours alone."""

    def __init__(self) -> None:
        super().__init__(_KEPT)
        self.logger.uninstall()
        logging.getLogger(_OURS).addHandler(self.logger)

    def done(self) -> None:
        """Listen no more."""
        logging.getLogger(_OURS).removeHandler(self.logger)
