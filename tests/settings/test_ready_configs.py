"""The configs that ship load as they are, and the JSON Schema that ships is the one of the models."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from signer_proxy.settings.configuration import load
from signer_proxy.settings.json_schema import json_schema
from signer_proxy.settings.key_reference import PrivateKeyFile, PtiKeyFile
from signer_proxy.settings.schema import (
    Audit,
    Inspect,
    Proxy,
    PtiSignatureProfile,
    PtiTokenProfile,
    Settings,
    SnapTradeJwt,
    SnapTradeSignature,
    Upstream,
)
from signer_proxy.settings.token_source import TokenUrl
from tests import jose_peer
from tests.settings.writing import UPSTREAM, config, jwk, minimal, rsa_key, write

CONFIG: Final = Path(__file__).parents[2] / "config"
SCHEMA: Final = CONFIG / "signer-proxy.schema.json"
READY: Final = sorted(CONFIG.glob("*.toml"))
KEYS: Final = {
    "SNAPTRADE_CLIENT_ID": "ID",
    "SNAPTRADE_CONSUMER_KEY": "key",
    "ALICE_KEY_PASSPHRASE": "made-up",
    "BOB_APP_SESSION": "made-up",
    "PTI_CLIENT_ID": "ID",
    "PTI_KEY_PASSPHRASE": "made-up",
    "SIGNER_PROXY_TOKEN": "made-up",
}


def validator() -> Draft202012Validator:
    """Return a validator of the schema that ships."""
    return Draft202012Validator(json.loads(SCHEMA.read_text()))


def test_schema_is_current() -> None:
    """The file is what `make schema` would write now."""
    printed = subprocess.run(
        [sys.executable, "-m", "signer_proxy.settings.json_schema"], check=True, capture_output=True
    ).stdout
    assert printed.decode() == json_schema() == SCHEMA.read_text()


def test_schema_is_a_schema() -> None:
    """The file is valid JSON Schema of the draft that it names."""
    schema = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$schema"]


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        pytest.param(minimal("x = 1"), "'x'", id="unknown-key"),
        pytest.param(minimal().replace("8080", "0"), "minimum", id="port"),
        pytest.param(minimal().replace("snaptrade-signature", "x"), "'snaptrade-signature'", id="scheme"),
        pytest.param(minimal() + '[proxy]\nmax_body = "10 MB"', "does not match", id="size"),
        pytest.param(f"version = 1\n{UPSTREAM}\n[profiles]\n", "non-empty", id="no-profile"),
        pytest.param(minimal("consumer_key = { file = 5 }"), "consumer_key", id="reference"),
    ],
)
def test_schema_finds_mistakes(wrong: str, word: str) -> None:
    """An editor that reads the schema sees the same mistakes as we do."""
    assert word in " ".join(str(error) for error in validator().iter_errors(tomllib.loads(wrong)))


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in READY])
def test_ready_config_loads(path: Path, tmp_path: Path) -> None:
    """Each config that ships fits the schema, says so to editors, and loads once its secrets are there."""
    text = path.read_text()
    assert text.startswith(f"#:schema ./{SCHEMA.name}\n")
    validator().validate(tomllib.loads(text))
    for name in ("alice.secret", "mine.key", "client_id", "consumer_key", "client_token"):
        write(tmp_path / name, "made-up")
    for name in ("alice.pem", "bob.pem", "snaptrade.pem"):
        write(tmp_path / name, rsa_key().pem())
    write(tmp_path / "pti.jwk", jwk())
    write(tmp_path / "pti.pem", jose_peer.pem(jwk("RSA"), KEYS["PTI_KEY_PASSPHRASE"]))
    write(tmp_path / "alice.pub", rsa_key().public.line("alice@here"), 0o644)
    environ = {**KEYS, "CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert load(config(tmp_path, text), environ).settings.version == 1


def test_there_is_a_config_for_each_purpose() -> None:
    """The sandbox, the APIs and the reference have theirs."""
    assert {path.stem for path in READY} >= {"sandbox", "snaptrade", "snaptrade-jwt", "pti", "example"}


def test_snaptrade_config_is_the_built_in_one() -> None:
    """Who copies config/snaptrade.toml begins with what the proxy does without it."""
    assert load(CONFIG / "snaptrade.toml", KEYS).settings == load(None, KEYS).settings


def test_sandbox_is_the_only_config_that_lets_money_move() -> None:
    """Only the config of the sandbox says access = "trade", and it needs no environment and no file."""
    sandbox = load(CONFIG / "sandbox.toml", {}).settings
    assert [profile.access for profile in sandbox.profiles.values()] == ["trade"]
    others = [tomllib.loads(path.read_text()) for path in READY if path.stem != "sandbox"]
    assert all(profile.get("access") != "trade" for other in others for profile in other["profiles"].values())


def test_example_has_every_key() -> None:
    """No key of the schema is missing from config/example.toml, and what it calls a default is one."""
    example: dict[str, Any] = tomllib.loads((CONFIG / "example.toml").read_text())
    assert set(example) == set(Settings.model_fields)
    assert set(example["proxy"]) == set(Proxy.model_fields)
    assert set(example["inspect"]) == set(Inspect.model_fields)
    assert set(example["audit"]) == set(Audit.model_fields)
    assert set(example["upstreams"]["snaptrade"]) == set(Upstream.model_fields)
    profiles = example["profiles"]
    assert set(profiles["partner"]) == set(SnapTradeSignature.model_fields)
    assert set(profiles["alice"]) == set(SnapTradeJwt.model_fields)
    assert set(profiles["alice"]["private_key"]) == set(PrivateKeyFile.model_fields)
    assert set(profiles["bob"]["token"]) == set(TokenUrl.model_fields)
    assert set(profiles["pti"]) == set(PtiSignatureProfile.model_fields)
    assert set(profiles["pti"]["private_key"]) == set(PtiKeyFile.model_fields)
    assert set(profiles["pti-user"]) == set(PtiTokenProfile.model_fields)
    optional = {key for key, field in Proxy.model_fields.items() if not field.default}
    others = {key: value for key, value in example["proxy"].items() if key not in optional}
    assert Proxy.model_validate(others) == Proxy.model_validate({})
    defaults = [line for line in (CONFIG / "example.toml").read_text().splitlines() if "# default" in line]
    models = (
        Proxy,
        Inspect,
        Audit,
        Upstream,
        SnapTradeSignature,
        SnapTradeJwt,
        TokenUrl,
        PtiSignatureProfile,
        PtiTokenProfile,
    )
    fields = {key: field for model in models for key, field in model.model_fields.items()}
    for key, value in (entry for line in defaults for entry in tomllib.loads(line).items()):
        default = fields[key].default
        assert (list(default) if isinstance(default, tuple) else default) == value, key
