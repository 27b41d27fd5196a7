"""The daemon's records for programs: one JSON object a line, exchanges as the audit has them."""

import json
import logging
from datetime import UTC, datetime

from signer_proxy.audit.line import entry
from signer_proxy.proxy.course import Exchange


class JsonLog(logging.Formatter):
    """Writes an exchange with the keys of the audit, and all else as `time, kind = "message", level, message`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        done = getattr(record, "exchange", None)
        if isinstance(done, Exchange):
            return json.dumps(entry(done))
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        level, message = record.levelname.lower(), record.getMessage()
        return json.dumps({"time": time, "kind": "message", "level": level, "message": message})
