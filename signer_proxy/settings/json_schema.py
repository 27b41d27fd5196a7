"""The config's JSON Schema, for editors: `python -m signer_proxy.settings.json_schema` prints it."""

import json
import sys

from signer_proxy.settings.schema import Settings


def json_schema() -> str:
    """Return the JSON Schema of the config, as the file in config/ holds it."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Settings.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(json_schema())
