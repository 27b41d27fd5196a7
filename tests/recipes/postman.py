"""Postman's files: a collection of plain requests, with no script in them, and an environment for each way.

Source of the format: https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html
"""

import json
from typing import Final

from tests.recipes.calls import CALLS, Call
from tests.recipes.way import WAYS, Way

COLLECTION: Final = "postman/signer-proxy.postman_collection.json"
_SCHEMA: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def files() -> dict[str, str]:
    """Return the text of each file by its path below `docs/recipes`."""
    collection = {
        "info": {"name": "signer-proxy", "schema": _SCHEMA, "description": "Plain requests: the proxy signs them."},
        "item": [_item(call) for call in CALLS],
    }
    return {COLLECTION: _text(collection)} | {environment(way): _text(_variables(way)) for way in WAYS.values()}


def environment(way: Way) -> str:
    """Return the path of a way's environment."""
    return f"postman/{way.name}.postman_environment.json"


def newman(way: Way) -> str:
    """Return the command that runs the collection."""
    command = f"newman run {COLLECTION} --environment {environment(way)} --verbose"
    if way.name == "exec":
        return f"signer-proxy exec -- {command}"
    return command if way.proxy is None else f"HTTP_PROXY={way.proxy} {command}"


def _item(call: Call) -> dict[str, object]:
    request: dict[str, object] = {"method": call.method, "header": [], "url": f"{{{{{call.api}}}}}{call.path}"}
    if call.body is not None:
        # The language makes Postman say that the content is JSON.
        request["body"] = {"mode": "raw", "raw": call.body, "options": {"raw": {"language": "json"}}}
    return {"name": call.title, "request": request}


def _variables(way: Way) -> dict[str, object]:
    values = {"snaptrade": way.snaptrade, "pti": way.pti}
    return {
        "name": f"signer-proxy, {way.name}",
        "values": [{"key": key, "value": value} for key, value in values.items()],
        "_postman_variable_scope": "environment",
    }


def _text(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
