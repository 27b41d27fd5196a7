"""Whether our ports are free, or taken by the daemon that runs on this very config."""

import errno
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Literal

from signer_proxy import control
from signer_proxy.checks.finding import Finding
from signer_proxy.control import ControlError
from signer_proxy.errors import StartError
from signer_proxy.settings.config_problem import KeyPath, written
from signer_proxy.settings.draft import Draft
from signer_proxy.settings.proxy import LOOPBACK

type Daemon = Literal["none", "running", "silent"]

_PATIENCE: Final = 2.0
"""Seconds for the daemon to say that it is there."""
_FAMILIES: Final = {LOOPBACK: socket.AF_INET, "::1": socket.AF_INET6}
_WAYS_OUT: Final = {errno.EADDRNOTAVAIL: "change host", errno.EACCES: "take one above 1023"}


def daemon_finding(path: Path | None, environ: Mapping[str, str]) -> tuple[Finding, Daemon]:
    """Return what there is to say of the daemon of a config, and how it is."""
    try:
        found = control.find(path, environ)
    except StartError as e:
        return Finding("problem", "daemon", str(e)), "none"
    if found is None:
        return Finding("ok", "daemon", "none runs on this config (start it with `signer-proxy run`)"), "none"
    try:
        status = found.status(_PATIENCE)
    except ControlError as e:
        return Finding("problem", "daemon", str(e)), "silent"
    return Finding("ok", "daemon", f"runs on this config, version {status.get('version', '?')}"), "running"


def port_findings(draft: Draft, daemon: Daemon) -> Iterator[Finding]:
    """Yield how each port that a config names is, with its daemon, if there is one, as it was found."""
    for subject, host, port in _ports(draft):
        trouble = _trouble(host, port)
        is_at_times = subject == "inspect.web_port"  # with `run --web` alone
        if trouble is None and daemon == "running" and not is_at_times:
            yield Finding("warning", subject, f"port {port} is free, but the daemon runs: it could not bind it")
        elif trouble is None:
            yield Finding("ok", subject, f"port {port} is free")
        elif trouble.errno == errno.EADDRINUSE and daemon == "running":
            yield Finding("ok", subject, f"port {port} is taken by the daemon")
        elif trouble.errno == errno.EADDRINUSE and daemon == "silent":
            yield Finding("warning", subject, f"port {port} is taken, perhaps by that daemon")
        else:
            way_out = _WAYS_OUT.get(trouble.errno or 0, "end what has it, or take another")
            text = f"port {port} cannot be had on {host}: {os.strerror(trouble.errno or 0)} ({way_out})"
            yield Finding("problem", subject, text)


def _ports(draft: Draft) -> Iterator[tuple[str, str, int]]:
    """Yield each port with its key and its address."""
    host = str(draft.proxy.get("host", LOOPBACK))
    keys: list[tuple[KeyPath, str, object]] = [
        *((("upstreams", name, "port"), host, upstream.get("port")) for name, upstream in draft.upstreams.items()),
        (("proxy", "forward_port"), host, draft.proxy.get("forward_port")),
        # Only this machine sees these two, whatever the host.
        (("proxy", "admin_port"), LOOPBACK, draft.proxy.get("admin_port")),
        (("inspect", "web_port"), LOOPBACK, draft.inspect.get("web_port")),
    ]
    for path, address, port in keys:
        if isinstance(port, int):
            yield written(path), address, port


def _trouble(host: str, port: int) -> OSError | None:
    for address, family in _FAMILIES.items() if host == LOOPBACK else [(host, _family(host))]:
        try:
            socket.create_server((address, port), family=family).close()
        except OSError as e:
            if address == "::1" and not _has(address):  # a machine without IPv6
                continue
            return e
    return None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _has(address: str) -> bool:
    try:
        socket.create_server((address, 0), family=_family(address)).close()
    except OSError:
        return False
    return True
