"""What is watched for a reload: the config and every file that it refers to, however broken they are."""

from pathlib import Path

import pytest

from signer_proxy.errors import ConfigError
from signer_proxy.settings.configuration import load, watched
from tests.settings.writing import config, minimal, write

REFERRING = 'consumer_key = { file = "key" }\nuser_id = "alice"\nuser_secret = { file = "/run/secrets/alice" }'


def test_files_of_a_configuration(tmp_path: Path) -> None:
    """The config and its files are known by absolute paths, each as it is named and not where its link leads."""
    data, seen = tmp_path / "data", tmp_path / "seen"
    for directory in (data, seen):
        directory.mkdir()
    config(data, minimal('consumer_key = { file = "key" }\nuser_id = "a"\nuser_secret = { file = "../secret" }'))
    write(data / "key", "key")
    write(tmp_path / "secret", "secret")
    for name in ("c.toml", "key"):
        (seen / name).symlink_to(data / name)
    assert load(seen / "c.toml", {}).files == {seen / "c.toml", seen / "key", seen / ".." / "secret"}


def test_files_of_a_config_that_does_not_load(tmp_path: Path) -> None:
    """A config whose secrets are missing names what has to appear; other mistakes in it do not matter."""
    path = config(tmp_path, minimal(f"{REFERRING}\naccess = 5\n"))
    with pytest.raises(ConfigError):
        load(path, {})
    assert watched(path, {}) == {path, tmp_path / "key", Path("/run/secrets/alice")}


@pytest.mark.parametrize("content", ["version =", None], ids=["no-toml", "missing"])
def test_config_itself_is_always_watched(content: str | None, tmp_path: Path) -> None:
    """A config that cannot be read is watched alone."""
    path = tmp_path / "c.toml"
    if content is not None:
        write(path, content)
    assert watched(path, {}) == {path}
