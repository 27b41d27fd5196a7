"""Where a secret stands: in the environment, a file, the system's keyring, a program's output, or here in the open."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Discriminator, Field, SecretStr, Tag

from signer_proxy.settings.table import Table

KINDS: Final = '{ env = "NAME" }, { file = "path" }, { keyring = "service/name" } or { command = ["program", …] }'

ENV_PATTERN: Final = r"^[A-Za-z_][A-Za-z0-9_]*$"
# A NUL can stand in no path and in no argument.
TEXT_PATTERN: Final = r"^[^\x00]*$"

type Kind = Literal["env", "file", "keyring", "command", "plain"]


def _service_and_name(entry: str) -> str:
    service, _, name = entry.rpartition("/")
    if not service or not name:
        raise ValueError('must be "service/name", got less (as in "snaptrade/partner")')
    return entry


type Text = Annotated[str, Field(min_length=1, pattern=TEXT_PATTERN)]


class EnvReference(Table):
    """A secret in an environment variable."""

    env: str = Field(pattern=ENV_PATTERN, description="The environment variable.")


class FileReference(Table):
    """A secret in a file that only its owner may read."""

    file: Text = Field(
        description="The file; a relative path starts at the config, ~/ is your home, "
        "$CREDENTIALS_DIRECTORY/ a service's."
    )


class KeyringReference(Table):
    """A secret in the system's keyring."""

    keyring: Annotated[Text, AfterValidator(_service_and_name)] = Field(
        description="The entry: service/name, split at the last slash."
    )


class CommandReference(Table):
    """A secret that a program prints."""

    command: tuple[Text, ...] = Field(
        min_length=1,
        strict=False,  # TOML has lists, and no tuples
        description="The program and its arguments; no shell, no input, 30 s.",
    )


MODELS: Final[dict[str, type[Table]]] = {
    "env": EnvReference,
    "file": FileReference,
    "keyring": KeyringReference,
    "command": CommandReference,
}


def kind(value: object) -> Kind | None:
    """Say which kind of reference a value of the config is; None where it is none, or more than one."""
    match value:
        case str():
            return "plain"
        case {"env": _, **others} if not others:
            return "env"
        case {"file": _, **others} if not others:
            return "file"
        case {"keyring": _, **others} if not others:
            return "keyring"
        case {"command": _, **others} if not others:
            return "command"
        case _:
            return None


type SecretReference = Annotated[
    Annotated[EnvReference, Tag("env")]
    | Annotated[FileReference, Tag("file")]
    | Annotated[KeyringReference, Tag("keyring")]
    | Annotated[CommandReference, Tag("command")]
    | Annotated[SecretStr, Tag("plain")],
    Discriminator(kind),
]
