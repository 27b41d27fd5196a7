"""What the service manager hands over is found in the directory that it names."""

import re
from pathlib import Path

import pytest

from signer_proxy.errors import ConfigError
from signer_proxy.settings.configuration import load
from tests.settings.writing import config, jwt, minimal, rsa_key, write

REFERENCE = 'consumer_key = { file = "$CREDENTIALS_DIRECTORY/key" }'


def test_secret_and_key(tmp_path: Path) -> None:
    """Secrets and private keys come from there, wherever the config stands, and are watched."""
    handed = tmp_path / "handed"
    handed.mkdir()
    write(handed / "key", "made-up", 0o400)
    write(handed / "pem", rsa_key().pem(), 0o400)
    text = minimal(REFERENCE) + jwt(key='private_key = { file = "$CREDENTIALS_DIRECTORY/pem" }')
    file = config(tmp_path, text)
    loaded = load(file, {"CREDENTIALS_DIRECTORY": str(handed)})
    assert loaded.secrets["p", "consumer_key"].get_secret_value() == "made-up"
    assert set(loaded.keys) == {"me"}
    assert loaded.files == {file, handed / "key", handed / "pem"}


def test_shared(tmp_path: Path) -> None:
    """A file that others can read is refused there as everywhere."""
    write(tmp_path / "key", "made-up", 0o444)
    with pytest.raises(ConfigError, match="closed to other users, got mode 0444"):
        load(config(tmp_path, minimal(REFERENCE)), {"CREDENTIALS_DIRECTORY": str(tmp_path)})


def test_nothing_handed_over(tmp_path: Path) -> None:
    """Without a service manager the error names the file as it is written."""
    with pytest.raises(ConfigError, match=re.escape("$CREDENTIALS_DIRECTORY/key does not exist")):
        load(config(tmp_path, minimal(REFERENCE)), {})
