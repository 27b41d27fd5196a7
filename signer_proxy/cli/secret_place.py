"""Where a consumer key stands that somebody else made: the reference in the config, and how the key gets there."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from signer_proxy.settings.got import quoted

PLACES: Final = ("env", "file", "keyring", "command")
CONSUMER_KEY_FILE: Final = "snaptrade.key"

_KEYRING: Final = ("signer-proxy", "snaptrade-consumer-key")


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """A reference in TOML, and what is to be typed so that it leads somewhere; nothing where it does already."""

    reference: str
    way: str


def secret_place(kind: str, directory: Path, variable: str, program: tuple[str, ...]) -> SecretPlace:
    """Return the place of one of PLACES, for a config in `directory`; `program` prints the key, for the last."""
    match kind:
        case "env":
            return SecretPlace(f'{{ env = "{variable}" }}', f"export {variable}=…")
        case "file":
            file = shlex.quote(str(directory / CONSUMER_KEY_FILE))
            return SecretPlace(
                f'{{ file = "{CONSUMER_KEY_FILE}" }}', f"(umask 077; cat > {file})  # paste the consumer key"
            )
        case "keyring":
            return SecretPlace(f'{{ keyring = "{"/".join(_KEYRING)}" }}', f"keyring set {' '.join(_KEYRING)}")
        case _:
            return SecretPlace(f"{{ command = [{', '.join(map(quoted, program))}] }}", "")
