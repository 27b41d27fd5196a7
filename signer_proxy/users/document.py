"""The JSON in which users are kept: by client id, then by userId, since clients that share a place must not mix.

{"version": 1, "clients": {"CLIENT_ID": {"USER_ID": "USER_SECRET"}}}
"""

import json
from typing import Final

from signer_proxy.users.users_error import UsersError

type Document = dict[str, dict[str, str]]
"""Every client's users, each with its userSecret."""

_VERSION: Final = 1
_WAY_OUT: Final = "restore it from a copy, or move it away to begin anew; it is not written to"


def parse(text: bytes, place: str) -> Document:
    """Return the document that stands in `place`; raises UsersError for anything that we would not have written."""
    match _loaded(text):
        case {"version": version} if version != _VERSION:
            raise UsersError(f"{place} must be of version {_VERSION}, got another one (update signer-proxy)")
        case {"version": _, "clients": dict() as clients, **others} if not others:
            if all(_are_users(users) for users in clients.values()):
                return clients
    raise UsersError(f"{place} must be JSON with the users of each client id, got something else ({_WAY_OUT})")


def serialize(document: Document) -> bytes:
    """Write a document as ASCII, one user a line, so that a person can mend it."""
    content = {"version": _VERSION, "clients": document}
    return json.dumps(content, indent=1, sort_keys=True).encode() + b"\n"


def _loaded(text: bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None  # and no error is raised beside this one, which holds all that was read


def _are_users(users: object) -> bool:
    return isinstance(users, dict) and all(isinstance(secret, str) and secret for secret in users.values())
