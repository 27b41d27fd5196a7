"""Bruno's files: a collection with an environment for each way; what each call must be answered stands in it.

Source of the format: https://docs.usebruno.com/bru-lang/overview
"""

import json
import re
from typing import Final

from tests.recipes.calls import CALLS, Call
from tests.recipes.way import WAYS, Way

FOLDER: Final = "bruno"


def files() -> dict[str, str]:
    """Return the text of each file by its path below `docs/recipes`."""
    about = {"version": "1", "name": "signer-proxy", "type": "collection"}
    return (
        {f"{FOLDER}/bruno.json": json.dumps(about, indent=2) + "\n"}
        | {f"{FOLDER}/environments/{way.name}.bru": _environment(way) for way in WAYS.values()}
        | {f"{FOLDER}/{number:02} {_slug(call)}.bru": _request(number, call) for number, call in enumerate(CALLS, 1)}
    )


def bru(way: Way) -> str:
    """Return the commands that run the collection."""
    command = f"bru run --env {way.name} --reporter-json /dev/stdout"
    if way.name == "exec":
        command = f"signer-proxy exec -- {command}"
    elif way.proxy is not None:
        command = f"HTTP_PROXY={way.proxy} {command}"
    return f"cd {FOLDER}\n{command}"


def _request(number: int, call: Call) -> str:
    body = "none" if call.body is None else "json"
    blocks = [
        _block("meta", f"name: {call.title}", "type: http", f"seq: {number}"),
        _block(call.method.lower(), f"url: {{{{{call.api}}}}}{call.path}", f"body: {body}", "auth: none"),
        *([] if call.body is None else [_block("body:json", call.body)]),
        _block("assert", f"res.status: eq {call.status}"),
    ]
    return "\n".join(blocks)


def _environment(way: Way) -> str:
    return _block("vars", f"snaptrade: {way.snaptrade}", f"pti: {way.pti}")


def _block(name: str, *lines: str) -> str:
    inside = "".join(f"  {line}\n" for line in lines)
    return f"{name} {{\n{inside}}}\n"


def _slug(call: Call) -> str:
    return re.sub(
        r"\W+", "-", call.title.partition(":")[0 if call.api == "snaptrade" else 2].strip().lower().replace("'", "")
    )
