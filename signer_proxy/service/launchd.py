"""The agent of macOS's launchd: launchd.plist(5)."""

import plistlib

from signer_proxy.errors import StartError
from signer_proxy.service.definition import NAME, STOPPING, Definition


def agent(definition: Definition) -> str:
    """Return the property list's text. Raises StartError for credentials, which launchd does not know."""
    if definition.credentials:
        raise StartError(
            f"service: launchd hands over no credentials, got {', '.join(definition.credentials)} in the config "
            '(use { keyring = "service/name" } or another { file = … })'
        )
    content = {
        "Label": NAME,
        "ProgramArguments": list(definition.command),
        "EnvironmentVariables": dict(definition.environment),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 5,
        "ExitTimeOut": STOPPING,
        "ProcessType": "Interactive",  # requests wait for it: no slower clock, no batching of its timers
        "StandardErrorPath": str(definition.log),
        "Umask": 0o077,
    }
    return plistlib.dumps(content).decode()
