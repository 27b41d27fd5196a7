"""`signer-proxy reload`: applied whole or refused with all that is wrong, and every secret asked for again."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import failed
from tests.end_to_end.admin.watched import Watched, watched
from tests.end_to_end.conftest import Sandbox
from tests.end_to_end.daemon import free_port
from tests.end_to_end.wire import ask, request


def config(sandbox: Sandbox, *, more: str = "") -> str:
    """Return a config whose key a program tells."""
    return f"""
        version = 1
        [proxy]
        admin_port = ADMIN
        [upstreams.sandbox]
        url = "{sandbox.origin}"
        port = {free_port()}
        default_profile = "partner"
        [profiles.partner]
        upstream = "sandbox"
        scheme = "snaptrade-signature"
        client_id = "{sandbox.client.client_id}"
        consumer_key = {{ command = ["cat", "key"] }}
        {more}
    """


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """Return the file that the program reads; it is none that the config names."""
    return tmp_path / "key"


@pytest.fixture
def daemon(sandbox: Sandbox, vault: Path) -> Iterator[Watched]:
    """Start a daemon while the vault holds a wrong key."""
    vault.write_text("not-the-key")
    with watched(config(sandbox), vault.parent) as daemon:
        yield daemon


def verdict(daemon: Watched) -> int:
    """Return the status of a request that needs the right key."""
    port = daemon.daemon.port
    return ask(port, request(port, "GET", "/snapTrade/partners")).status


def test_applied(daemon: Watched, sandbox: Sandbox, vault: Path) -> None:
    """A program is asked again although the config is as it was, and its answer is in use when the command ends."""
    assert verdict(daemon) == 401
    vault.write_text(sandbox.client.consumer_key)
    assert verdict(daemon) == 401
    done = daemon.call("reload")
    assert (done.returncode, done.stderr) == (0, b"")
    assert verdict(daemon) == 200
    assert daemon.status()["reload"]["applied"] is True


def test_refused(daemon: Watched, sandbox: Sandbox, vault: Path) -> None:
    """What is wrong is told by the command, the status and the log; the last good config goes on."""
    vault.write_text(sandbox.client.consumer_key)
    assert daemon.call("reload").returncode == 0
    vault.unlink()
    done = daemon.call("reload")
    assert (done.returncode, done.stdout) == (1, b"")
    first, *problems = done.stderr.decode().splitlines()
    assert first == "signer-proxy: refused, the last good config stays in use"
    assert len(problems) == 1
    assert "profiles.partner.consumer_key" in problems[0]
    assert daemon.status()["reload"]["applied"] is False
    assert daemon.status()["reload"]["problems"] == problems
    daemon.daemon.wait_for("reload: refused")
    assert verdict(daemon) == 200


def test_mended(daemon: Watched, sandbox: Sandbox, vault: Path) -> None:
    """After a refusal the next reload can be applied."""
    vault.unlink()
    assert daemon.call("reload").returncode == 1
    vault.write_text(sandbox.client.consumer_key)
    assert daemon.call("reload").returncode == 0
    assert verdict(daemon) == 200


def test_no_config(daemon: Watched) -> None:
    """A config that went away is refused, and named."""
    daemon.daemon.config.unlink()
    assert str(daemon.daemon.config) in daemon.call("reload").stderr.decode()
    assert failed(daemon.call("run")).startswith("signer-proxy: config ")


def move(daemon: Watched, text: str) -> None:
    """Put another config in place and have it used."""
    daemon.daemon.config.write_text(text, "utf-8")
    done = daemon.call("reload")
    assert done.returncode == 0, done.stderr


def test_admin_port_moves(daemon: Watched) -> None:
    """A reload moves the admin port, closes it, and opens it again; requests never notice."""
    text, other = daemon.daemon.config.read_text("utf-8"), free_port()
    line = f"admin_port = {daemon.port}"
    moved = Watched(daemon.daemon, other, daemon.environ)
    move(daemon, text.replace(line, f"admin_port = {other}"))
    assert moved.get("/readyz").status == 200
    with pytest.raises(ConnectionRefusedError):
        daemon.get("/readyz")
    move(daemon, text.replace(line, ""))
    with pytest.raises(ConnectionRefusedError):
        moved.get("/readyz")
    move(daemon, text)
    assert daemon.get("/readyz").status == 200


def test_admin_port_in_use(daemon: Watched) -> None:
    """A port that cannot be opened refuses the reload as a whole, and the old one stays."""
    text = daemon.daemon.config.read_text("utf-8")
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        daemon.daemon.config.write_text(text.replace(f"= {daemon.port}", f"= {taken}"), "utf-8")
        said = daemon.call("reload").stderr.decode()
    assert f"cannot listen on 127.0.0.1 port {taken}: it is in use" in said
    assert daemon.get("/readyz").status == 200
