"""A daemon with an admin port and a control socket, and what its user does with them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from signer_proxy.control import Control, find
from tests.cli.command import run
from tests.end_to_end.daemon import Daemon, free_port, started
from tests.end_to_end.wire import Reply, ask, request


@dataclass(frozen=True, slots=True)
class Watched:
    """The daemon, and its admin port."""

    daemon: Daemon
    port: int
    environ: Mapping[str, str]

    @property
    def url(self) -> str:
        """The status page."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def control(self) -> Control:
        """The control socket."""
        control = find(self.daemon.config, self.environ)
        assert control is not None
        return control

    def get(self, path: str, *headers: str) -> Reply:
        """Ask the admin port."""
        return ask(self.port, request(self.port, "GET", path, *headers))

    def status(self) -> dict[str, Any]:
        """Return what /status.json says."""
        return dict(json.loads(self.get("/status.json").body))

    def call(self, *arguments: str) -> CompletedProcess[bytes]:
        """Run a command on the daemon's config."""
        return run(*arguments, "--config", self.daemon.config, cwd=self.daemon.config.parent, environ=self.environ)


def own_place(folder: Path) -> dict[str, str]:
    """Return the environment of a user whose runtime directory is in `folder`."""
    runtime = folder / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    return {"XDG_RUNTIME_DIR": str(runtime), "HOME": str(folder)}


@contextmanager
def watched(config: str, folder: Path, environ: Mapping[str, str] | None = None) -> Iterator[Watched]:
    """Start a daemon; the config has ADMIN where its admin port goes."""
    port = free_port()
    everything = {**own_place(folder), **(environ or {})}
    with started(config.replace("ADMIN", str(port)), folder, everything) as daemon:
        daemon.wait_for("status page")
        yield Watched(daemon, port, everything)
