"""How the inspector is started, what keeps it from starting, and how it fares at a reload."""

import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from signer_proxy.crypto.rsa_key import PrivateKey
from tests.end_to_end.conftest import Sandbox, config
from tests.end_to_end.daemon import NAME, PROGRAM, Daemon, free_port, launched, started
from tests.end_to_end.inspector.stage import opened
from tests.end_to_end.inspector.ui import Ui
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import ask, request
from tests.faulty_upstream import OK, saying

SECRET: Final = "user-secret-of-the-client"
WEB: Final = (PROGRAM, "run", "--web")


def test_reveal_alone(tmp_path: Path) -> None:
    """--reveal without --web is a wrong usage."""
    done = subprocess.run([PROGRAM, "run", "--reveal"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert "--reveal is about the page of --web, got no --web (add it)" in done.stderr


def test_a_port_in_use(sandbox: Sandbox, recorder: Recording, tmp_path: Path) -> None:
    """A port that is taken ends the start with its key."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = config(sandbox, recorder) + f"\n[inspect]\nweb_port = {port}\n"
        with launched(text, tmp_path, command=WEB) as daemon:
            assert daemon.wait() == 1
    assert f"port {port}: it is in use (stop what listens there, or change web_port)" in daemon.output


def test_a_file_that_is_open_to_others(sandbox: Sandbox, recorder: Recording, tmp_path: Path) -> None:
    """A file that others can read is not written to."""
    (tmp_path / "flows.mitm").touch(0o644)
    text = config(sandbox, recorder) + f'\n[inspect]\nweb_port = {free_port()}\nsave = "flows.mitm"\n'
    with launched(text, tmp_path, command=WEB) as daemon:
        assert daemon.wait() == 1
    assert "inspect: save: file" in daemon.output
    assert "closed to other users" in daemon.output


def test_the_port_of_an_upstream(sandbox: Sandbox, recorder: Recording, tmp_path: Path) -> None:
    """The page cannot have the port of an upstream."""
    text = config(sandbox, recorder)
    port = text.partition("port = ")[2].partition("\n")[0]
    with launched(f"{text}\n[inspect]\nweb_port = {port}\n", tmp_path, command=WEB) as daemon:
        assert daemon.wait() == 1
    assert f"inspect.web_port: must differ from every other port, got {port}" in daemon.output


def test_a_reload(recorder: Recording, key: PrivateKey, tmp_path: Path) -> None:
    """A changed [inspect] is refused with a reason, and the rest of a config reloads as ever."""
    with opened(recorder, key, tmp_path) as stage:
        text = stage.daemon.config.read_text()
        stage.daemon.config.write_text(text.replace("[inspect]", "[inspect]\nkeep = 5"))
        stage.daemon.wait_for(r"\[inspect\] must not change while the inspector runs \(start the daemon again\)")
        since = len(stage.daemon.lines)
        stage.daemon.config.write_text(f'{text}\n[proxy]\nmax_body = "1 MiB"\n')
        stage.daemon.wait_for("reload: the changed config is in use", since=since)
        assert stage.call("raw", "GET", "/accounts").status == 200
        assert stage.ui.last()["response"]["status_code"] == 200


@pytest.mark.parametrize("broken", ["shown:arrived", "shown:finish", "bounds:cut", "kept:Kept.begin", "kept:Kept.end"])
def test_its_own_trouble(sandbox: Sandbox, recorder: Recording, tmp_path: Path, broken: str) -> None:
    """An inspector that fails costs no answer, and shows nothing that is half redacted."""
    planted = f"signer_proxy.engines.mitmproxy.inspector.{broken}"
    text = config(sandbox, recorder) + f"\n[inspect]\nweb_port = {free_port()}\n"
    command = (sys.executable, "-m", "tests.end_to_end.failing", planted, "run", "--web")
    recorder.begin(saying(OK))
    with started(text, tmp_path, {"PYTHONPATH": str(Path(__file__).parents[3])}, command) as daemon:
        url = f"/accounts?userId=alice&userSecret={SECRET}"
        for _ in range(2):
            assert ask(daemon.port, request(daemon.port, "GET", url)).status == 200
        assert SECRET not in Ui.of(daemon).ask("GET", "/flows").text
        assert "internal: Planted" in daemon.output
        assert "planted-secret" not in daemon.output


def test_without_it(daemon: Daemon, tmp_path: Path) -> None:
    """Without --web nothing is kept, which export says, and a file that is there is not overwritten."""
    file = tmp_path / "a.har"
    command: list[str | Path] = [PROGRAM, "export", "--config", daemon.config, "--har", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, file.exists()) == (1, False)
    assert "the daemon keeps no exchanges (start it with `signer-proxy run --web`)" in done.stderr
    file.write_text("mine")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "exists, and what was exported before is never overwritten (name another file)" in done.stderr
    assert file.read_text() == "mine"
    maps = Path(f"/proc/{daemon.process.pid}/maps")
    assert not maps.exists() or "argon2" not in maps.read_text(), "the web UI's modules are loaded"


def test_nobody_runs(tmp_path: Path) -> None:
    """An export needs a daemon."""
    (tmp_path / NAME).write_text("version = 1")
    done = subprocess.run(
        [PROGRAM, "export", "--har", "a.har"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 1
    assert "no daemon runs on this config" in done.stderr
