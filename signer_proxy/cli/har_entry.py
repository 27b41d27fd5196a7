"""Read a request from a HAR file: the one that was refused, or the one that is asked for."""

import json
import os
from base64 import b64decode
from datetime import datetime
from typing import Any

from signer_proxy.cli.entry import choose
from signer_proxy.cli.failure import Failure
from signer_proxy.cli.told_request import ToldRequest, told

_HOP = (b":authority", b":method", b":path", b":scheme")


def read_har(content: bytes, subject: str, number: int | None = None) -> ToldRequest:
    """Return entry `number`, from 1; else the last signed one that was answered 401, else the last. Raises Failure."""
    try:
        found = json.loads(content.removeprefix(b"\xef\xbb\xbf"))
        entries = found["log"]["entries"] if "log" in found else [found]
        return _read(choose(entries, number, subject, names=_names, status=_status), subject)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, OverflowError) as e:
        raise Failure(f"{subject}: must be a HAR file, or one entry of it, with a request (export it again)") from e


def _names(entry: dict[str, Any]) -> set[str]:
    return {header["name"].lower() for header in entry["request"]["headers"]}


def _status(entry: dict[str, Any]) -> int | None:
    status: int | None = entry.get("response", {}).get("status")
    return status


def _read(entry: dict[str, Any], subject: str) -> ToldRequest:
    request = entry["request"]
    headers = tuple((os.fsencode(each["name"]), os.fsencode(each["value"])) for each in request["headers"])
    data = request.get("postData") or {}
    text = data.get("text", "")
    body = b64decode(text) if data.get("encoding") == "base64" else os.fsencode(text)
    started = entry.get("startedDateTime")
    time = datetime.fromisoformat(started).timestamp() if started else None
    kept = tuple((name, value) for name, value in headers if name.lower() not in _HOP)
    return told(request["method"], request["url"], kept, body, subject, time=time)
