"""Whose port a command gets: the running daemon's, or one of a daemon that ends with the command."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.daemon import NAME, PATIENCE, Daemon, free_port, started
from tests.end_to_end.exec.stage import API, Stage

URL = f"https://{API}/accounts"
CONFIG = "SIGNER_PROXY_CONFIG"
TOKEN = '[proxy]\nclient_token = { env = "TOKEN" }\n'


@pytest.fixture
def daemon(stage: Stage) -> Iterator[Daemon]:
    """Start the daemon of the stage's config."""
    with started((stage.folder / NAME).read_text(), stage.folder, stage.environ) as daemon:
        yield daemon


def test_running_daemon_is_used(stage: Stage, daemon: Daemon) -> None:
    """The running daemon signs, as its log shows; other hosts pass it untouched, and it goes on afterwards."""
    done = stage.run("curl", "-sS", URL, f"{stage.foreign_url}/hello.txt")
    assert (done.returncode, done.stderr) == (0, "")
    assert '"id"' in done.stdout
    assert done.stdout.endswith("hello from afar")
    daemon.wait_for(r"GET api\.snaptrade\.com/accounts ")
    assert "hello.txt" not in daemon.output
    port = stage.run("sh", "-c", "echo ${HTTPS_PROXY##*:}").stdout.strip()
    gone = subprocess.run(["curl", "-sS", "-x", f"http://127.0.0.1:{port}", URL], capture_output=True, check=False)
    assert gone.returncode == 7


def test_running_daemon_needs_nothing_of_the_shell(stage: Stage, daemon: Daemon, tmp_path: Path) -> None:
    """The daemon of a service has the secrets, and its own authority: a shell that has neither runs commands by it."""
    environ = {
        name: value for name, value in stage.environ.items() if name not in ("THE_ID", "THE_KEY", "ALICE_SECRET")
    }
    environ = {**environ, "XDG_STATE_HOME": str(tmp_path), "THE_KEY": "of another config"}
    done = subprocess.run(
        stage.command("sh", "-c", 'curl -sS "$1"; echo "key: ${THE_KEY-none}"', "sh", URL),
        cwd=stage.folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert '"id"' in done.stdout
    assert done.stdout.endswith("key: none\n")
    daemon.wait_for(r"GET api\.snaptrade\.com/accounts ")
    assert list(tmp_path.iterdir()) == []


def test_token_of_the_running_daemon(stage: Stage, tmp_path: Path) -> None:
    """The daemon's client token reaches the command over the user's own socket, and stands in nothing that is said."""
    text = (stage.folder / NAME).read_text().replace("[upstreams", TOKEN + "[upstreams", 1)
    environ = {**stage.environ, "TOKEN": "token-of-the-daemon"}
    with started(text, tmp_path, environ) as daemon:
        done = stage.run(
            "sh", "-c", 'curl -sS "$1"; echo "$HTTPS_PROXY"', "sh", URL, extra={CONFIG: str(daemon.config)}
        )
        assert '"id"' in done.stdout
        assert "http://signer:token-of-the-daemon@127.0.0.1:" in done.stdout
        assert "token-of-the-daemon" not in done.stderr + daemon.output


def test_broken_config_beside_a_running_daemon(stage: Stage, daemon: Daemon) -> None:
    """Where it cannot be said which variables are secret, no command gets any."""
    text = daemon.config.read_text()
    daemon.config.write_text(text.replace("THE_KEY", 'THE_KEY", typo = "x'))
    try:
        done = stage.run("echo", "run")
    finally:
        daemon.config.write_text(text)
    assert (done.returncode, done.stdout) == (1, "")


OTHER = """
[upstreams.other]
url = "https://api.other.example"
port = {port}
"""


def test_reload_that_adds_a_host(stage: Stage, tmp_path: Path) -> None:
    """Who trusts the certificate of one host goes on while others come and go: a command, and a tool told by hand."""
    forward = free_port()
    text = (stage.folder / NAME).read_text().replace("[upstreams", f"[proxy]\nforward_port = {forward}\n[upstreams", 1)
    with started(text, tmp_path, stage.environ) as daemon:
        command = stage.command("sh", "-c", "curl -sSo /dev/null $1; echo ready; read word; curl -sS $1", "sh", URL)
        with subprocess.Popen(
            command,
            cwd=stage.folder,
            env={**stage.environ, CONFIG: str(daemon.config)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as running:
            assert running.stdout is not None
            assert running.stdout.readline() == "ready\n"
            trusted = tmp_path / "trusted.pem"
            trusted.write_bytes((stage.folder / "state" / "signer-proxy" / f"ca-{API}.pem").read_bytes())
            daemon.config.write_text(text + OTHER.format(port=free_port()))
            daemon.wait_for("the changed config is in use")
            output, _ = running.communicate("go\n", timeout=PATIENCE)
            assert '"id"' in output
        tool = ["curl", "-sS", "-x", f"http://127.0.0.1:{forward}", "--cacert", str(trusted), URL]
        assert b'"id"' in subprocess.check_output(tool, env={"PATH": stage.environ["PATH"]})


def test_refused_reload_keeps_the_corporate_proxy(stage: Stage, daemon: Daemon) -> None:
    """A config that wants the port of the organisation's proxy for itself is refused, and nothing of it stays."""
    text = daemon.config.read_text()
    daemon.config.write_text(text.replace("[upstreams", f"[proxy]\nforward_port = {stage.proxy.port}\n[upstreams", 1))
    try:
        daemon.wait_for("cannot listen on")
        done = stage.run("curl", "-sS", URL)
    finally:
        daemon.config.write_text(text)
    assert '"id"' in done.stdout
    assert stage.proxy.asked == [f"CONNECT {API}:443 HTTP/1.1"]


def test_commands_run_beside_each_other(stage: Stage) -> None:
    """Two commands of one config both have their calls signed; the second says that the upstream's port is taken."""
    with subprocess.Popen(
        stage.command("sh", "-c", "echo ready; read word; curl -sS $1", "sh", URL),
        cwd=stage.folder,
        env=stage.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "ready\n"
        second = stage.run("curl", "-sS", URL)
        assert second.returncode == 0
        assert '"id"' in second.stdout
        assert "it is in use" in second.stderr
        assert "calls to the real URLs are signed all the same" in second.stderr
        output, _ = first.communicate("go\n", timeout=PATIENCE)
        assert '"id"' in output


def test_upstreams_own_port_is_open(stage: Stage) -> None:
    """What knows no proxy calls the upstream's port."""
    done = stage.run("sh", "-c", 'curl -sS --noproxy "*" $1', "sh", f"http://127.0.0.1:{stage.port}/accounts")
    assert '"id"' in done.stdout


def test_sdk_that_uses_no_proxy_is_told_of(stage: Stage) -> None:
    """A Python that has the vendor's SDK gets one line, with the port that it needs; others get none."""
    done = stage.run(sys.executable, "-c", "")
    expected = f'SnapTrade(…, host="http://127.0.0.1:{stage.port}")'
    assert done.stderr.count("\n") == 1
    assert expected in done.stderr
    assert stage.run("true").stderr == ""


SDK = """
import sys
from snaptrade_client import SnapTrade
from snaptrade_client.auth import SnapTradeAuth
client = SnapTrade(auth=SnapTradeAuth.commercial_api_key("wrong", "NOBODY"), host=sys.argv[1])
print(client.account_information.list_user_accounts(user_id="alice", user_secret="alice-secret").body)
"""


def test_line_to_change_is_right(stage: Stage) -> None:
    """With that line the SDK is signed for."""
    done = stage.run(sys.executable, "-c", SDK, f"http://127.0.0.1:{stage.port}", extra={"PYTHONWARNINGS": "ignore"})
    assert "'id'" in done.stdout, done.stderr
