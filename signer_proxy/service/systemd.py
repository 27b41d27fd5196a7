"""The unit of systemd's user manager: systemd.service(5), systemd.exec(5)."""

from pathlib import Path
from typing import Final

from signer_proxy.errors import StartError
from signer_proxy.service.definition import DESCRIPTION, NAME, STOPPING, Definition

# What needs a capability to be set up ends a user's unit with 218/CAPABILITIES, CapabilityBoundingSet, PrivateDevices
# and ProtectKernelModules among it (https://github.com/systemd/systemd/issues/4959); a user's process has none to lose.
_UNIT: Final = """\
[Unit]
Description={description}
StartLimitIntervalSec=120
StartLimitBurst=10

[Service]
Type=notify
NotifyAccess=main
ExecStart={start}
ExecReload={reload}
Environment={environment}
Restart=on-failure
RestartSec=5
WatchdogSec=30
TimeoutStopSec={stopping}
UMask=0077
RuntimeDirectory={name}
RuntimeDirectoryMode=0700
RuntimeDirectoryPreserve=yes
{credentials}
# It may write its state, and beside its config.
ProtectSystem=strict
ReadWritePaths={writable}
PrivateTmp=yes
NoNewPrivileges=yes
LockPersonality=yes
{executable}RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM

[Install]
WantedBy=default.target
"""


def unit(definition: Definition) -> str:
    """Return the unit's text. Raises StartError for a program at a path that systemd refuses."""
    start = definition.command
    if any(character in start[0] for character in "\"'\\"):
        raise StartError(
            f"service: systemd starts no program with a quote or a backslash in its path, got {start[0]} (move it)"
        )
    return _UNIT.format(
        description=DESCRIPTION,
        name=NAME,
        start=_command(start),
        reload=_command((start[0], "reload", *start[2:])),
        environment=" ".join(_quoted(f"{name}={value}") for name, value in definition.environment.items()),
        stopping=STOPPING,
        credentials="".join(f"LoadCredential={name}:%E/credstore/{name}\n" for name in definition.credentials),
        writable=" ".join(_writable(path) for path in (definition.state, definition.config.parent)),
        # A program that is asked for a secret may compile as it runs, as those on Node.js do.
        executable="" if definition.search is not None else "MemoryDenyWriteExecute=yes\n",
    )


def _command(arguments: tuple[str, ...]) -> str:
    program, *others = arguments
    return " ".join((_quoted(program), *(_quoted(argument).replace("$", "$$") for argument in others)))


def _quoted(text: str) -> str:
    """Quote a word: "Quoting" in systemd.syntax(7), and "%" as in systemd.unit(5), "Specifiers"."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'


def _writable(path: Path) -> str:
    return _quoted(f"-{path}")  # what is not there is no reason not to start
