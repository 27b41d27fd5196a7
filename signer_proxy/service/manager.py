"""The two service managers: where a service's file stands, what it says, and what starts and stops it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from signer_proxy.service.definition import NAME, Definition
from signer_proxy.service.launchd import agent
from signer_proxy.service.systemd import unit
from signer_proxy.settings.home import config_home, home

type Command = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manager:
    """What installs and removes a service."""

    file: Callable[[Mapping[str, str]], Path]
    text: Callable[[Definition], str]
    starting: Callable[[Path], tuple[Command, ...]]
    """The first one fails where the manager cannot be had."""
    stopping: Command
    forgetting: tuple[Command, ...]
    """Once the file has gone."""
    log: Callable[[Definition], str]
    """The command that shows what the daemon says."""
    adding: str
    """What gives the daemon one more variable, named `{}`."""


_SYSTEMCTL: Final = ("systemctl", "--user")
_DOMAIN: Final = f"gui/{os.getuid()}"

MANAGERS: Final[Mapping[str, Manager]] = {
    "systemd": Manager(
        file=lambda environ: config_home(environ).parent / "systemd" / "user" / f"{NAME}.service",
        text=unit,
        starting=lambda _: (
            (*_SYSTEMCTL, "daemon-reload"),
            (*_SYSTEMCTL, "enable", "--now", NAME),
        ),
        stopping=(*_SYSTEMCTL, "disable", "--now", NAME),
        forgetting=((*_SYSTEMCTL, "daemon-reload"),),
        log=lambda _: f"journalctl --user -u {NAME}",
        adding=f"`systemctl --user edit {NAME}`, with Environment={{}}=… below [Service]",
    ),
    "launchd": Manager(
        file=lambda environ: home(environ) / "Library" / "LaunchAgents" / f"{NAME}.plist",
        text=agent,
        starting=lambda file: (("launchctl", "bootstrap", _DOMAIN, str(file)),),
        stopping=("launchctl", "bootout", f"{_DOMAIN}/{NAME}"),
        forgetting=(),
        log=lambda definition: f"tail {definition.log}",
        adding="`launchctl setenv {} …`, at each login",
    ),
}
