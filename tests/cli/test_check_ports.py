"""`signer-proxy check` says of each port whether it can be had, and what the daemon has to do with it."""

import errno
import os
import signal
import socket
from pathlib import Path

from tests.cli.command import run
from tests.cli.test_check import check, found, signing, upstream
from tests.end_to_end.daemon import free_port, started


def test_port_of_another_program(tmp_path: Path) -> None:
    """A port that another program has is wrong, in a sentence of the system's and not of Python's."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        findings = found(check(tmp_path, upstream(port=port) + signing(), "--json"))
    mark, text = findings["upstreams.api.port"]
    reason = f"{os.strerror(errno.EADDRINUSE)} (end what has it, or take another)"
    assert (mark, text) == ("problem", f"port {port} cannot be had on 127.0.0.1: {reason}")
    assert findings["config"][0] == "warning"  # the consumer key stands in it


def test_address_of_another_machine(tmp_path: Path) -> None:
    """Where the host is not this machine's, that is to be changed, and no port; our own pages are not there anyway."""
    admin, web = free_port(), free_port()
    proxy = f'[proxy]\nhost = "192.0.2.1"\nclient_token = "hush-hush"\nadmin_port = {admin}\n'
    text = upstream() + signing() + proxy + f"[inspect]\nweb_port = {web}\n"
    findings = found(check(tmp_path, text, "--json"))
    mark, text = findings["upstreams.api.port"]
    assert mark == "problem"
    assert text.endswith(f"cannot be had on 192.0.2.1: {os.strerror(errno.EADDRNOTAVAIL)} (change host)")
    assert findings["proxy.admin_port"] == ("ok", f"port {admin} is free")
    assert findings["inspect.web_port"] == ("ok", f"port {web} is free")


def test_ports_of_this_machine_alone(tmp_path: Path) -> None:
    """The pages' ports are looked at where they are opened, whatever the host of the others."""
    with socket.create_server(("127.0.0.1", 0)) as admin, socket.create_server(("127.0.0.1", 0)) as web:
        proxy = f'[proxy]\nhost = "127.0.0.2"\nclient_token = "hush-hush"\nadmin_port = {admin.getsockname()[1]}\n'
        text = upstream() + signing() + proxy + f"[inspect]\nweb_port = {web.getsockname()[1]}\n"
        findings = found(check(tmp_path, text, "--json"))
    assert findings["proxy.admin_port"][0] == "problem"
    assert findings["inspect.web_port"][0] == "problem"


def test_running_daemon(tmp_path: Path) -> None:
    """Ports that our own daemon has are right, and it is said to run; the inspector's is free without --web."""
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    web = free_port()
    with started(f"{upstream()}{signing()}[inspect]\nweb_port = {web}\n", tmp_path, environ) as daemon:
        done = run("check", "--json", "--config", daemon.config, cwd=tmp_path, environ=environ)
        findings = found(done)
    assert findings["daemon"][1].startswith("runs on this config, version ")
    assert findings["upstreams.api.port"] == ("ok", f"port {daemon.port} is taken by the daemon")
    assert findings["inspect.web_port"] == ("ok", f"port {web} is free")


def test_silent_daemon(tmp_path: Path) -> None:
    """A daemon that is stopped is not waited for, and may well be what has the ports."""
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    with started(upstream() + signing(), tmp_path, environ) as daemon:
        daemon.process.send_signal(signal.SIGSTOP)
        try:
            findings = found(run("check", "--json", "--config", daemon.config, cwd=tmp_path, environ=environ))
        finally:
            daemon.process.send_signal(signal.SIGCONT)
    mark, text = findings["daemon"]
    assert mark == "problem"
    assert text.endswith("gave no answer within 2 s (is it stopped, or busy?)")
    assert findings["upstreams.api.port"] == ("warning", f"port {daemon.port} is taken, perhaps by that daemon")
