"""Where the users that were registered are remembered: a file, or an entry of the system's keyring."""

from typing import Annotated, Final

from pydantic import Discriminator, Tag

from signer_proxy.settings.secret_reference import FileReference, KeyringReference, kind
from signer_proxy.settings.table import Table

STORE_KINDS: Final = '{ file = "path" } or { keyring = "service/name" }'

STORES: Final[dict[str, type[Table]]] = {"file": FileReference, "keyring": KeyringReference}


def _kind(value: object) -> str | None:
    found = kind(value)
    return found if found in STORES else None


type UserStore = Annotated[
    Annotated[FileReference, Tag("file")] | Annotated[KeyringReference, Tag("keyring")], Discriminator(_kind)
]
