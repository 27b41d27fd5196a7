"""The config is found in four places, in this order: named, in the environment, in the directory, in the user's."""

from pathlib import Path

import pytest

from signer_proxy.errors import ConfigError
from signer_proxy.settings.configuration import load
from signer_proxy.settings.whereabouts import find
from tests.settings.writing import config, minimal, write


@pytest.fixture(name="home")
def a_home(tmp_path: Path) -> Path:
    """Make a home with a config in each of the user's two places."""
    for base in (".config", "xdg"):
        (tmp_path / base / "signer-proxy").mkdir(parents=True)
        write(tmp_path / base / "signer-proxy" / "config.toml", "")
    return tmp_path


@pytest.fixture(name="cwd")
def a_directory(home: Path) -> Path:
    """Make a directory to start in."""
    directory = home / "cwd"
    directory.mkdir()
    return directory


def test_named_config_wins(home: Path, cwd: Path) -> None:
    """What --config names is taken, relative to the directory, even where it does not exist."""
    write(cwd / "signer-proxy.toml", "")
    environ = {"SIGNER_PROXY_CONFIG": "env.toml", "HOME": str(home)}
    assert find(Path("named.toml"), environ, cwd) == cwd / "named.toml"
    assert find(Path("/named.toml"), environ, cwd) == Path("/named.toml")


def test_environment_comes_before_the_directory(home: Path, cwd: Path) -> None:
    """What SIGNER_PROXY_CONFIG names is taken, even where it does not exist; empty, it names nothing."""
    write(cwd / "signer-proxy.toml", "")
    assert find(None, {"SIGNER_PROXY_CONFIG": "env.toml", "HOME": str(home)}, cwd) == cwd / "env.toml"
    assert find(None, {"SIGNER_PROXY_CONFIG": "", "HOME": str(home)}, cwd) == cwd / "signer-proxy.toml"


def test_link_that_leads_nowhere_is_found(home: Path, cwd: Path) -> None:
    """A broken link in the directory is not passed by for another config, but told."""
    path = cwd / "signer-proxy.toml"
    path.symlink_to("gone")
    found = find(None, {"HOME": str(home)}, cwd)
    assert found == path
    with pytest.raises(ConfigError, match="does not exist"):
        load(found, {})


def test_users_config_is_the_last_place(home: Path, cwd: Path) -> None:
    """XDG_CONFIG_HOME says where it stands, else ~/.config; a relative one is ignored, as its specification says."""
    environ = {"HOME": str(home)}
    default = home / ".config/signer-proxy/config.toml"
    assert find(None, environ, cwd) == default
    assert find(None, {**environ, "XDG_CONFIG_HOME": str(home / "xdg")}, cwd) == home / "xdg/signer-proxy/config.toml"
    assert find(None, {**environ, "XDG_CONFIG_HOME": "../xdg"}, cwd) == default
    assert find(None, {**environ, "XDG_CONFIG_HOME": ""}, cwd) == default


def test_nothing_is_found(cwd: Path) -> None:
    """Where no place holds a config, none is found, and the built-in one is left."""
    assert find(None, {"HOME": str(cwd)}, cwd) is None


def test_built_in_config_signs_for_snaptrade() -> None:
    """Two environment variables are enough for a config with one upstream and one profile."""
    environ = {"SNAPTRADE_CLIENT_ID": "ID", "SNAPTRADE_CONSUMER_KEY": "key"}
    configuration = load(None, environ)
    [(name, upstream)] = configuration.settings.upstreams.items()
    assert (name, upstream.url, upstream.port) == ("snaptrade", "https://api.snaptrade.com", 8080)
    assert upstream.default_profile == "partner"
    assert {key: secret.get_secret_value() for key, secret in configuration.secrets.items()} == {
        ("partner", "client_id"): "ID",
        ("partner", "consumer_key"): "key",
    }
    assert (configuration.path, configuration.files, configuration.warnings) == (None, frozenset(), ())


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        pytest.param({}, "SNAPTRADE_CLIENT_ID and SNAPTRADE_CONSUMER_KEY are not set", id="both"),
        pytest.param({"SNAPTRADE_CLIENT_ID": "ID"}, "SNAPTRADE_CONSUMER_KEY is not set", id="key"),
        pytest.param(
            {"SNAPTRADE_CLIENT_ID": "", "SNAPTRADE_CONSUMER_KEY": "k"}, "SNAPTRADE_CLIENT_ID is not set", id="empty-id"
        ),
    ],
)
def test_without_config_and_keys_it_is_said_what_to_do(environ: dict[str, str], missing: str) -> None:
    """The error names the variables that are missing, and the file that would do instead."""
    with pytest.raises(ConfigError) as caught:
        load(None, environ)
    assert caught.value.problems == (
        f"no config was found, and {missing} (export SNAPTRADE_CLIENT_ID and SNAPTRADE_CONSUMER_KEY, or write a config "
        "at ./signer-proxy.toml; config/snaptrade.toml is one to begin with)",
    )


def test_built_in_config_has_a_name_in_errors() -> None:
    """A value that the built-in config cannot take is told with where it came from."""
    with pytest.raises(ConfigError) as caught:
        load(None, {"SNAPTRADE_CLIENT_ID": "I D", "SNAPTRADE_CONSUMER_KEY": "key"})
    assert caught.value.problems == (
        "built-in config: profiles.partner.client_id: must be printable text without spaces, got other signs "
        "(copy it again, and nothing else)",
    )


def test_relative_path_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A config that is named from where we stand is known by its absolute path."""
    config(tmp_path, minimal('consumer_key = { file = "key" }'))
    write(tmp_path / "key", "k")
    monkeypatch.chdir(tmp_path)
    configuration = load(Path("c.toml"), {})
    assert configuration.path == tmp_path / "c.toml"
    assert configuration.files == {tmp_path / "c.toml", tmp_path / "key"}
