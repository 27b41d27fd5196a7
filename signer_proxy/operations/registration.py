"""What a registration changes: the public key that goes into it, and the userSecret that comes out of it.

Source: SnapTrade's API description of registerUser, resetUserSecret and deleteUser, and the guide to the client-side
direct API, section Registration.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeGuard

from pydantic import SecretStr

from signer_proxy import canonical_json, query
from signer_proxy.operations import Operation

HIDDEN: Final = "***"
"""What a client sees in a userSecret's place; where one sends it back, the userSecret is meant."""

_REGISTER: Final = ("POST", "/snapTrade/registerUser")
_RESET: Final = ("POST", "/snapTrade/resetUserSecret")
_DELETE: Final = ("DELETE", "/snapTrade/deleteUser")
_USER_ID, _USER_SECRET, _PUBLIC_KEY = "userId", "userSecret", "rsaPublicKey"

TELLING: Final = (_REGISTER, _RESET)
"""The operations, by method and path, whose answers tell a userSecret."""

_SPACE: Final = b" \t\n\r"  # RFC 8259, section 2
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_COLON: Final = re.compile(rb"[ \t\n\r]*:[ \t\n\r]*")


@dataclass(frozen=True, slots=True)
class Remember:
    """A user has this userSecret from now on."""

    user_id: str
    secret: SecretStr


@dataclass(frozen=True, slots=True)
class Forget:
    """A user is no more."""

    user_id: str


def completed(operation: Operation, body: bytes, line: str | None, secret: str | None) -> bytes:
    """Return the body of a registration with what the profile adds, or the body as it is."""
    match (operation.method, operation.path):
        case operation_key if operation_key == _REGISTER and line is not None:
            return with_public_key(body, line)
        case operation_key if operation_key == _RESET and secret is not None:
            return with_user_secret(body, SecretStr(secret))
        case _:
            return body


def with_public_key(body: bytes, line: str) -> bytes:
    """Add an OpenSSH public key to the body of a registerUser that has none, and keep every other byte.

    What is no JSON object stays as it is: it can register nobody.
    """
    members = _members(body)
    return body if members is None or _PUBLIC_KEY in members else _with_member(body, members, _PUBLIC_KEY, line)


def user_without_secret(body: bytes) -> str | None:
    """Return the user whom a resetUserSecret names without a userSecret, or with a hidden one."""
    members = _members(body) or {}
    user_id = members.get(_USER_ID)
    return user_id if _is_text(user_id) and members.get(_USER_SECRET, HIDDEN) == HIDDEN else None


def with_user_secret(body: bytes, secret: SecretStr) -> bytes:
    """Add the userSecret to the body of a resetUserSecret that has none or a hidden one; keep every other byte."""
    members = _members(body)
    if members is None:
        return body
    text = secret.get_secret_value()
    if _USER_SECRET not in members:
        return _with_member(body, members, _USER_SECRET, text)
    return _with_values(body, text, lambda name, value: name == _USER_SECRET and value == HIDDEN)


def learned(
    method: str, path: str, raw_query: bytes, body: bytes, status: int, answer: bytes
) -> Remember | Forget | None:
    """Return what an exchange tells about a user; `path` is the operation's template, both bodies are unpacked."""
    operation = (method, path)
    if not 200 <= status < 300 or operation not in (_REGISTER, _RESET, _DELETE):
        return None
    told = _members(answer) or {}
    if operation == _DELETE:
        named = {query.value(part) for part in query.parameters(raw_query) if query.name(part) == _USER_ID}
        user_id = told.get(_USER_ID, named.pop() if len(named) == 1 else None)
        return Forget(user_id) if _is_text(user_id) else None
    secret = told.get(_USER_SECRET)
    user_id = told.get(_USER_ID, (_members(body) or {}).get(_USER_ID))
    return Remember(user_id, SecretStr(secret)) if _is_text(user_id) and _is_text(secret) else None


def hidden(answer: bytes, secret: SecretStr) -> bytes:
    """Put `***` in the userSecret's place, wherever in an answer of JSON it stands, and keep every other byte.

    What is no JSON object stays as it is: no secret was learned from it.
    """
    if _members(answer) is None:
        return answer
    text = secret.get_secret_value()
    return _with_values(answer, HIDDEN, lambda name, value: name == _USER_SECRET or value == text)


def _members(body: bytes) -> dict[str, canonical_json.Json] | None:
    try:
        content, _ = canonical_json.parse(body)
    except canonical_json.NotJsonError:
        return None
    return content if isinstance(content, dict) else None


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value != ""


def _with_member(body: bytes, members: dict[str, canonical_json.Json], name: str, value: str) -> bytes:
    before = body[: body.rindex(b"}")].rstrip(_SPACE)
    member = f"{json.dumps(name)}:{json.dumps(value)}".encode()
    return before + (b"," if members else b"") + member + body[len(before) :]


def _with_values(body: bytes, new: str, is_meant: Callable[[str | None, str], bool]) -> bytes:
    """Replace each string value that is meant, given the name of its member, or None in a list; names stay."""
    pieces: list[bytes] = []
    copied = place = 0
    name: str | None = None
    while found := _STRING.search(body, place):
        place = found.end()
        text: str = json.loads(found[0].decode())
        if colon := _COLON.match(body, place):
            # The name of what comes next, if that is text.
            place = colon.end()
            name = text if body[place : place + 1] == b'"' else None
            continue
        if is_meant(name, text):
            pieces += [body[copied : found.start()], json.dumps(new).encode()]
            copied = place
        name = None
    return b"".join([*pieces, body[copied:]])
