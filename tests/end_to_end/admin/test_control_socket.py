"""The control socket: the user's alone, one daemon a config, and who finds it can ask and steer the daemon."""

import json
import signal
import stat
import time
from pathlib import Path

import pytest

from signer_proxy.control import ControlError, find, socket_path
from tests.cli.command import failed, run
from tests.end_to_end.admin.watched import Watched, own_place, watched
from tests.end_to_end.conftest import Sandbox, config
from tests.end_to_end.daemon import PATIENCE, launched, started
from tests.end_to_end.recording import Recording
from tests.end_to_end.test_signals import is_open
from tests.end_to_end.wire import ask, request


def test_modes(running: Watched) -> None:
    """Nobody else can reach the socket, or put one in its place."""
    path = socket_path(running.daemon.config, running.environ)
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path.parent, path)] == [0o700, 0o600]


def test_status(running: Watched) -> None:
    """The socket and the admin port tell the same."""
    keys = ["version", "started", "listeners", "upstreams", "profiles", "reload", "rate_limits", "exchanges", "held"]
    status = running.control.status()
    assert set(status) == {*keys, "counts"}
    assert {key: status[key] for key in keys[:4]} == {key: running.status()[key] for key in keys[:4]}


def test_status_command(running: Watched) -> None:
    """`status` shows it to people, and with `--json` to programs."""
    shown = running.call("status")
    assert (shown.returncode, shown.stderr) == (0, b"")
    for part in ("partner    snaptrade-signature  CLIENT ", f"http://127.0.0.1:{running.daemon.ports['sandbox']}"):
        assert part in shown.stdout.decode()
    assert json.loads(running.call("status", "--json").stdout)["version"] == running.status()["version"]


@pytest.mark.parametrize("command", ["status", "reload"])
def test_no_daemon(command: str, tmp_path: Path) -> None:
    """Where no daemon runs on a config, commands say so."""
    config = tmp_path / "other.toml"
    done = run(command, "--config", config, cwd=tmp_path, environ=own_place(tmp_path))
    said = failed(done)
    assert said == f"signer-proxy: {config}: no daemon runs on this config (start one with `signer-proxy run`)"


def test_second_run(running: Watched) -> None:
    """A second daemon on the same config ends at once, and the first goes on."""
    said = failed(running.call("run"))
    assert said == "signer-proxy: a daemon runs on this config already (`signer-proxy status` shows it)"
    assert running.control.status()


def test_killed(sandbox: Sandbox, recorder: Recording, tmp_path: Path) -> None:
    """A daemon that was killed leaves nothing that stands in the next one's way."""
    text, environ = config(sandbox, recorder), own_place(tmp_path)
    with launched(text, tmp_path, environ) as daemon:
        daemon.wait_for("listening")
        daemon.stop(signal.SIGKILL)
        assert socket_path(daemon.config, environ).is_socket()
        assert find(daemon.config, environ) is None
    with started(text, tmp_path, environ) as daemon:
        assert find(daemon.config, environ) is not None
    assert list(socket_path(daemon.config, environ).parent.iterdir()) == []


def test_shared_directory(sandbox: Sandbox, recorder: Recording, tmp_path: Path) -> None:
    """A directory that others can write to ends the start."""
    environ = own_place(tmp_path)
    (tmp_path / "run" / "signer-proxy").mkdir(mode=0o777)
    (tmp_path / "run" / "signer-proxy").chmod(0o777)
    with launched(config(sandbox, recorder), tmp_path, environ) as daemon:
        assert daemon.wait() == 1
        daemon.wait_for("must be yours alone, for the control socket, got mode 0777")


def test_lease(running: Watched, sandbox: Sandbox) -> None:
    """A lease is a port that signs for upstreams, as long as somebody holds it."""
    with running.control.lease() as lease:
        port = lease.port
        reply = ask(port, _through(sandbox))
        assert (reply.status, reply.all("Sandbox-Verdict")) == (200, ["verified"])
    end = time.monotonic() + PATIENCE
    while is_open(port):
        assert time.monotonic() < end


def test_stopping(sandbox: Sandbox, recorder: Recording, tmp_path: Path) -> None:
    """While a daemon ends it begins nothing more; what was asked before, such as a lease, does not hold it up."""
    with watched(config(sandbox, recorder, "admin_port = ADMIN"), tmp_path) as ending:
        control = ending.control
        with control.lease():
            assert ending.daemon.stop() == 0
        with pytest.raises(ControlError, match="gave no answer"):
            control.status()


def _through(sandbox: Sandbox) -> bytes:
    target = f"{sandbox.origin}/snapTrade/partners"
    return request(sandbox.port, "GET", target)
