"""What a command finds in its environment: the way to us, and no secret."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.exec.stage import SECRET, Stage

SHOW = """
import json, os
environ = dict(os.environ)
files = {name: open(value).read() for name, value in environ.items() if value.endswith(".pem")}
modes = {value: os.stat(os.path.dirname(value)).st_mode & 0o777 for value in environ.values() if value.endswith(".pem")}
raw = open("/proc/self/environ").read() if os.path.exists("/proc/self/environ") else ""
print(json.dumps({"environ": environ, "files": files, "modes": modes, "raw": raw}))
"""


def shown(stage: Stage, **extra: str) -> Any:  # noqa: ANN401 - JSON
    """Return what a command finds."""
    done = stage.run(sys.executable, "-c", SHOW, extra=extra)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_secrets_are_gone(stage: Stage) -> None:
    """The variables that the config names as secrets are not there, by no name; the client's id is."""
    found = shown(stage)
    assert not {"THE_KEY", "ALICE_SECRET"} & found["environ"].keys()
    assert found["environ"]["THE_ID"] == "PARTNER"
    everything = json.dumps(found)
    assert SECRET not in everything
    assert "alice-secret" not in everything


def test_everything_else_stays(stage: Stage) -> None:
    """What is none of ours goes through as it is."""
    found = shown(stage, SOMETHING="else ö")["environ"]
    assert found["SOMETHING"] == "else ö"
    assert found["HOME"] == stage.environ["HOME"]


def test_proxy_variables(stage: Stage) -> None:
    """All of them name our port, and a user's own exceptions stay unless they cover the API."""
    found = shown(stage, NO_PROXY="intern.example,snaptrade.com,.com,*", no_proxy="", ALL_PROXY="socks5://other")
    environ = found["environ"]
    names = [name for name in environ if name.lower() in ("http_proxy", "https_proxy", "all_proxy")]
    assert len(names) == 6
    (url,) = {environ[name] for name in names}
    assert url.startswith("http://127.0.0.1:")
    assert environ["NO_PROXY"] == environ["no_proxy"] == "localhost,127.0.0.1,::1"
    found = shown(stage, NO_PROXY="intern.example,snaptrade.com,.com,*,10.0.0.0/8")
    assert found["environ"]["no_proxy"] == "intern.example,10.0.0.0/8,localhost,127.0.0.1,::1"


def test_authorities_are_the_users_and_ours(stage: Stage) -> None:
    """The bundle holds what the user trusted before, and one certificate more, in a directory closed to others."""
    found = shown(stage)
    before = stage.authorities.read_text()
    for name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO", "DENO_CERT"):
        content = found["files"][name]
        assert content.startswith(before)
        assert content.count("BEGIN CERTIFICATE") == before.count("BEGIN CERTIFICATE") + 1
    ours = found["files"]["NODE_EXTRA_CA_CERTS"].strip()
    assert ours.count("BEGIN CERTIFICATE") == 1
    assert content.strip().endswith(ours)
    assert (next((stage.folder / "state" / "signer-proxy").glob("ca-*.pem"))).read_text().strip() == ours
    assert set(found["modes"].values()) == {0o700}


@pytest.mark.parametrize("name", ["CURL_CA_BUNDLE", "PIP_CERT", "AWS_CA_BUNDLE", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"])
def test_own_file_of_one_variable_stays_its_own(stage: Stage, tmp_path: Path, name: str) -> None:
    """Whom the user trusts for one program is not trusted by others; the program trusts us beside them."""
    (tmp_path / "special.pem").write_text("# for it alone\n")
    found = shown(stage, **{name: str(tmp_path / "special.pem")})
    assert found["files"][name].startswith("# for it alone\n")
    assert found["files"][name].count("BEGIN CERTIFICATE") == 1
    assert "for it alone" not in found["files"]["SSL_CERT_FILE"]


@pytest.mark.parametrize("value", ["/nowhere/at-all.pem", "/"], ids=["missing", "directory"])
def test_own_file_that_cannot_be_read(stage: Stage, value: str) -> None:
    """The command is not run with less than the user meant."""
    done = stage.run("echo", "run", extra={"REQUESTS_CA_BUNDLE": value})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"signer-proxy: REQUESTS_CA_BUNDLE: '{value}' cannot be read: ")


def test_java_options_are_appended(stage: Stage) -> None:
    """What the user wants of Java stays."""
    options = shown(stage, JAVA_TOOL_OPTIONS="-Xmx64m")["environ"]["JAVA_TOOL_OPTIONS"]
    assert options.startswith("-Xmx64m -Dhttp.proxyHost=127.0.0.1 ")


def test_client_token_is_part_of_the_proxys_url(stage: Stage) -> None:
    """Where the config has one, the command needs it, in the only place where programs look; its variable is gone."""
    config = stage.folder / "token.toml"
    text = (stage.folder / "signer-proxy.toml").read_text()
    config.write_text(text.replace("[upstreams", '[proxy]\nclient_token = { env = "TOKEN" }\n[upstreams', 1))
    extra = {"SIGNER_PROXY_CONFIG": str(config), "TOKEN": "to:k/en@%"}
    found = shown(stage, **extra)["environ"]
    assert found["HTTPS_PROXY"].startswith("http://signer:to%3Ak%2Fen%40%25@127.0.0.1:")
    assert "TOKEN" not in found
    assert "to%3Ak" not in found["JAVA_TOOL_OPTIONS"]
    done = stage.run("curl", "-sS", "https://api.snaptrade.com/accounts", extra=extra)
    assert '"id"' in done.stdout
    bare = 'curl -sSi -x "http://${HTTPS_PROXY#*@}" https://api.snaptrade.com/accounts'
    assert "407" in stage.run("sh", "-c", bare, extra=extra).stdout


def test_files_end_with_the_command(stage: Stage) -> None:
    """Nothing is left of the bundle."""
    file = shown(stage)["environ"]["SSL_CERT_FILE"]
    assert not os.path.exists(os.path.dirname(file))
