"""Take secrets out of what is kept or shown: each value becomes `***`, and every other byte stays.

What has the name of a secret goes wherever it is met. What cannot be read goes whole where it may hold one.
"""

import json
import re
from collections.abc import Iterable
from typing import Final

from signer_proxy import canonical_json, content_coding, query
from signer_proxy.errors import SignerError
from signer_proxy.message import Headers, split_target, values, without
from signer_proxy.operations.registration import HIDDEN
from signer_proxy.redaction import secret_members, telling_text
from signer_proxy.redaction.secret_names import HEADERS, is_secret, may_tell

LARGEST: Final = 64 << 20
"""Bytes of a body, unpacked, that are looked through."""

_SHOWN: Final = 8
"""Signs of a signature that are kept, to tell one from another."""

_SHORTEST: Final = 8
"""Bytes of a value that is looked for without its name: a shorter one would be found in what is none."""

_HIDDEN: Final = HIDDEN.encode()
_LAST_MEMBER: Final = re.compile(rb'"query":("(?:[^"\\]|\\.)*")\}\Z')
_ENVELOPE: Final = ("encryptedSharedKey", "encryptedMessageData")


def target(raw: bytes) -> bytes:
    """Return a target without the secrets in its query."""
    path, raw_query = split_target(raw)
    return path if raw_query is None else path + b"?" + parameters(raw_query)


def parameters(raw: bytes) -> bytes:
    """Return a query, or a form, without its secrets, and without those in the links that it has for values."""
    if not (b"%" in raw or may_tell(raw)):
        return raw
    return b"&".join(map(_parameter, query.parameters(raw)))


def headers(fields: Headers) -> Headers:
    """Return headers without those that are secrets, and without the secrets that others tell."""
    return tuple((name, _HIDDEN if name.lower() in HEADERS else telling_text.told(value)) for name, value in fields)


def body(plain: bytes, content_type: bytes = b"", *, is_cut: bool = False) -> bytes:
    """Return an unpacked body without its secrets; what is no JSON and no form goes whole where it may tell one.

    Of JSON that is cut, `plain` is the beginning.
    """
    if not may_tell(plain):
        return plain
    try:
        text = plain.decode("utf-8", "ignore" if is_cut else "strict")
        return telling_text.in_links(secret_members.without(text, is_cut=is_cut).encode())
    except (ValueError, RecursionError):
        pass
    if content_type.lower().lstrip().startswith(b"application/x-www-form-urlencoded"):
        return parameters(plain)
    return (
        _HIDDEN if telling_text.MENTION.search(plain.replace(b"\0", b"")) else plain
    )  # in UTF-16 every other byte is one


def message(fields: Headers, raw: bytes, *, is_cut: bool = False) -> tuple[Headers, bytes]:
    """Return the headers and the body of a message without their secrets; a packed body that has some is unpacked.

    What cannot be unpacked goes whole.
    """
    try:
        plain = content_coding.unpack(raw, values(fields, b"content-encoding"), LARGEST)
        redacted = body(plain, b"".join(values(fields, b"content-type")), is_cut=is_cut)
    except SignerError:
        plain, redacted = raw, _HIDDEN
    if redacted == plain:
        return headers(fields), raw
    return headers(without(fields, b"content-encoding")), redacted


def granted(plain: bytes) -> bytes:
    """Return the unpacked body of an answer that is a credential: without its secrets where it says which they are.

    A sealed envelope shows nothing, and stays; all else goes whole.
    """
    try:
        content = json.loads(plain)
    except (ValueError, RecursionError):
        return _HIDDEN
    if isinstance(content, dict) and all(name in content for name in _ENVELOPE):
        return body(plain)
    redacted = body(plain)
    return redacted if isinstance(content, dict) and _HIDDEN in redacted else _HIDDEN


def signature_base(base: bytes, *, is_cut: bool = False) -> bytes:
    """Return what was signed, or the beginning of it, without the secrets in it; PTI's six lines hold none."""
    if is_cut:
        return body(base, is_cut=True)
    found = _LAST_MEMBER.search(base)
    if found is None:
        return _HIDDEN if base.startswith(b"{") else base
    sent = parameters(json.loads(found[1]).encode("ascii")).decode("ascii")
    whole = base[: found.start(1)] + canonical_json.serialize(sent, "ascii") + b"}"
    return body(whole)


def proofs(raw_target: bytes, fields: Headers) -> frozenset[bytes]:
    """Return the values in a request that are secrets, in the forms in which an answer could repeat them."""
    _, raw_query = split_target(raw_target)
    found = {value for name, value in fields if name.lower() in HEADERS}
    found |= {value.partition(b" ")[2] for value in found}  # behind the word JWT, or Basic
    for part in query.parameters(raw_query or b""):
        if is_secret(query.name(part)):
            found |= {part.partition(b"=")[2], query.value(part).encode()}
    return frozenset(value for value in found if len(value) >= _SHORTEST)


def repeated(text: bytes, secrets: Iterable[bytes]) -> bytes:
    """Return a text without such values, under whatever name it has them."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    return text


def digest(text: str) -> str:
    """Return the beginning of a signature; of a JWS also its header and payload, which hold no secret."""
    before, dot, signature = text.rpartition(".")
    return text if len(signature) <= _SHOWN or signature.endswith("…") else f"{before}{dot}{signature[:_SHOWN]}…"


def left_in(raw_target: bytes, fields: Headers, sent: bytes) -> str | None:
    """Return the name of a secret in whose place a request has `***`; None where it has them all."""
    _, raw_query = split_target(raw_target)
    for part in query.parameters(raw_query or b""):
        if is_secret(query.name(part)) and query.value(part) == HIDDEN:
            return query.name(part)
    for name, value in fields:
        if name.lower() in HEADERS and value == _HIDDEN:
            return name.decode("ascii", "replace")
    if sent == _HIDDEN:
        return "body"
    told = (
        found
        for each in (raw_target, *(value for _, value in fields), sent)
        if (found := telling_text.LEFT.search(each))
    )
    if (found := next(told, None)) is not None:
        return found[1].decode("ascii")
    return secret_members.left_in(sent) if _HIDDEN in sent else None


def _parameter(part: bytes) -> bytes:
    name, equals, value = part.partition(b"=")
    if equals and is_secret(query.name(part)):
        return name + equals + _HIDDEN
    return name + equals + telling_text.told(value) if equals else telling_text.told(part)
