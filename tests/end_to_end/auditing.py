"""A daemon with an audit, and what stands in it."""

import json
from pathlib import Path
from typing import Any, Final

from tests.end_to_end.daemon import free_port

AUDIT: Final = "audit.jsonl"
ORDER: Final = ("POST", "/trade/place")

type Line = dict[str, Any]


def config(origin: str, *profile: str, audit: str = f'file = "{AUDIT}"') -> str:
    """Return a config with an audit and one profile, which may trade at `origin`, and more lines in that profile."""
    more = "\n".join(profile)
    return f"""
        version = 1
        [audit]
        {audit}
        [upstreams.api]
        url = "{origin}"
        port = {free_port()}
        default_profile = "partner"
        [profiles.partner]
        upstream = "api"
        scheme = "snaptrade-signature"
        client_id = "CLIENT"
        consumer_key = "api-consumer-key"
        access = "trade"
        {more}
    """


def lines(folder: Path, name: str = AUDIT) -> list[Line]:
    """Return the lines of an audit's file, each of them whole."""
    text = (folder / name).read_text("utf-8")
    assert text.endswith("\n") or not text
    return [json.loads(line) for line in text.splitlines()]


def told(folder: Path, *keys: str) -> list[tuple[Any, ...]]:
    """Return some values of each line."""
    return [tuple(line[key] for key in keys) for line in lines(folder)]
