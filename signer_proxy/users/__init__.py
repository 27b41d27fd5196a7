"""The users that were registered through us, each with its userSecret, in a file or in the system's keyring."""

from signer_proxy.users.file_store import FileStore
from signer_proxy.users.keyring_store import KeyringStore
from signer_proxy.users.users import Users
from signer_proxy.users.users_error import UsersError

__all__ = ["FileStore", "KeyringStore", "Users", "UsersError"]
