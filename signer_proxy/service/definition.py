"""What a service manager must know of the daemon, whichever manager it is."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from signer_proxy.errors import StartError
from signer_proxy.settings.draft import Draft
from signer_proxy.settings.key_reference import PrivateKeyFile, PtiKeyFile
from signer_proxy.settings.secret_reference import CommandReference, EnvReference, FileReference
from signer_proxy.settings.secret_value import CREDENTIALS

NAME: Final = "signer-proxy"
DESCRIPTION: Final = "Signs requests for the SnapTrade and PTI APIs"
STOPPING: Final = 20
"""Seconds until a daemon that was told to stop is killed; it gives requests under way half of them."""

NETWORK: Final = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "SSL_CERT_FILE")
"""What a shell may say of the way to the APIs; a proxy's URL may hold a password, so that none is ever copied."""

_CREDENTIAL: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Definition:
    """The daemon on one config, as a service."""

    program: Path
    config: Path
    state: Path
    """Where it keeps what outlives a restart."""
    credentials: tuple[str, ...]
    """That the manager must hand over: the config names them as files in $CREDENTIALS_DIRECTORY."""
    variables: tuple[str, ...]
    """Of the environment, that the config's secrets stand in; a manager knows no shell's."""
    search: str | None = None
    """The PATH, where secrets are asked of programs; these are found and work as in the shell that installs it."""

    @classmethod
    def of(cls, program: Path, config: Path, state: Path, draft: Draft, environ: Mapping[str, str]) -> Self:
        """Take what matters from a config. Raises StartError for a path that no manager could read."""
        for path in (program, config, state):
            if not str(path).isprintable():
                raise StartError(
                    f"service: the path {str(path)!r} must be of printable characters (move what is there)"
                )
        references = [reference for _, reference in draft.references()]
        files = [one.file for one in references if isinstance(one, FileReference)]
        files += [file for kind in (PrivateKeyFile, PtiKeyFile) for _, file in draft.key_files(kind)]
        names = {file.removeprefix(CREDENTIALS) for file in files if file.startswith(CREDENTIALS)}
        for name in sorted(names):
            if not _CREDENTIAL.fullmatch(name):
                raise StartError(
                    f"service: {CREDENTIALS}… must be followed by one name, of letters, digits, '_', '.' and '-', "
                    f"got {name!r} (name a credential)"
                )
        variables = {one.env for one in references if isinstance(one, EnvReference)}
        search = None
        if any(isinstance(one, CommandReference) for one in references):
            search = environ.get("PATH", os.defpath)
            if not search.isprintable():
                raise StartError(f"service: PATH must be of printable characters, got {search!r} (set another)")
        return cls(program, config, state, tuple(sorted(names)), tuple(sorted(variables)), search)

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that it is started with."""
        return {"XDG_STATE_HOME": str(self.state.parent)} | ({} if self.search is None else {"PATH": self.search})

    @property
    def log(self) -> Path:
        """Where its stderr goes, under a manager that keeps none."""
        return self.state / "daemon.log"

    @property
    def command(self) -> tuple[str, ...]:
        """The program with its arguments."""
        return str(self.program), "run", "--config", str(self.config)
