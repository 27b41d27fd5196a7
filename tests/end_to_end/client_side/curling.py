"""curl as a user calls it."""

import json
import subprocess
from pathlib import Path
from typing import Any, Final

from tests.end_to_end.daemon import PATIENCE
from tests.end_to_end.wire import Reply

JSON: Final = ("--header", "Content-Type: application/json")


def curl(url: str, *arguments: str | Path) -> Reply:
    """Call a URL."""
    command = ["curl", "--silent", "--show-error", "--include", "--noproxy", "*", *arguments, url]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return Reply(int(line.split(" ")[1]), headers, body)


def content(reply: Reply) -> Any:  # noqa: ANN401 - JSON
    """Return the body of a good answer, read as JSON."""
    assert reply.status == 200, reply
    return json.loads(reply.body)
