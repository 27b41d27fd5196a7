"""Users: add, replace, merge, show and list them. What identifies a person beyond name and address is never shown."""

import math
import re
from collections.abc import Mapping
from typing import Final

from signer_proxy.sandbox.pti.books import User
from signer_proxy.sandbox.pti.call import Call, text_field
from signer_proxy.sandbox.pti.errors import bad_field, conflict

_ID: Final = re.compile(r"[a-z0-9_-]{3,255}")
_NUMBER: Final = re.compile(r"[0-9]{1,7}")
_TYPES: Final = ("PERSON", "BUSINESS")
_HIDDEN: Final = ("piis", "biis")
# The description says that a status which a client gives is ignored.
_OURS: Final = ("status", "statusReason")
_LARGEST_PAGE: Final = 100


def add_user(call: Call) -> object:
    """Add a user under an id that the client chooses."""
    fields = call.fields()
    user_id = text_field(fields, "id", _ID)
    if user_id in call.books.users:
        raise conflict("user-exists", "User already exists", "The client has a user of this id.")
    user = call.books.users[user_id] = User(
        _data(fields, {"id": user_id, "type": "PERSON", "userCreationDate": call.moment})
    )
    return user.data


def replace_user(call: Call) -> object:
    """Replace what is known of a user."""
    fields = call.fields()
    user = call.books.user(fields.get("id"))
    user.data = _data(fields, {name: user.data[name] for name in ("id", "type", "userCreationDate")})
    return user.data


def merge_user(call: Call) -> object:
    """Add to what is known of a user; what is said anew replaces what was said."""
    fields = call.fields()
    user = call.books.user(fields.get("id"))
    user.data = _data(fields, user.data)
    return user.data


def show_user(call: Call) -> object:
    """Show a user."""
    return call.books.user(call.path["user_id"]).data


def list_users(call: Call) -> object:
    """Show a page of the users, in the order of their making."""
    page, size = _number(call, "page", 0), _number(call, "size", 20)
    if not 1 <= size <= _LARGEST_PAGE:
        raise bad_field("size", f"must be between 1 and {_LARGEST_PAGE}")
    users = [user.data for user in call.books.users.values()]
    content, pages = users[page * size : (page + 1) * size], math.ceil(len(users) / size)
    return {
        "content": content,
        "pageable": {"pageNumber": page, "pageSize": size, "offset": page * size, "paged": True, "unpaged": False},
        "totalElements": len(users),
        "totalPages": pages,
        "numberOfElements": len(content),
        "size": size,
        "first": page == 0,
        "last": page >= pages - 1,
        "empty": not content,
    }


def _data(fields: Mapping[str, object], before: Mapping[str, object]) -> Mapping[str, object]:
    if fields.get("type", "PERSON") not in _TYPES:
        raise bad_field("type", f"must be one of {', '.join(_TYPES)}")
    said = {name: value for name, value in fields.items() if name not in (*_HIDDEN, *_OURS)}
    return {**before, **said, "status": "ACTIVE"}


def _number(call: Call, name: str, default: int) -> int:
    given = call.query.get(name, str(default))
    if not _NUMBER.fullmatch(given):
        raise bad_field(name, "must be a number of at most seven digits")
    return int(given)
