"""The exported HAR is one by the format's own schema, and has what was kept."""

import json
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft6Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT6

from tests.end_to_end.chromium import chromium
from tests.end_to_end.inspector.day import live
from tests.end_to_end.inspector.stage import JSON, Stage
from tests.end_to_end.inspector.test_redaction import export

_SCHEMAS: Final = Path(__file__).parents[1] / "pages" / "node_modules" / "har-schema" / "lib"


def validator() -> Draft6Validator:
    """Return a validator of HAR 1.2."""
    schemas = [json.loads(path.read_text()) for path in _SCHEMAS.glob("*.json")]
    assert schemas, "har-schema is not installed (run: .ci/tools)"
    parts = [(schema["$id"], Resource.from_contents(schema, DRAFT6)) for schema in schemas]
    registry: Registry[Any] = Registry().with_resources(parts)
    return Draft6Validator(registry.contents("har.json#"), registry=registry)


def test_it_is_valid(stage: Stage) -> None:
    """Every kind of exchange, refused and failed ones among them, is valid HAR."""
    live(stage)
    stage.call("raw-reader", "POST", "/trade/place", JSON, body=b"{}")
    stage.call("unknown", "GET", "/accounts")
    har = json.loads(export(stage, "valid.har").read_text())
    assert [(error.json_path, error.message) for error in validator().iter_errors(har)] == []
    assert har["log"]["creator"]["name"] == "signer-proxy"


def test_chromium_reads_it(stage: Stage) -> None:
    """A browser that is given the HAR for a network shows the answer that was kept."""
    reply = stage.call("partner", "GET", "/accounts")
    file = export(stage, "network.har")
    entry = json.loads(file.read_text())["log"]["entries"][-1]
    with chromium() as browser, browser.new_context() as context:
        context.route_from_har(file, not_found="abort")
        shown = context.new_page().goto(entry["request"]["url"])
        assert shown is not None
        assert (shown.status, shown.body()) == (200, reply.body)


def test_it_has_what_was_kept(stage: Stage) -> None:
    """An entry has the request as it left, but for its secrets, and the answer as it came."""
    body = b'{"substring": "NESN"}'
    reply = stage.call("partner", "POST", "/symbols", JSON, body=body)
    entry = json.loads(export(stage, "kept.har").read_text())["log"]["entries"][-1]
    assert entry["request"]["url"].startswith(f"{stage.parties.api_origin}/symbols?clientId=PARTNER&timestamp=")
    assert entry["request"]["postData"]["text"] == body.decode()
    assert {"name": "Signature", "value": "***"} in entry["request"]["headers"]
    assert entry["response"]["status"] == 200
    assert entry["response"]["content"]["text"] == reply.body.decode()
